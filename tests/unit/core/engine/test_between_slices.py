"""Quotes and prints between slices: screened, marked to market, and held against the limits at once.

The sizer holds 5 % of 100,000 dollars: 50 shares at the mid of 100.
"""

import math
from decimal import Decimal

import pytest

from robo_trader.core.domain.events import (
    AccountMarked,
    CashBooked,
    OrderDenied,
    QuoteRejected,
    TargetSet,
    TimerFired,
    TradeRejected,
    TradingStateChanged,
)
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.portfolio.sizing import AtrRisk, CorrelationScaled, FixedShares, Kelly
from robo_trader.core.portfolio.stops import StopPolicy
from tests.builders import AAPL, MINUTE, MSFT, OPEN, a_bar, a_quote, a_session, a_slice, an_arrival, some_limits
from tests.unit.core.engine.desk import look_away, only
from tests.unit.core.engine.scripted import TOMORROW, a_desk, minute, once, printed, quote, scripted, told, want


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (a_quote(at=OPEN + 5, bid=math.nan), "NOT_FINITE"),
        (a_quote(at=OPEN + 5, bid_size=0.0), "NOT_POSITIVE"),
        (a_quote(at=OPEN + 5, bid=100.01), "LOCKED"),
        (a_quote(at=OPEN + 5, bid=100.02), "CROSSED"),
        (a_quote(at=OPEN + 1), "OUT_OF_ORDER"),
        (a_quote(at=OPEN + 5, symbol="TSLA"), "UNKNOWN_SYMBOL"),
    ],
)
def test_a_bad_quote_is_counted_and_reported_and_told_to_nobody(bad: Quote, fault: str) -> None:
    desk = a_desk(scripted())
    desk.tell(quote(OPEN + 2))
    prices = dict(desk.engine._market._prices)  # type: ignore[attr-defined]
    (refused,) = only(QuoteRejected, desk.tell(an_arrival(bad)))
    assert (refused.quote, refused.fault.value) == (bad, fault)
    assert told(desk) == ["quote AAPL 2"]
    assert desk.engine.account.tally.quotes_rejected == {fault: 1} and desk.engine.account.tally.quotes == 1
    assert desk.engine._market._prices == prices  # type: ignore[attr-defined]


def test_a_bad_print_is_refused_too() -> None:
    desk = a_desk(scripted())
    (refused,) = only(TradeRejected, desk.tell(printed(OPEN + 1, price=-1.0)))
    assert refused.fault.value == "NOT_POSITIVE" and told(desk) == []


def test_a_bad_quote_opens_no_session() -> None:
    desk = a_desk(scripted())
    desk.tell(quote(OPEN + 1), quote(TOMORROW.opens_at, bid=0.0, session=TOMORROW))
    assert desk.engine.account.valuation.session == a_session()


def test_a_symbol_whose_quotes_have_ended_is_not_traded() -> None:
    script = {"bar": lambda _, d: d.want(MSFT, 1.0, "")}
    desk = a_desk(scripted(script=script), limits=some_limits(stale_after_bars=1))
    desk.tell(quote(OPEN + 1, symbol=MSFT))
    decided = desk.close(minute(1), minute(2), minute(3))
    assert not only(OrderDenied, decided[:1])
    desk = a_desk(scripted(script={"timer": want(1.0, MSFT)}), limits=some_limits(stale_after_bars=1))
    desk.tell(quote(OPEN + 1, symbol=MSFT))
    look_away(desk.engine)
    desk.engine._events.timers["x"] = OPEN + 3 * MINUTE + 1  # type: ignore[union-attr]
    desk.close(minute(1), minute(2), minute(3))
    (denied,) = only(OrderDenied, desk.tell(TimerFired(key="x", occurred_at=OPEN + 3 * MINUTE + 1)))
    assert [one.control.value for one in denied.violations] == ["STALE_DATA"]


def test_what_risk_refused_is_tried_again_at_slices_only() -> None:
    desk = a_desk(scripted(script={"quote": want(1.0)}), limits=some_limits(cash_buffer=100))
    decided = desk.tell(*(quote(OPEN + at) for at in range(1, 20)))
    assert len(only(OrderDenied, decided)) == 1
    assert len(only(OrderDenied, desk.close(minute(1), minute(2)))) == 2


def test_risk_sees_the_account_as_it_is_at_the_quote() -> None:
    """Long 1,000 shares at 100.03; the mid falls by 20 dollars within a minute: a fifth of the account is gone."""
    wishes = {1: want(1.0), 3: want(1.0, MSFT)}
    script = {"quote": lambda told, desk: wishes[desk.now - OPEN](told, desk) if desk.now - OPEN in wishes else None}
    desk = a_desk(scripted(script=script), sizer=FixedShares(quantity=990), limits=some_limits(daily_loss="0.1"))
    desk.tell(quote(OPEN + 1), quote(OPEN + 2), quote(OPEN + 2, symbol=MSFT))
    decided = desk.tell(quote(OPEN + 3, bid=79.99, ask=80.01))
    assert [one.after for one in only(TradingStateChanged, decided)] == [TradingState.REDUCING]
    assert {one.control.value for one in only(OrderDenied, decided)[0].violations} >= {"DAILY_LOSS", "TRADING_STATE"}


