"""A faulty bar is refused and counted, and leaves no other trace: not in features, marks, orders or the state hash.

An engine that was shown a fault and one that was not differ in their counters alone.
"""

import math
from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar, BarFault, BarSlice
from robo_trader.core.domain.commands import Step
from robo_trader.core.domain.events import AccountMarked, BarRejected, FillBooked
from robo_trader.core.engine.engine import Engine
from tests.builders import AAPL, MSFT, a_day, engine_settings, executed, some_limits
from tests.unit.core.engine.desk import Desk, an_engine, close, only

SETTINGS = engine_settings(symbols=(AAPL, MSFT))
BEFORE = (a_day(0, AAPL=100.0, MSFT=50.0), a_day(1, AAPL=110.0, MSFT=50.0))
SOUND, LATER = a_day(2, MSFT=50.0), a_day(3, AAPL=105.0, MSFT=55.0)
(AAPL_BAR,) = a_day(2, AAPL=107.0).bars
(STRANGER,) = a_day(2, ZZZ=107.0).bars


def and_also(slice_: BarSlice, *bars: Bar) -> BarSlice:
    return replace(slice_, bars=(*bars, *slice_.bars))


def an_engine_that_holds() -> Engine:
    """45 shares of AAPL, bought at 110."""
    engine = an_engine(SETTINGS)
    close(engine, *BEFORE)
    engine.process(executed(quantity=45, price=110))
    return engine


def without_counters(engine: Engine) -> str:
    engine.account.tally.bars_rejected.clear()
    return engine.state_hash()


def decisions(steps: list[Step]) -> list[object]:
    return [event for step in steps for event in step.events if not isinstance(event, BarRejected)]


@pytest.mark.parametrize(
    ("bar", "fault"),
    [
        pytest.param(replace(AAPL_BAR, close=math.nan), BarFault.NOT_FINITE, id="not a number"),
        pytest.param(replace(AAPL_BAR, volume=math.inf), BarFault.NOT_FINITE, id="endless volume"),
        pytest.param(replace(AAPL_BAR, low=0.0), BarFault.NOT_POSITIVE, id="a price of zero"),
        pytest.param(replace(AAPL_BAR, high=1.0), BarFault.HIGH_BELOW_LOW, id="high below low"),
        pytest.param(replace(AAPL_BAR, close=999.0), BarFault.OUTSIDE_RANGE, id="a close outside the range"),
        pytest.param(replace(AAPL_BAR, volume=-1.0), BarFault.NEGATIVE_VOLUME, id="negative volume"),
        pytest.param(replace(AAPL_BAR, started_at=AAPL_BAR.ended_at), BarFault.BAD_INTERVAL, id="no length"),
        pytest.param(replace(AAPL_BAR, ended_at=AAPL_BAR.ended_at + 1), BarFault.BAD_INTERVAL, id="of another moment"),
        pytest.param(BEFORE[1].bars[0], BarFault.DUPLICATE, id="yesterday's bar again"),
        pytest.param(BEFORE[0].bars[0], BarFault.OUT_OF_ORDER, id="a bar of the past"),
        pytest.param(STRANGER, BarFault.UNKNOWN_SYMBOL, id="a symbol nobody asked for"),
    ],
)
def test_a_fault_is_refused_counted_and_forgotten(bar: Bar, fault: BarFault) -> None:
    spoiled, clean = an_engine_that_holds(), an_engine_that_holds()
    steps = close(spoiled, and_also(SOUND, bar))
    (refused,) = only(BarRejected, steps[0].events)
    assert (refused.fault, refused.occurred_at) == (fault, bar.ended_at)
    assert spoiled.account.tally.bars_rejected == {fault.value: 1}
    assert decisions(steps) == decisions(close(clean, SOUND))
    assert spoiled.state_hash() != clean.state_hash(), "the counter is part of the state"
    assert without_counters(spoiled) == clean.state_hash()
    assert decisions(close(spoiled, LATER)) == decisions(close(clean, LATER))


def test_two_bars_of_a_symbol_in_one_slice_are_one_too_many() -> None:
    spoiled, clean = an_engine_that_holds(), an_engine_that_holds()
    twice = and_also(LATER, LATER.bars[0])
    close(clean, LATER)
    assert [event.fault for event in only(BarRejected, close(spoiled, twice)[0].events)] == [BarFault.DUPLICATE]
    assert without_counters(spoiled) == clean.state_hash()


def test_a_slice_shown_twice_is_refused_bar_by_bar_and_orders_nothing_new() -> None:
    spoiled, clean = an_engine_that_holds(), an_engine_that_holds()
    close(clean, LATER)
    again = close(spoiled, LATER, LATER)[1]
    assert [event.fault for event in only(BarRejected, again.events)] == [BarFault.DUPLICATE] * 2
    assert not again.commands
    assert spoiled.account.tally.slices == clean.account.tally.slices
    assert without_counters(spoiled) == clean.state_hash()


def test_a_late_slice_rewrites_nothing() -> None:
    spoiled, clean = an_engine_that_holds(), an_engine_that_holds()
    late = a_day(2, AAPL=200.0, MSFT=200.0)
    close(clean, LATER)
    step = close(spoiled, LATER, late)[1]
    assert [event.fault for event in only(BarRejected, step.events)] == [BarFault.OUT_OF_ORDER] * 2
    assert len(step.events) == 2 and not step.commands, "no mark, no decision"
    assert without_counters(spoiled) == clean.state_hash()


def test_a_position_is_marked_at_the_last_sound_close() -> None:
    engine = an_engine_that_holds()
    (step,) = close(engine, and_also(SOUND, replace(AAPL_BAR, close=math.inf)))
    (mark,) = only(AccountMarked, step.events)
    assert mark.prices == (Decimal(110),)


def test_a_faulty_bar_counts_as_missed() -> None:
    """One bar may be missed; the faulty one and the absent one are two, and the exit must wait."""
    settings = engine_settings(symbols=(AAPL, MSFT), limits=some_limits(stale_after_bars=1))
    desk = Desk(settings)
    desk.close(*BEFORE, a_day(2, AAPL=112.0, MSFT=50.0), a_day(3, AAPL=90.0, MSFT=50.0))
    faulty = replace(a_day(4, AAPL=90.0).bars[0], low=-1.0)
    events = desk.close(and_also(a_day(4, MSFT=50.0), faulty))
    assert not only(FillBooked, events) and desk.engine.account.orders.open
    desk.close(a_day(5, MSFT=50.0))
    assert not desk.engine.account.orders.open
    assert desk.engine.account.tally.violations == {"STALE_DATA": 1}


def test_a_price_too_small_to_be_booked_is_never_a_mark_of_zero() -> None:
    """0.00004 dollars are 0.0000 in the books: at that price every limit in dollars lets every order pass."""
    engine = an_engine(SETTINGS)
    step = close(engine, a_day(0, AAPL=0.00003), a_day(1, AAPL=0.00004))[1]
    assert not step.commands, step.commands
