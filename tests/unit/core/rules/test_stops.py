"""A stop is reached by a close that lost its distance, exactly or more; it remembers the position, and nothing else.

Worked by hand, 100 shares bought at 100: 5 % are lost at 95. Three ATRs of 2 are lost at 94. After a high of 120, a
tenth of it is lost at 108. Sold short at 100: 105, 106, and, after a low of 80, 88.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.stops import (
    ATR_STOP,
    BREAK_EVEN_STOP,
    FIXED_STOP,
    NO_STOP,
    STOP_STATE_SIZE,
    TIME_STOP,
    TRAILING_STOP,
    stop_level,
    stop_reached,
)

LONG, SHORT = 100.0, -100.0


class Watch:
    """The rule with its memory, and parameters that are all off but those that are named."""

    def __init__(
        self, *, fixed: float = 0.0, atrs: float = 0.0, trailing: float = 0.0, bars: float = 0.0, even: float = 0.0
    ) -> None:
        self.state = [0.0] * STOP_STATE_SIZE
        self.parameters = (fixed, atrs, trailing, bars, even)

    def level(self, *, held: float = LONG, cost: float = 100.0) -> float:
        """Where the nearest stop stands."""
        fixed, atrs, trailing, _, even = self.parameters
        return stop_level(self.state, held, cost, fixed, atrs, trailing, even)

    def look(
        self, close: float, *, held: float = LONG, cost: float = 100.0, high: float | None = None,
        low: float | None = None, atr: float = 2.0,
    ) -> int:  # fmt: skip
        """One bar; high and low are the close where they are not named."""
        highest, lowest = close if high is None else high, close if low is None else low
        return stop_reached(self.state, held, cost, highest, lowest, close, atr, *self.parameters)


def test_without_stops_nothing_is_reached() -> None:
    assert {Watch().look(close) for close in (100.0, 1.0, 0.0001)} == {NO_STOP}


@pytest.mark.parametrize(
    ("held", "last_safe", "reached"),
    [
        pytest.param(LONG, 95.01, 95.0, id="a long position, at exactly its distance"),
        pytest.param(SHORT, 104.99, 105.0, id="a short one, at exactly its distance"),
        pytest.param(LONG, 1e6, 60.0, id="a gap far beyond"),
    ],
)
def test_the_fixed_stop_counts_from_the_price_paid(held: float, last_safe: float, reached: float) -> None:
    watch = Watch(fixed=0.05)
    assert watch.look(last_safe, held=held) == NO_STOP
    assert watch.look(reached, held=held) == FIXED_STOP


def test_a_low_that_recovers_by_the_close_is_no_stop() -> None:
    assert Watch(fixed=0.05).look(96.0, low=90.0) == NO_STOP


@pytest.mark.parametrize(("held", "last_safe", "reached"), [(LONG, 94.01, 94.0), (SHORT, 105.99, 106.0)])
def test_the_atr_stop_keeps_the_range_of_the_entry(held: float, last_safe: float, reached: float) -> None:
    watch = Watch(atrs=3.0)
    assert watch.look(100.0, held=held, atr=2.0) == NO_STOP
    assert watch.look(last_safe, held=held, atr=0.1) == NO_STOP, "a calm day does not pull the stop closer"
    assert watch.look(reached, held=held, atr=50.0) == ATR_STOP, "nor a wild one push it away"


@pytest.mark.parametrize("unknown", [math.nan, 0.0])
def test_an_unknown_range_stops_nothing(unknown: float) -> None:
    watch = Watch(atrs=3.0)
    assert watch.look(100.0, atr=unknown) == NO_STOP
    assert watch.look(1.0, atr=unknown) == NO_STOP


def test_the_trailing_stop_of_a_long_position_counts_from_its_highest_price() -> None:
    watch = Watch(trailing=0.1)
    assert [watch.look(close, high=high) for close, high in ((110.0, 120.0), (108.01, 109.0), (108.0, 109.0))] == [
        NO_STOP, NO_STOP, TRAILING_STOP,
    ]  # fmt: skip


def test_the_trailing_stop_of_a_short_position_counts_from_its_lowest_price() -> None:
    watch = Watch(trailing=0.1)
    bars = ((85.0, 80.0), (87.99, 87.0), (88.0, 87.0))
    assert [watch.look(close, held=SHORT, low=low) for close, low in bars] == [NO_STOP, NO_STOP, TRAILING_STOP]


def test_the_trailing_stop_begins_at_the_price_paid() -> None:
    """The day of the entry fell from 99 to 90: 10 below the 100 that were paid are a tenth."""
    assert Watch(trailing=0.1).look(90.0, high=99.0) == TRAILING_STOP


def test_the_time_stop_counts_the_bars_held() -> None:
    watch = Watch(bars=3.0)
    assert [watch.look(100.0) for _ in range(4)] == [NO_STOP, NO_STOP, TIME_STOP, TIME_STOP]


def test_of_several_the_first_in_order_is_told() -> None:
    assert Watch(fixed=0.05, atrs=1.0, trailing=0.01, bars=1.0).look(50.0) == FIXED_STOP
    assert Watch(atrs=1.0, trailing=0.01, bars=1.0).look(50.0) == ATR_STOP
    assert Watch(trailing=0.01, bars=1.0).look(50.0) == TRAILING_STOP


def test_a_flat_bar_clears_the_memory() -> None:
    watch = Watch(trailing=0.1, bars=3.0)
    watch.look(150.0)
    watch.look(140.0)
    assert watch.look(100.0, held=0.0) == NO_STOP
    again = [watch.look(close, cost=100.0) for close in (100.0, 95.0, 95.0)]
    assert again == [NO_STOP, NO_STOP, TIME_STOP], "neither the high of 150 nor the two bars count"


def test_a_flip_begins_anew() -> None:
    watch = Watch(trailing=0.1, bars=2.0, atrs=3.0)
    watch.look(150.0, atr=100.0)
    assert watch.look(150.0, held=SHORT, cost=150.0, atr=2.0) == NO_STOP, "one bar held, not two"
    assert watch.look(156.0, held=SHORT, cost=150.0) == ATR_STOP, "by the range of the new entry"


def test_more_shares_of_the_same_side_are_the_same_position() -> None:
    watch = Watch(bars=2.0, fixed=0.05)
    watch.look(100.0)
    assert watch.look(96.0, held=300.0, cost=102.0) == FIXED_STOP, "96 is more than 5 % below the new average of 102"
    other = Watch(bars=2.0)
    other.look(100.0)
    assert other.look(100.0, held=300.0) == TIME_STOP


@given(st.floats(0.01, 0.9), st.floats(0.05, 5_000), st.booleans())
@settings(deadline=None)
def test_a_price_at_its_distance_has_reached_it_whatever_the_last_bits_say(
    fraction: float, cost: float, is_long: bool
) -> None:
    sign = 1.0 if is_long else -1.0
    reached = Watch(fixed=fraction).look(cost - sign * fraction * cost, held=sign * LONG, cost=cost)
    nearly = Watch(fixed=fraction).look(cost - sign * fraction * cost * (1 - 1e-6), held=sign * LONG, cost=cost)
    assert (reached, nearly) == (FIXED_STOP, NO_STOP)


@given(st.lists(st.floats(50, 150), min_size=2, max_size=12))
@settings(deadline=None)
def test_long_and_short_are_mirror_images(closes: list[float]) -> None:
    """Reflected in the price paid, 100: what one loses at a close, the other loses at 200 less it."""
    long_, short = Watch(atrs=5.0, bars=9.0), Watch(atrs=5.0, bars=9.0)
    for close in closes:
        assert long_.look(close) == short.look(200.0 - close, held=SHORT)


def test_a_gain_once_made_is_not_turned_into_a_loss() -> None:
    watch = Watch(even=0.1)
    assert watch.look(100.0) == NO_STOP, "nothing gained yet"
    assert watch.look(101.0, high=110.0) == NO_STOP
    assert watch.look(100.01) == NO_STOP
    assert watch.look(100.0) == BREAK_EVEN_STOP
    short = Watch(even=0.1)
    assert short.look(95.0, held=SHORT, low=90.0) == NO_STOP
    assert short.look(100.0, held=SHORT) == BREAK_EVEN_STOP


def test_the_nearest_stop_has_a_price() -> None:
    """After a high of 120: 5 % of the cost at 95, 3 ATRs of 2 at 94, a tenth of the best at 108, the cost at 100."""
    assert math.isnan(Watch(bars=5).level())
    watches = [
        Watch(fixed=0.05),
        Watch(atrs=3),
        Watch(trailing=0.1),
        Watch(even=0.15),
        Watch(fixed=0.05, atrs=3, even=0.15),
    ]
    assert watches[0].level() == 95, "known before the first bar"
    for watch in watches:
        watch.look(119.0, high=120.0)
    assert [watch.level() for watch in watches] == [95, 94, 108, 100, 100]
    short = Watch(fixed=0.05, trailing=0.1)
    short.look(81.0, held=SHORT, low=80.0)
    assert short.level(held=SHORT) == 88


@given(
    st.lists(st.floats(50, 200), min_size=1, max_size=20),
    st.sampled_from([LONG, SHORT]),
    st.sampled_from([0.0, 0.03]),
    st.sampled_from([0.0, 2.0]),
    st.sampled_from([0.0, 0.04]),
    st.sampled_from([0.0, 0.05]),
)
@settings(deadline=None)
def test_a_close_beyond_the_level_is_a_stop_and_one_before_it_is_none(
    closes: list[float], held: float, fixed: float, atrs: float, trailing: float, even: float
) -> None:
    watch = Watch(fixed=fixed, atrs=atrs, trailing=trailing, even=even)
    for close in closes:
        reached = watch.look(close, held=held)
        level = watch.level(held=held)
        sign = 1 if held > 0 else -1
        if not math.isnan(level) and abs(close - level) > 1e-6:
            assert (reached != NO_STOP) == (sign * (close - level) < 0)
        if reached != NO_STOP:
            return
