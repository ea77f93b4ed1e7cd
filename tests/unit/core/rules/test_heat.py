"""What is lost down to the stops, by hand: a share bought at 100 dollars that stands at 110, and was at 120 at best.

A fixed stop of 5 % of the price paid stands at 95: 15 dollars below. A trailing one of 10 % of the best price stands at
108: 2 dollars below. Two ranges of 4 dollars below 100 are 92: 18 dollars below.
"""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.heat import risk_to_stop, stop_distance
from robo_trader.core.rules.stops import NO_STOP, STOP_STATE_SIZE, stop_reached


@pytest.mark.parametrize(
    ("fixed", "multiple", "trailing", "distance"),
    [
        pytest.param(0.05, 0.0, 0.0, 15.0, id="fixed"),
        pytest.param(0.0, 2.0, 0.0, 18.0, id="ranges"),
        pytest.param(0.0, 0.0, 0.1, 2.0, id="trailing"),
        pytest.param(0.05, 2.0, 0.0, 15.0, id="the nearest of two"),
        pytest.param(0.05, 2.0, 0.1, 2.0, id="the nearest of three"),
        pytest.param(0.0, 0.0, 0.0, 110.0, id="none: all of the price"),
        pytest.param(0.0, 0.0, 0.05, 0.0, id="one that is reached already: 114"),
    ],
)
def test_distance_of_a_long_position(fixed: float, multiple: float, trailing: float, distance: float) -> None:
    assert stop_distance([1.0, 120.0, 0.0, 4.0], 100.0, 110.0, fixed, multiple, trailing, 0.0) == pytest.approx(
        distance
    )


def test_distance_of_a_short_position() -> None:
    """Sold at 100, at 90 now, at 80 at best: 5 % above 100 is 105, 10 % above 80 is 88: reached."""
    assert stop_distance([-1.0, 80.0, 0.0, 0.0], 100.0, 90.0, 0.05, 0.0, 0.0, 0.0) == pytest.approx(15.0)
    assert stop_distance([-1.0, 80.0, 0.0, 0.0], 100.0, 90.0, 0.05, 0.0, 0.1, 0.0) == 0.0


def test_once_ahead_enough_no_more_than_the_gain_is_at_risk() -> None:
    """At 120 at best it was 20 % ahead: 10 dollars down to the price paid. A gain of 25 % was never there."""
    assert stop_distance([1.0, 120.0, 0.0, 4.0], 100.0, 110.0, 0.05, 0.0, 0.0, 0.2) == pytest.approx(10.0)
    assert stop_distance([1.0, 120.0, 0.0, 4.0], 100.0, 110.0, 0.05, 0.0, 0.0, 0.25) == pytest.approx(15.0)


@pytest.mark.parametrize("atr", [0.0, math.nan])
def test_an_unknown_range_sets_no_stop(atr: float) -> None:
    assert stop_distance([1.0, 120.0, 0.0, atr], 100.0, 110.0, 0.0, 2.0, 0.0, 0.0) == 110.0


@given(st.sampled_from([1.0, -1.0]), st.floats(50, 150), st.floats(50, 150), st.floats(0.01, 0.3), st.floats(0, 5))
def test_a_stop_is_reached_where_the_distance_says(
    sign: float, cost: float, price: float, fixed: float, multiple: float
) -> None:
    """The monitor that leaves positions and the heat agree on where the stop is: just before it, and just beyond."""
    best = max(cost, price) if sign > 0 else min(cost, price)
    distance = stop_distance([sign, best, 0.0, 4.0], cost, price, fixed, multiple, 0.0, 0.0)
    for part, is_reached in ((0.999, False), (1.001, True)):
        close = price - sign * part * distance
        if distance < 1e-3 or close <= 0:
            return
        state = [0.0] * STOP_STATE_SIZE
        found = stop_reached(state, sign, cost, close, close, close, 4.0, fixed, multiple, 0.0, 0.0, 0.0)
        assert (found != NO_STOP) is is_reached


@pytest.mark.parametrize(
    ("position", "buys", "sells", "risk"),
    [
        pytest.param(100, 0, 0, 200, id="held, 2 dollars from the stop"),
        pytest.param(100, 50, 0, 450, id="50 more would be 5 dollars from theirs"),
        pytest.param(100, 0, 100, 200, id="none of a sale may fill"),
        pytest.param(100, 0, 300, 600, id="or all, and 200 are short, 3 dollars from their stop"),
        pytest.param(0, 50, 80, 250, id="flat: the worse of both sides"),
        pytest.param(-100, 0, 50, 350, id="short: 100 held, 50 more"),
        pytest.param(-100, 150, 0, 250, id="short: 50 long after a purchase cost more than 100 short"),
    ],
)
def test_worst_case(position: int, buys: int, sells: int, risk: int) -> None:
    numbers = [Decimal(number) for number in (position, buys, sells, 2, 5, 3)]
    assert risk_to_stop(*numbers) == risk
    assert risk_to_stop(*map(float, numbers)) == risk
