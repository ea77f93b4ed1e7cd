"""Every fault a bar can have is found by itself, and nothing is found in a sound bar.

The sound bar: open 100, high 110, low 90, close 105, volume 1,000, over one hour.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar, BarFault
from robo_trader.core.market.checks import find_fault
from tests.builders import HOUR, OPEN, a_bar
from tests.examples import examples

SOUND = a_bar(open=100, high=110, low=90, close=105, volume=1_000)
END = SOUND.ended_at
NAN, INFINITY = math.nan, math.inf
ANY = st.floats() | st.sampled_from([0.0, 90.0, 100.0, 110.0])


@pytest.mark.parametrize(
    "bar",
    [
        pytest.param(SOUND, id="an ordinary bar"),
        pytest.param(a_bar(open=100), id="a flat bar"),
        pytest.param(replace(SOUND, volume=0.0), id="a bar without volume"),
        pytest.param(replace(SOUND, open=90.0, close=110.0), id="open and close at the extremes"),
        pytest.param(replace(SOUND, started_at=END - 1), id="a bar of one nanosecond"),
    ],
)
def test_sound(bar: Bar) -> None:
    assert find_fault(bar, None) is None
    assert find_fault(bar, END - 1) is None


@pytest.mark.parametrize("value", [NAN, INFINITY, -INFINITY])
def test_one_number_that_is_not_finite_spoils_the_bar(value: float) -> None:
    spoiled = [
        replace(SOUND, open=value),
        replace(SOUND, high=value),
        replace(SOUND, low=value),
        replace(SOUND, close=value),
        replace(SOUND, volume=value),
    ]
    assert [find_fault(bar, None) for bar in spoiled] == [BarFault.NOT_FINITE] * 5


@pytest.mark.parametrize(
    ("bar", "fault"),
    [
        pytest.param(replace(SOUND, low=0.0), BarFault.NOT_POSITIVE, id="a low of zero"),
        pytest.param(replace(SOUND, low=-0.01), BarFault.NOT_POSITIVE, id="a low below zero"),
        pytest.param(replace(SOUND, open=-1.0), BarFault.NOT_POSITIVE, id="an open below zero"),
        pytest.param(replace(SOUND, high=0.0), BarFault.NOT_POSITIVE, id="a high of zero"),
        pytest.param(replace(SOUND, close=0.0), BarFault.NOT_POSITIVE, id="a close of zero"),
        pytest.param(replace(SOUND, high=89.0), BarFault.HIGH_BELOW_LOW, id="high and low swapped"),
        pytest.param(replace(SOUND, open=110.5), BarFault.OUTSIDE_RANGE, id="an open above the high"),
        pytest.param(replace(SOUND, open=89.5), BarFault.OUTSIDE_RANGE, id="an open below the low"),
        pytest.param(replace(SOUND, close=110.5), BarFault.OUTSIDE_RANGE, id="a close above the high"),
        pytest.param(replace(SOUND, close=89.5), BarFault.OUTSIDE_RANGE, id="a close below the low"),
        pytest.param(replace(SOUND, volume=-1.0), BarFault.NEGATIVE_VOLUME, id="a negative volume"),
        pytest.param(replace(SOUND, started_at=END), BarFault.BAD_INTERVAL, id="a bar without length"),
        pytest.param(replace(SOUND, started_at=END + 1), BarFault.BAD_INTERVAL, id="a bar that ends before it begins"),
    ],
)
def test_fault(bar: Bar, fault: BarFault) -> None:
    assert find_fault(bar, None) is fault


@pytest.mark.parametrize(
    ("last_ended_at", "fault"),
    [
        pytest.param(None, None, id="the first bar follows nothing"),
        pytest.param(END - HOUR, None, id="the next bar"),
        pytest.param(END - 1, None, id="later by a nanosecond"),
        pytest.param(END, BarFault.DUPLICATE, id="the same end again"),
        pytest.param(END + 1, BarFault.OUT_OF_ORDER, id="earlier by a nanosecond"),
        pytest.param(END + HOUR, BarFault.OUT_OF_ORDER, id="a bar of the past"),
    ],
)
def test_order(last_ended_at: int | None, fault: BarFault | None) -> None:
    assert find_fault(SOUND, last_ended_at) is fault


@given(ANY, ANY, ANY, ANY, ANY)
@settings(deadline=None, max_examples=examples(300))
def test_what_passes_is_a_bar(open_: float, high: float, low: float, close: float, volume: float) -> None:
    bar = a_bar(started_at=OPEN, open=open_, high=high, low=low, close=close, volume=volume)
    if find_fault(bar, None) is None:
        assert 0 < low <= min(open_, close) <= max(open_, close) <= high < INFINITY
        assert 0 <= volume < INFINITY
