"""Trades become cash and shares; a trade that is restated leaves the books as if it had always been so.

Worked by hand: 100 shares bought at 100 with 1 dollar of commission cost 10,001 where the commission is a cost, 100.01
a share; sold at 110 with 1 dollar they bring 998.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.domain.corporate_actions import StockSplit
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.simulation.venue.holdings import Holdings, HoldingsState, Trade
from tests.builders import AAPL, OPEN, a_session

CASH = Decimal(100_000)


def a_trade(number: int, change: int, price: int | str = 100, commission: int = 1) -> Trade:
    return Trade(
        execution_id=ExecutionId(f"E{number}"), symbol=AAPL, change=Decimal(change), price=Decimal(price),
        commission=Decimal(commission),
    )  # fmt: skip


def holdings(*trades: Trade, commission_is_cost: bool = True) -> Holdings:
    books = Holdings(HoldingsState(cash=CASH), commission_is_cost=commission_is_cost)
    books.begin(a_session())
    for trade in trades:
        books.book(trade)
    return books


def test_commission_is_part_of_the_cost() -> None:
    books = holdings(a_trade(1, 100))
    assert books.held(AAPL).cost == 10_001
    assert books.book(a_trade(2, -100, 110)) == 998
    assert books.state.cash == CASH + 998


def test_commission_is_not_part_of_the_cost_unless_told() -> None:
    books = holdings(a_trade(1, 100), commission_is_cost=False)
    assert books.held(AAPL).cost == 10_000
    assert books.book(a_trade(2, -100, 110)) == 1_000


def test_a_trade_of_another_session_cannot_be_restated() -> None:
    books = holdings(a_trade(1, 100))
    books.begin(a_session(day=1))
    with pytest.raises(KeyError):
        books.restate(a_trade(1, 90), ExecutionId("E1"))


def test_a_trade_in_shares_that_were_split_cannot_be_restated() -> None:
    books = holdings(a_trade(1, 100))
    books.restructure(StockSplit(symbol=AAPL, new=2, old=1, ex_date="2024-03-05", occurred_at=OPEN))
    with pytest.raises(KeyError):
        books.restate(a_trade(1, 90), ExecutionId("E1"))


CHANGES = st.lists(st.tuples(st.integers(-50, 50).filter(bool), st.integers(90, 110)), min_size=1, max_size=8)


@given(CHANGES, st.data())
def test_restated_trades_leave_the_books_as_if_they_had_always_been_so(
    changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(changes) - 1))
    change, price = data.draw(st.tuples(st.integers(-50, 50), st.integers(90, 110)))
    restated = a_trade(index, change, price)
    trades = [a_trade(number, *one) for number, one in enumerate(changes)]
    books = holdings(*trades)
    books.restate(restated, ExecutionId(f"E{index}"))
    truth = holdings(*trades[:index], restated, *trades[index + 1 :])
    assert books.state == truth.state
