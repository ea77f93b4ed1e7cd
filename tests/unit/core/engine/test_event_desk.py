"""A strategy in event form before the real engine and venue: what it is told, what becomes of what it wants.

The sizer holds 5 % of 100,000 dollars: 50 shares at the mid of 100.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from msgspec import Struct

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.events import (
    AccountMarked,
    BetweenSlices,
    CashBooked,
    FillBooked,
    OrderDenied,
    OrderUpdated,
    QuoteRejected,
    SignalEmitted,
    TargetSet,
    TimerFired,
    TimerSet,
    TradePrinted,
    TradeRejected,
    TradingStateChanged,
)
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.engine.engine import Engine
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.microstructure import mid, signed_volume
from robo_trader.core.features.trend import sma
from robo_trader.core.portfolio.sizing import AtrRisk, CorrelationScaled, FixedShares, Kelly
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.strategies.event_strategy import Desk as TheDesk
from robo_trader.core.strategies.event_strategy import EventStrategy
from tests.builders import (
    AAPL,
    CLOSE,
    MINUTE,
    MSFT,
    OPEN,
    a_bar,
    a_quote,
    a_session,
    a_slice,
    an_arrival,
    engine_settings,
    some_limits,
    venue_settings,
)
from tests.unit.core.engine.desk import Desk, an_engine, look_away, only

TOMORROW = a_session(day=1)


class Notes(Struct):
    told: list[str]
    seen: dict[str, float]


@dataclass(frozen=True)
class Scripted(EventStrategy):
    """Notes what it is told, and does what a test has written for the hook."""

    script: Any = None  # {hook: function of (told, desk)}
    reads: tuple[Feature, ...] = ()
    reads_quotes: tuple[Feature, ...] = ()
    reads_trades: tuple[Feature, ...] = ()

    def features(self, symbol: str) -> tuple[Feature, ...]:  # noqa: ARG002
        return self.reads

    def quote_features(self, symbol: str) -> tuple[Feature, ...]:  # noqa: ARG002
        return self.reads_quotes

    def trade_features(self, symbol: str) -> tuple[Feature, ...]:  # noqa: ARG002
        return self.reads_trades

    def memory(self) -> Notes:
        return Notes([], {})

    def _act(self, hook: str, memory: Notes, told: Any, desk: TheDesk) -> None:  # noqa: ANN401
        memory.told.append(f"{hook} {getattr(told, 'symbol', told)} {desk.now - OPEN}")
        do = (self.script or {}).get(hook)
        if do is not None:
            do(told, desk)

    def on_bar(self, memory: Notes, bar: Any, values: Any, desk: TheDesk) -> None:  # noqa: ANN401
        self._note(memory, "bar", values)
        self._act("bar", memory, bar, desk)

    def on_quote(self, memory: Notes, quote: Any, values: Any, desk: TheDesk) -> None:  # noqa: ANN401
        self._note(memory, "quote", values)
        self._act("quote", memory, quote, desk)

    def on_trade(self, memory: Notes, trade: Any, values: Any, desk: TheDesk) -> None:  # noqa: ANN401
        self._note(memory, "trade", values)
        self._act("trade", memory, trade, desk)

    def on_fill(self, memory: Notes, fill: Any, desk: TheDesk) -> None:  # noqa: ANN401
        self._act("fill", memory, fill, desk)

    def on_timer(self, memory: Notes, key: str, desk: TheDesk) -> None:
        self._act("timer", memory, key, desk)

    @staticmethod
    def _note(memory: Notes, kind: str, values: tuple[float, ...]) -> None:
        memory.seen.update({f"{kind}{place}": value for place, value in enumerate(values)})


Script = Callable[[Any, TheDesk], None]


def scripted(*, script: dict[str, Script] | None = None, **reads: tuple[Feature, ...]) -> Scripted:
    return Scripted(script=script, **reads)


def a_desk(strategy: Scripted, **settings: Any) -> Desk:  # noqa: ANN401 - as engine_settings
    chosen = {"symbols": (AAPL, MSFT), **settings}
    return Desk(engine_settings(strategy=strategy, **chosen), venue_settings(quoted=(AAPL, MSFT)))


def quote(at: int, *, session: Any = None, **fields: Any) -> BetweenSlices:  # noqa: ANN401
    return an_arrival(a_quote(at=at, **fields), session=session)


def printed(at: int, price: float = 100.0, size: float = 100.0) -> TradePrinted:
    return TradePrinted(trade=TradePrint(AAPL, at, price, size), session=a_session())


def minute(number: int, price: float = 100.0) -> Any:  # noqa: ANN401
    end = OPEN + number * MINUTE
    return a_slice(a_bar(started_at=end - MINUTE, ended_at=end, open=price), ended_at=end)


def want(strength: float, symbol: str = AAPL) -> Script:
    return lambda _told, desk: desk.want(symbol, strength, "the test says so")  # type: ignore[arg-type]


def once(do: Script) -> Script:
    """Do it at the first call only. The script remembers, which no strategy may."""
    left = [do]
    return lambda told, desk: left.pop()(told, desk) if left else None


def told(desk: Desk) -> list[str]:
    events = desk.engine._events
    assert events is not None
    return list(events.memory.told)


def test_it_is_told_all_there_is_in_order() -> None:
    desk = a_desk(scripted())
    desk.tell(quote(OPEN + 1), printed(OPEN + 2))
    desk.close(minute(1))
    assert told(desk) == ["quote AAPL 1", "trade AAPL 2", f"bar AAPL {MINUTE}"]


def test_what_it_wants_is_sized_and_ordered_at_once_and_fills_at_the_next_quote() -> None:
    desk = a_desk(scripted(script={"quote": once(want(1.0))}))
    decided = desk.tell(quote(OPEN + 1))
    (signal,), (target,) = only(SignalEmitted, decided), only(TargetSet, decided)
    assert (signal.signal.as_of, signal.signal.strategy, signal.signal.reason) == (
        OPEN + 1,
        "scripted",
        "the test says so",
    )
    assert (target.target.quantity, target.target.reference_price) == (Decimal(50), Decimal(100))
    (order,) = [one.order for one in only(OrderUpdated, decided) if one.order.status is OrderStatus.SUBMITTED]
    assert (int(order.intent.quantity), int(order.intent.reference_price), order.created_at) == (50, 100, OPEN + 1)
    (booked,) = only(FillBooked, desk.tell(quote(OPEN + 2)))
    assert (booked.fill.price, booked.fill.occurred_at) == (Decimal("100.0300"), OPEN + 2)
    assert told(desk) == ["quote AAPL 1", "fill AAPL 2", "quote AAPL 2"]


def test_a_fill_is_in_its_position_when_it_is_told() -> None:
    positions: list[float] = []
    script = {"quote": once(want(-0.5)), "fill": lambda fill, desk: positions.append(desk.position(fill.symbol))}
    desk = a_desk(scripted(script=script))
    desk.tell(quote(OPEN + 1), quote(OPEN + 2))
    assert positions == [-25.0]


def test_what_it_wants_at_a_fill_is_pursued_with_the_next_event() -> None:
    script = {"quote": once(want(1.0)), "fill": once(want(0.0))}
    desk = a_desk(scripted(script=script))
    desk.tell(quote(OPEN + 1), quote(OPEN + 2), quote(OPEN + 3))
    assert desk.engine.account.ledger.position(AAPL).quantity == 0
    assert [fill.fill.side.value for step in desk.steps for fill in only(FillBooked, step.events)] == ["BUY", "SELL"]


def test_it_may_want_another_symbol_than_the_one_it_is_told_of() -> None:
    desk = a_desk(scripted(script={"quote": want(1.0, MSFT)}))
    assert not only(SignalEmitted, desk.tell(quote(OPEN + 1))), "it has no price yet"
    decided = desk.tell(quote(OPEN + 2, symbol=MSFT, bid=49.99, ask=50.01))
    assert [one.target.symbol for one in only(TargetSet, decided)] == [MSFT]


def test_the_same_wish_again_is_no_news() -> None:
    desk = a_desk(scripted(script={"quote": want(1.0)}))
    desk.tell(*(quote(OPEN + at) for at in range(1, 6)))
    assert desk.engine.account.tally.signals == 1 and desk.engine.account.tally.orders == 1


def test_a_change_of_mind_cancels_what_works_and_turns_round() -> None:
    """A limit order waits below the market; the cancel is answered, and the next quote sends the other side."""
    changes = iter([1.0, -1.0])
    script = {"quote": lambda told, desk: desk.want(told.symbol, next(changes, -1.0), "")}
    desk = a_desk(scripted(script=script), limit_offset_bps=-100)
    desk.tell(quote(OPEN + 1), quote(OPEN + 2), quote(OPEN + 3))
    orders = desk.engine.account.orders
    assert [one.status for one in orders.ended.values()] == [OrderStatus.CANCELED]
    assert [one.intent.side.value for one in orders.open.values()] == ["SELL"]


def test_features_of_bars_quotes_and_prints_are_handed_over_once_they_are_known() -> None:
    desk = a_desk(scripted(reads=(sma(2),), reads_quotes=(mid(),), reads_trades=(signed_volume(2),)))
    desk.tell(printed(OPEN + 1), quote(OPEN + 2), printed(OPEN + 3, 100.01, 300.0), printed(OPEN + 4, 99.99, 100.0))
    desk.close(minute(1, 10.0), minute(2, 20.0))
    assert told(desk) == ["quote AAPL 2", "trade AAPL 4", f"bar AAPL {2 * MINUTE}"]
    assert desk.engine._events is not None
    assert desk.engine._events.memory.seen == {"quote0": 100.0, "trade0": 200.0, "bar0": 15.0}


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


def test_a_timer_comes_back_at_its_time() -> None:
    desk = a_desk(scripted(script={"quote": lambda _told, desk: desk.wake("tea", OPEN + MINUTE)}))
    (set_,) = only(TimerSet, desk.tell(quote(OPEN + 1)))
    assert (set_.key, set_.wakes_at, set_.occurred_at) == ("tea", OPEN + MINUTE, OPEN + 1)
    engine = desk.engine
    assert engine.due_timer(OPEN + MINUTE) is None
    timer = engine.due_timer(OPEN + MINUTE + 1)
    assert timer == TimerFired(key="tea", occurred_at=OPEN + MINUTE)
    desk.tell(timer)
    assert told(desk)[-1] == f"timer tea {MINUTE}"
    assert engine.due_timer(CLOSE) is None


def test_timers_come_in_order_of_time_and_a_later_wish_moves_one() -> None:
    def wake(_told: object, desk: TheDesk) -> None:
        for key, at in (("b", 20), ("c", 30), ("a", 20), ("c", 10)):
            desk.wake(key, OPEN + at)

    desk = a_desk(scripted(script={"quote": once(wake)}))
    desk.tell(quote(OPEN + 1))
    while (timer := desk.engine.due_timer(OPEN + 100)) is not None:
        desk.tell(timer)
    assert told(desk) == ["quote AAPL 1", "timer c 10", "timer a 20", "timer b 20"]


def test_what_it_wants_at_a_timer_is_ordered_at_that_time() -> None:
    desk = a_desk(scripted(script={"quote": once(lambda _, d: d.wake(AAPL, OPEN + 7)), "timer": want(1.0)}))
    decided = desk.tell(quote(OPEN + 1), TimerFired(key=AAPL, occurred_at=OPEN + 7))
    assert [one.order.created_at for one in only(OrderUpdated, decided)][:1] == [OPEN + 7]
    assert only(FillBooked, desk.tell(quote(OPEN + 8)))


def test_one_that_wakes_itself_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("robo_trader.core.engine.event_desk.WAKES_MAX", 5)
    again: Script = lambda _told, desk: desk.wake("x", desk.now + 1)  # noqa: E731
    desk = a_desk(scripted(script={"quote": again, "timer": again}))
    for at in (1, 100):
        desk.tell(quote(OPEN + at))
        for _ in range(5):
            desk.tell(TimerFired(key="x", occurred_at=desk.engine._events.timers["x"]))  # type: ignore[union-attr]
    with pytest.raises(StrategyError, match="was woken 5 times while nothing happened"):
        desk.tell(TimerFired(key="x", occurred_at=OPEN + 106))


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (lambda _t, _d: 1 // 0, r"scripted\.on_quote failed for AAPL at 2024-03-04T14:30:00.*ZeroDivisionError"),
        (lambda _t, d: d.want(AAPL, 1.5, ""), r"scripted answered 1\.5 for AAPL at 2024-03-04T14:30:00"),
        (lambda _t, d: d.want(AAPL, math.nan, ""), r"answered nan for AAPL"),
        (lambda _t, d: d.want("TSLA", 1.0, ""), r"wants 'TSLA', which is not among the symbols of this run"),
        (lambda _t, d: d.wake("tea", OPEN + 1000), r"'tea' at .* which is not later"),
    ],
)
def test_what_a_strategy_does_wrong_is_told_with_its_place(do: Script, said: str) -> None:
    desk = a_desk(scripted(script={"quote": do}))
    with pytest.raises(StrategyError, match=said) as error:
        desk.tell(quote(OPEN + 1000))
    assert error.value.next_step


def test_a_feature_that_fails_is_told() -> None:
    wrong = Feature(name="bad", inputs=("bid",), parameters=(), warm_up=1, state_size=0, rule=lambda s, _b: s[3])
    with pytest.raises(StrategyError, match="a feature failed for AAPL: IndexError"):
        a_desk(scripted(reads_quotes=(wrong,))).tell(quote(OPEN + 1))


def test_after_the_close_nothing_is_sent_that_may_not_wait() -> None:
    script = {"quote": once(lambda _, d: d.wake("late", CLOSE + MINUTE)), "timer": want(1.0)}
    desk = a_desk(scripted(script=script), limits=some_limits(orders_for_next_open=False))
    decided = desk.tell(quote(OPEN + 1), TimerFired(key="late", occurred_at=CLOSE + MINUTE))
    (denied,) = only(OrderDenied, decided)
    assert [one.control.value for one in denied.violations] == ["MARKET_HOURS"]


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


def at_work() -> Engine:
    def act(told: Quote, desk: TheDesk) -> None:
        desk.want(told.symbol, 1.0, "")
        desk.wake("tea", OPEN + MINUTE)

    desk = a_desk(scripted(script={"quote": act}, reads_quotes=(mid(),)))
    desk.tell(quote(OPEN + 1))
    return desk.engine


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda desk: desk.memory.told.append("x"), id="its memory"),
        pytest.param(lambda desk: desk.memory.seen.update(quote0=1.0), id="deep in its memory"),
        pytest.param(lambda desk: desk.timers.update(tea=OPEN), id="the time of a timer"),
        pytest.param(lambda desk: desk.timers.clear(), id="a timer"),
        pytest.param(lambda desk: setattr(desk, "_wakes", 7), id="how often it was woken"),
        pytest.param(lambda desk: desk.due.add(AAPL), id="what is to be pursued"),
        pytest.param(lambda desk: desk._risks.update({AAPL: (1.0,)}), id="how risky a symbol is"),
        pytest.param(lambda desk: desk._quote_lanes.states[AAPL].append([1.0]), id="a feature of quotes"),
        pytest.param(lambda desk: desk._trade_lanes.states.update({AAPL: [[1.0]]}), id="a feature of prints"),
        pytest.param(lambda desk: desk.market.quotes.clear(), id="the last quote"),
        pytest.param(lambda desk: desk._views.strengths.clear(), id="what was wanted last"),
    ],
)
def test_the_state_hash_covers_all_it_remembers(change: Callable[[Any], object]) -> None:
    engine = at_work()
    assert engine.state_hash() == at_work().state_hash()
    change(engine._events)
    assert engine.state_hash() != at_work().state_hash()


def test_a_memory_that_cannot_be_stored_is_told() -> None:
    engine = at_work()
    assert engine._events is not None
    engine._events.memory.seen["x"] = object()
    with pytest.raises(StrategyError, match="remembers what cannot be stored"):
        engine.state_hash()


def test_inputs_alone_lead_to_the_same_state() -> None:
    """What a restart does: the journaled inputs, reports included, through a fresh engine and its fresh memory."""
    strategy = scripted(script={"quote": want(1.0), "fill": lambda _, d: d.wake("tea", d.now + 5)})
    desk = a_desk(strategy)
    desk.tell(*(quote(OPEN + at) for at in range(1, 4)))
    desk.tell(TimerFired(key="tea", occurred_at=OPEN + 7))
    desk.close(minute(1))
    again = an_engine(engine_settings(strategy=strategy, symbols=(AAPL, MSFT)))
    assert [again.process(event) for event in desk.inputs] == desk.steps
    assert again.state_hash() == desk.engine.state_hash()
