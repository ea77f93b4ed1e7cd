"""Variance and higher moments of a window keep their digits, whatever has just left it.

Worked by hand: 1, 2, 3 have the mean 2 and the variance 2 / 3. Of 0, 0, 3 the mean is 1, the distances are -1, -1, 2,
and the mean square, cube and fourth power of them 2, 2 and 6.
"""

import math
import random
import statistics
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.moments import (
    fourth_moment,
    mean_of,
    powers_push,
    powers_size,
    second_moment,
    third_moment,
    variance_distance,
    variance_push,
    variance_size,
)

PRICES = st.lists(st.integers(1, 10**9).map(lambda cents: cents / 100), min_size=1, max_size=60)


def variances(values: list[float], length: int) -> list[float]:
    state = [0.0] * (1 + variance_size(length))
    return [variance_push(state, 1, value, length) for value in values]


def moments(values: list[float], length: int) -> tuple[float, float, float]:
    state = [0.0] * (1 + powers_size(length))
    ready = [powers_push(state, 1, value, length) for value in values]
    assert ready == [end >= length for end in range(1, len(values) + 1)]
    return second_moment(state, 1, length), third_moment(state, 1, length), fourth_moment(state, 1, length)


def exact_moment(window: list[float], power: int) -> float:
    values = [Fraction(value) for value in window]
    mean = sum(values, Fraction(0)) / len(values)
    return float(sum(((value - mean) ** power for value in values), Fraction(0)) / len(values))


def test_the_variance_is_the_populations() -> None:
    assert variances([7.0, 1.0, 2.0, 3.0], 3)[3] == pytest.approx(2 / 3, rel=1e-15)


def test_moments_are_means_of_powers() -> None:
    assert moments([9.0, 9.0, 0.0, 0.0, 3.0], 3) == pytest.approx((2.0, 2.0, 6.0), rel=1e-15)


def test_nothing_is_known_before_the_window_is_full() -> None:
    assert [math.isnan(value) for value in variances([1.0, 2.0, 3.0, 4.0], 3)] == [True, True, False, False]


def test_the_distance_is_from_the_mean() -> None:
    state = [0.0] * variance_size(3)
    for value in (1.0, 2.0, 6.0):
        variance_push(state, 0, value, 3)
    assert variance_distance(state, 0, 10.0, 3) == pytest.approx(7.0, rel=1e-15)


def test_equal_values_have_exactly_their_own_mean_and_no_variance() -> None:
    assert mean_of([0.0, 0.1, 0.1, 0.1], 1, 3) == 0.1
    assert variances([100.1, 250.3, *([0.1] * 40)], 7)[-1] == 0.0
    assert moments([100.1, 250.3, *([0.1] * 40)], 7) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("spike", [1e3, 1e6])
@pytest.mark.parametrize("after", range(10, 17))
def test_digits_come_back_once_a_spike_has_left(spike: float, after: int) -> None:
    calm = [100.0 + math.sin(n) / 100 for n in range(40)]
    values = [*calm[:after], 100.0 * spike, *calm[after : after + 10]]
    window = values[-10:]
    assert variances(values, 10)[-1] == pytest.approx(statistics.pvariance(map(Fraction, window)), rel=1e-9)
    second, third, fourth = moments(values, 10)
    assert second == pytest.approx(exact_moment(window, 2), rel=1e-9)
    assert third == pytest.approx(exact_moment(window, 3), abs=1e-9 * second**1.5)
    assert fourth == pytest.approx(exact_moment(window, 4), rel=1e-9)


def test_a_window_that_has_been_replaced_is_as_good_as_new() -> None:
    draw = random.Random(8)  # noqa: S311 - prices, not secrets
    values = [100 * math.exp(draw.gauss(0, 0.5)) for _ in range(7000)]
    assert variances(values, 7)[-1] == variances(values[-7:], 7)[-1]
    assert moments(values, 7) == moments(values[-7:], 7)


@given(PRICES, st.integers(1, 20))
@settings(deadline=None)
def test_variance_agrees_with_exact_fractions(values: list[float], length: int) -> None:
    for end, ours in enumerate(variances(values, length), start=1):
        if end >= length:
            exact = exact_moment(values[end - length : end], 2)
            largest = max(values[end - length : end])
            assert ours == pytest.approx(exact, rel=1e-9, abs=1e-24 * largest * largest)


@given(PRICES, st.integers(2, 20))
@settings(deadline=None)
def test_moments_agree_with_exact_fractions(values: list[float], length: int) -> None:
    if len(values) >= length:
        window = values[-length:]
        scale = math.sqrt(exact_moment(window, 2)) + 1e-13 * max(window)
        for power, ours in zip((2, 3, 4), moments(values, length), strict=True):
            assert ours == pytest.approx(exact_moment(window, power), rel=1e-9, abs=1e-9 * scale**power)
