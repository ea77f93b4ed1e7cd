"""A strategy in event form before the real engine and venue: what it is told, what becomes of what it wants.

The sizer holds 5 % of 100,000 dollars: 50 shares at the mid of 100.
"""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.events import FillBooked, OrderUpdated, SignalEmitted, TargetSet, TimerFired
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.engine.engine import Engine
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.microstructure import mid, signed_volume
from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.event_strategy import Desk as TheDesk
from tests.builders import AAPL, MINUTE, MSFT, OPEN, engine_settings
from tests.unit.core.engine.desk import an_engine, only
from tests.unit.core.engine.scripted import Script, a_desk, minute, once, printed, quote, scripted, told, want


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
