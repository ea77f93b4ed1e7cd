"""The line through a window of pairs, and the correlation, keep their digits.

Worked by hand: x 0, 1, 2 and y 0, 1, 3 have means 1 and 4 / 3, sums about them xx 2, xy 3, yy 14 / 3; so a slope of
1.5, residuals 1 / 6, -1 / 3, 1 / 6 with a mean square of 1 / 18, and a correlation of 3 / sqrt(28 / 3).
"""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.pairs import (
    pairs_correlation,
    pairs_newest,
    pairs_oldest,
    pairs_push,
    pairs_residual,
    pairs_residual_variance,
    pairs_size,
    pairs_slope,
)

Pairs = list[tuple[float, float]]
VALUES = st.integers(-(10**6), 10**6).map(float)
AT = 2


def after(pairs: Pairs, length: int) -> list[float]:
    state = [0.0] * (AT + pairs_size(length))
    ready = [pairs_push(state, AT, x, y, length) for x, y in pairs]
    assert ready == [end >= length for end in range(1, len(pairs) + 1)]
    return state


def test_slope_residuals_and_correlation_are_those_of_least_squares() -> None:
    state = after([(0, 0), (1, 1), (2, 3)], 3)
    slope = pairs_slope(state, AT)
    assert slope == pytest.approx(1.5, rel=1e-14)
    assert pairs_correlation(state, AT) == pytest.approx(3 / math.sqrt(28 / 3), rel=1e-14)
    assert pairs_residual_variance(state, AT, slope, 3) == pytest.approx(1 / 18, rel=1e-14)
    residuals = [pairs_residual(state, AT, slot, slope, 3) for slot in range(3)]
    assert residuals == pytest.approx([1 / 6, -1 / 3, 1 / 6], rel=1e-13)


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_the_newest_and_the_oldest_pair_are_found(count: int) -> None:
    state = after([(float(n), float(n * n)) for n in range(count)], 3)
    newest = pairs_residual(state, AT, pairs_newest(state, AT, 3), 0.0, 3)
    oldest = pairs_residual(state, AT, pairs_oldest(state, AT), 0.0, 3)
    assert newest - oldest == pytest.approx((count - 1) ** 2 - (count - 3) ** 2, rel=1e-14)


def test_equal_x_have_no_slope_and_equal_values_no_correlation() -> None:
    noise: Pairs = [(0.3, 0.7), (77.7, 13.1)]
    flat_x = after([*noise, *[(0.1, n / 7) for n in range(9)]], 4)
    flat_y = after([*noise, *[(n / 7, 0.1) for n in range(9)]], 4)
    assert math.isnan(pairs_slope(flat_x, AT))
    assert math.isnan(pairs_correlation(flat_x, AT))
    assert math.isnan(pairs_correlation(flat_y, AT))
    assert pairs_slope(flat_y, AT) == 0.0


def test_a_perfect_fit_leaves_no_residual() -> None:
    state = after([(x / 7, 3 * x / 7 + 0.1) for x in range(10)], 5)
    assert pairs_residual_variance(state, AT, pairs_slope(state, AT), 5) == 0.0
    assert pairs_correlation(state, AT) == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("noise", [1e-3, 1e-6, 1e-8])
def test_a_small_residual_beside_a_large_spread_keeps_its_digits(noise: float) -> None:
    draw = random.Random(3)  # noqa: S311 - prices, not secrets
    errors = [draw.gauss(0, 1) * noise for _ in range(30)]
    state = after([(float(n), 2.0 * n + error) for n, error in enumerate(errors)], 20)
    slope = pairs_slope(state, AT)
    # The same regression of the errors alone, about their own line: the residuals are equal.
    exact = after([(float(n), error) for n, error in enumerate(errors)], 20)
    wanted = pairs_residual_variance(exact, AT, pairs_slope(exact, AT), 20)
    assert pairs_residual_variance(state, AT, slope, 20) == pytest.approx(wanted, rel=2e-14 / noise)


@pytest.mark.parametrize("later", range(12))
@pytest.mark.parametrize("spiked", [0, 1])
def test_digits_come_back_once_a_spike_has_left(spiked: int, later: int) -> None:
    calm = [(100 + math.sin(n) / 100, 50 + math.cos(2 * n) / 50) for n in range(60)]
    spike = (1e7, 50.0) if spiked == 0 else (100.0, 1e7)
    state = after([*calm[: 20 + later], spike, *calm[20 + later : 30 + later]], 10)
    fresh = after(calm[20 + later : 30 + later], 10)
    assert pairs_slope(state, AT) == pytest.approx(pairs_slope(fresh, AT), rel=1e-9)
    assert pairs_correlation(state, AT) == pytest.approx(pairs_correlation(fresh, AT), rel=1e-9)


def test_a_window_that_has_been_replaced_is_as_good_as_new() -> None:
    draw = random.Random(8)  # noqa: S311 - prices, not secrets
    pairs = [(math.exp(draw.gauss(0, 0.5)), math.exp(draw.gauss(0, 0.5))) for _ in range(7000)]
    state, fresh = after(pairs, 7), after(pairs[-7:], 7)
    assert pairs_slope(state, AT) == pairs_slope(fresh, AT)
    assert pairs_correlation(state, AT) == pairs_correlation(fresh, AT)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=5, max_size=40), st.integers(3, 5))
@settings(deadline=None)
def test_the_window_forgets_all_that_has_left(pairs: Pairs, length: int) -> None:
    state, fresh = after(pairs, length), after(pairs[-length:], length)
    assert pairs_correlation(state, AT) == pytest.approx(pairs_correlation(fresh, AT), rel=1e-9, abs=1e-9, nan_ok=True)
    slope = pairs_slope(fresh, AT)
    assert pairs_slope(state, AT) == pytest.approx(slope, rel=1e-9, abs=1e-3, nan_ok=True)