def test_nothing_is_sized_by_a_risk_that_is_not_known_yet() -> None:
    sizer = AtrRisk(risk_fraction=0.01, length=2, multiple=2.0)
    desk = a_desk(scripted(script={"quote": want(1.0), "bar": want(1.0)}), sizer=sizer)
    desk.tell(quote(OPEN + 1))
    assert desk.engine.account.tally.signals == 0
    desk.close(*(minute(number, 100.0 + number) for number in range(1, 5)))
    assert desk.engine.account.tally.signals == 1


def test_kelly_goes_by_trades_that_quotes_made() -> None:
    """Nothing but losses, of the spread each: after two of them the strategy is not sized any more."""
    script = {"quote": lambda told, desk: desk.want(told.symbol, float((desk.now - OPEN) % 4 < 2), "by turns")}
    desk = a_desk(scripted(script=script), sizer=Kelly(trades_min=2, fallback=0.05))
    desk.tell(*(quote(OPEN + at) for at in range(1, 30)))
    tally = desk.engine.account.tally
    assert (tally.fills, tally.signals) == (4, 15)


def test_a_quoted_market_remembers_closes_where_a_sizer_compares_them() -> None:
    """AAPL and MSFT move alike: beside AAPL, MSFT is as good as nothing, and what is left is no whole share."""
    script = {"quote": lambda told, desk: desk.want(told.symbol, 1.0, "whatever is quoted")}
    desk = a_desk(scripted(script=script), sizer=CorrelationScaled(fraction=0.05, length=3))
    for number, price in enumerate([100.0, 101.0, 100.0, 102.0, 101.0]):
        times = {"started_at": OPEN + number * MINUTE, "ended_at": OPEN + (number + 1) * MINUTE}
        desk.close(a_slice(*(a_bar(symbol=symbol, open=price, **times) for symbol in (AAPL, MSFT))))
    after = OPEN + 5 * MINUTE
    decided = desk.tell(quote(after + 1), quote(after + 2), quote(after + 3, symbol=MSFT))
    assert desk.engine.account.ledger.position(AAPL).quantity == 50
    assert [(one.target.symbol, int(one.target.quantity)) for one in only(TargetSet, decided)] == [
        (AAPL, 50),
        (MSFT, 0),
    ]


def test_a_stop_leaves_and_the_symbol_stays_flat_until_it_changes_its_mind() -> None:
    desk = a_desk(scripted(script={"quote": want(1.0)}), stops=StopPolicy(fixed_fraction=0.05))
    desk.tell(quote(OPEN + 1), quote(OPEN + 2))
    desk.tell(quote(OPEN + 3, bid=89.99, ask=90.01))
    desk.close(minute(1, 90.0))
    desk.tell(*(quote(OPEN + MINUTE + at, bid=89.99, ask=90.01) for at in range(1, 4)))
    assert desk.engine.account.ledger.position(AAPL).quantity == 0
    assert desk.engine.account.tally.signals == 2


def test_positions_are_marked_at_the_mid_as_long_as_there_are_quotes() -> None:
    desk = a_desk(scripted(script={"quote": once(want(1.0))}))
    desk.tell(quote(OPEN + 1), quote(OPEN + 2, bid=109.99, ask=110.01))
    (marked,) = only(AccountMarked, desk.close(minute(1, 100.0)))
    assert marked.prices == (Decimal(110),), "the bar knows nothing newer"
    (marked,) = only(AccountMarked, desk.close(minute(2, 101.0)))
    assert marked.prices == (Decimal(101),), "no quote came in its minute"


def test_a_quote_opens_the_session_with_all_that_follows() -> None:
    """A loss limit of yesterday ends, and a short position pays for its night; the slice that comes later adds none."""
    desk = a_desk(scripted(script={"quote": once(want(-1.0))}))
    look_away(desk.engine)
    desk.engine._overnight._rate = Decimal("0.36")
    desk.close(minute(1))
    desk.tell(*(quote(OPEN + MINUTE + at) for at in range(1, 4)))
    desk.engine.account.trading_state = TradingState.REDUCING
    decided = desk.tell(quote(TOMORROW.opens_at + 1, session=TOMORROW))
    (fee,) = only(CashBooked, decided)
    assert fee.amount == Decimal(-5), "50 shares at 100 dollars, a thousandth a night"
    assert desk.engine.account.trading_state is TradingState.ACTIVE
    later = TOMORROW.opens_at + MINUTE
    bar = a_bar(started_at=TOMORROW.opens_at, ended_at=later)
    assert not only(CashBooked, desk.close(a_slice(bar, session=TOMORROW, ended_at=later)))


def test_a_slice_of_the_moment_of_a_quote_counts_and_an_earlier_one_is_late() -> None:
    desk = a_desk(scripted())
    desk.tell(quote(OPEN + MINUTE))
    desk.close(minute(1))
    assert desk.engine.account.tally.slices == 1
    desk.tell(quote(OPEN + 2 * MINUTE + 1))
    desk.close(minute(2))
    assert desk.engine.account.tally.bars_rejected == {"OUT_OF_ORDER": 1}
