"""The books followed from events alone are those that the engine kept: every strategy's, and together the account's."""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.corporate_actions import CorporateAction, Dividend
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.events import AccountMarked, FillBooked
from robo_trader.core.domain.money import ZERO
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.ledger.strategy_books import Owned, StrategyBooks, StrategyFigures
from tests.builders import AAPL, a_day, corrected, engine_settings, venue_settings
from tests.examples import examples
from tests.statements import by_hand
from tests.unit.core.engine.desk import CASH, Desk, only
from tests.unit.core.engine.test_corporate_actions import a_change, a_delisting, a_dividend, a_shared_desk, a_split
from tests.unit.core.engine.test_random_walks import HOURS, Moves, a_walk
from tests.unit.core.engine.test_sharing import SHARING
from tests.unit.core.engine.test_stops import Sides

OWNED = Owned.__args__


def followed(desk: Desk, owner: str | None = None) -> StrategyBooks:
    books = StrategyBooks(owner)
    for step in desk.steps:
        for event in step.events:
            if isinstance(event, OWNED):
                books.take(event)
    return books


def appraised(books: StrategyBooks, desk: Desk) -> Mapping[str, StrategyFigures]:
    """The figures at the engine's own prices: an account that holds nothing reports none."""
    for symbol in books.held_symbols():
        books.appraise(symbol, desk.engine._market.price(symbol))
    return books.figures()


def check(desk: Desk, figures: Mapping[str, StrategyFigures]) -> None:
    account = desk.engine.account
    for name, made in desk.engine._strategy.ownership.profits().items():
        assert figures.get(name, StrategyFigures()).made == made, name
    for one in figures.values():
        assert one.made == one.realised + one.unrealised - one.commission + one.received
    commission = sum((one.commission for one in figures.values()), ZERO)
    assert commission == account.ledger.balances["commission"]


@given(HOURS, SHARING, st.data())
@settings(deadline=None, max_examples=examples(60))
def test_they_are_the_engines(hours: list[tuple[Moves, Moves]], joined: EngineSettings, data: st.DataObject) -> None:
    desk = Desk(dataclasses.replace(joined, borrow_rate=Decimal("0.05")))
    dividend = Dividend(symbol=AAPL, amount=Decimal("0.333333"))
    for slice_ in a_walk(hours):
        is_first = slice_.session.opens_at + 3_600_000_000_000 == slice_.ended_at
        desk.close(replace(slice_, dividends=(dividend,)) if is_first else slice_)
        figures = appraised(followed(desk), desk)
        check(desk, figures)
        made = sum((one.made for one in figures.values()), ZERO)
        assert made == desk.engine.account.valuation.equity - CASH
    fills = [one.fill for step in desk.steps for one in only(FillBooked, step.events)]
    if fills:
        fill = data.draw(st.sampled_from(fills))
        quantity = data.draw(st.integers(0, int(fill.quantity)))
        desk._take([corrected(order_id=fill.order_id, corrects=fill.execution_id, quantity=quantity, price=fill.price)])
        check(desk, appraised(followed(desk), desk))


@pytest.mark.parametrize("action", [a_split(3, 2), a_split(7, 3), a_split(1, 10), a_change(), a_delisting("12.34")])
def test_they_follow_what_companies_do(action: CorporateAction) -> None:
    desk = a_shared_desk()
    desk.act(a_dividend("0.123457"), action)
    figures = appraised(followed(desk), desk)
    check(desk, figures)
    ledger = desk.engine.account.ledger
    cash = sum(desk.engine._strategy.ownership.sub_accounts.cash.values(), ZERO)
    assert CASH + cash == ledger.cash, "what rounding the parts of a share leaves over is somebody's"
    worth = sum((one.quantity * desk.engine._market.price(one.symbol) for one in ledger.open_positions()), ZERO)
    made = sum((one.made for one in figures.values()), ZERO)
    assert abs(made - (ledger.cash + worth - CASH)) < Decimal("1e-20"), "a new share's price may have no end"


def test_what_others_trade_is_nobodys_and_so_is_its_dividend() -> None:
    """45 shares are the strategy's and 10 nobody's, bought on one ex-date and held on the next: 4.50 twice, and 1."""
    desk = Desk(engine_settings(strategy=Sides(100.0, 1)), venue_settings(slippage_bps=0.0))
    desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0))
    desk._take([by_hand()])
    dividend = Dividend(symbol=AAPL, amount=Decimal("0.1"))
    days = [replace(a_day(day, AAPL=112.0), dividends=(dividend,)) for day in (2, 3)]
    _, mark = only(AccountMarked, desk.close(*days))
    (owner,) = desk.engine._strategy.ownership.profits()
    books = followed(desk, owner)
    figures = books.figures()
    assert (books.positions(owner), books.positions(UNASSIGNED)) == ({AAPL: Decimal(45)}, {AAPL: Decimal(10)})
    assert (figures[owner].received, figures[UNASSIGNED].received) == (Decimal(9), Decimal(1))
    assert figures[owner].made + figures[UNASSIGNED].made == mark.mark.equity - CASH


def test_all_is_the_strategys_that_is_alone() -> None:
    desk = Desk(engine_settings(strategy=Sides(100.0, 1)), venue_settings(slippage_bps=0.0))
    dividend = Dividend(symbol=AAPL, amount=Decimal("0.1"))
    desk.close(a_day(0, AAPL=110.0), a_day(1, AAPL=110.0), replace(a_day(2, AAPL=112.0), dividends=(dividend,)))
    (figures,) = followed(desk, "alone").figures().values()
    assert figures.received == Decimal("4.5") and figures.exposure == 45 * 112
    assert figures.made == desk.engine.account.valuation.equity - CASH
