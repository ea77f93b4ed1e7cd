"""Whatever is filled at whatever price and commission, the books balance to the last digit.

    cash + positions at cost + commission + realised = opening capital

Prices have up to four decimals, as they come from the venue; commissions six, as charges are rounded; odder ones too.
"""

from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import Side
from robo_trader.core.ledger.ledger import Ledger
from tests.builders import AAPL, MSFT, a_fill
from tests.examples import examples

CAPITAL = Decimal("98765.43")


def fills(*, price_decimals: int, share_decimals: int = 0) -> st.SearchStrategy[list[Fill]]:
    return st.lists(
        st.builds(
            a_fill,
            symbol=st.sampled_from([AAPL, MSFT]),
            side=st.sampled_from(Side),
            quantity=st.decimals(1, 300, places=share_decimals),
            price=st.decimals("0.01", 9_999, places=price_decimals),
            commission=st.decimals(-1, 20, places=6),
        ),
        max_size=25,
    )


def booked(sequence: list[Fill]) -> Ledger:
    ledger = Ledger()
    ledger.deposit(CAPITAL)
    for fill in sequence:
        position, _, entry = ledger.book(fill)
        assert sum(posting.amount for posting in entry.postings) == 0
        assert position == ledger.position(fill.symbol)
        assert position.quantity * position.cost >= 0, "shares and their cost have one sign"
    return ledger


ORDINARY = fills(price_decimals=4)
ODD = fills(price_decimals=9, share_decimals=4)


@pytest.mark.parametrize("kind", [ORDINARY, ODD], ids=["prices of the venue", "odd prices and parts of shares"])
@given(data=st.data())
@settings(deadline=None, max_examples=examples(80))
def test_the_books_balance(kind: st.SearchStrategy[list[Fill]], data: st.DataObject) -> None:
    ledger = booked(data.draw(kind))
    positions = sum((position.cost for position in ledger.open_positions()), Decimal(0))
    balances = ledger.balances
    assert ledger.cash + positions + balances["commission"] + balances["realised"] == CAPITAL
    assert sum(balances.values()) == 0
    for position in ledger.positions.values():
        assert balances[f"position:{position.symbol}"] == position.cost


@given(ORDINARY)
@settings(deadline=None, max_examples=examples(80))
def test_a_position_is_the_sum_of_its_fills(sequence: list[Fill]) -> None:
    ledger = booked(sequence)
    for symbol in (AAPL, MSFT):
        signed = [fill.side.sign * fill.quantity for fill in sequence if fill.symbol == symbol]
        assert ledger.position(symbol).quantity == sum(signed)


@given(ORDINARY)
@settings(deadline=None, max_examples=examples(80))
def test_cash_is_what_was_paid_and_received(sequence: list[Fill]) -> None:
    spent = sum(fill.side.sign * fill.quantity * fill.price + fill.commission for fill in sequence)
    assert booked(sequence).cash == CAPITAL - spent


@pytest.mark.parametrize("kind", [ORDINARY, ODD], ids=["prices of the venue", "odd prices and parts of shares"])
@given(data=st.data())
@settings(deadline=None, max_examples=examples(80))
def test_once_all_is_closed_cash_is_capital_and_profit_and_no_cost_stays_behind(
    kind: st.SearchStrategy[list[Fill]], data: st.DataObject
) -> None:
    ledger = booked(data.draw(kind))
    numbers = count()
    for position in ledger.open_positions():
        side = Side.SELL if position.quantity > 0 else Side.BUY
        ledger.book(
            a_fill(
                symbol=position.symbol, side=side, quantity=abs(position.quantity), price="55.5555",
                execution_id=f"close {next(numbers)}",
            )
        )  # fmt: skip
    assert [position.cost for position in ledger.positions.values() if position.cost] == []
    assert ledger.cash == CAPITAL - ledger.balances["realised"] - ledger.balances["commission"]
    assert (
        sum((position.realised for position in ledger.positions.values()), Decimal(0)) == -ledger.balances["realised"]
    )
