"""The averages forget nothing too early, remember nothing too long, and stay exact over a long life.

Worked by hand: of 1, 2, 3, 4, 5, 6 the simple averages over 3 are 2, 3, 4, 5. The exponential one over 3 begins with
(1 + 2 + 3) / 3 = 2 and moves half of the way to each next value: 10 -> 6, 4 -> 5.
"""

import math
import random
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.moving_averages import ema_state_size, ema_update, sma_state_size, sma_update

PRICES = st.lists(st.floats(0.01, 10_000), min_size=1, max_size=60)


def sma(values: list[float], length: int) -> list[float]:
    state = [0.0] * sma_state_size(length)
    return [sma_update(state, value, length) for value in values]


def ema(values: list[float], length: int) -> list[float]:
    state = [0.0] * ema_state_size(length)
    return [ema_update(state, value, length) for value in values]


def mean(values: list[float]) -> float:
    return float(sum(map(Fraction, values), Fraction(0)) / len(values))


def test_sma_is_the_mean_of_the_last_values() -> None:
    assert sma([1, 2, 3, 4, 5, 6], 3)[2:] == [2, 3, 4, 5]


def test_sma_of_one_is_the_value() -> None:
    assert sma([0.1, 1e9, 0.3], 1) == [0.1, 1e9, 0.3]


@pytest.mark.parametrize("average", [sma, ema])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_nothing_is_known_before_there_are_as_many_values(
    length: int, average: Callable[[list[float], int], list[float]]
) -> None:
    values = average([7.0] * 8, length)
    assert [math.isnan(value) for value in values] == [n + 1 < length for n in range(8)]


@given(PRICES, st.integers(1, 20))
@settings(deadline=None)
def test_sma_agrees_with_exact_fractions(values: list[float], length: int) -> None:
    for end, ours in enumerate(sma(values, length), start=1):
        if end >= length:
            window = values[end - length : end]
            assert math.isclose(ours, mean(window), rel_tol=1e-12, abs_tol=1e-14 * max(values[:end]))


@pytest.mark.parametrize("length", [1, 2, 7, 50])
def test_sma_does_not_drift_in_a_hundred_thousand_bars(length: int) -> None:
    draw = random.Random(length)  # noqa: S311 - prices, not secrets
    values = [100.0 * math.exp(draw.gauss(0, 0.5)) for _ in range(100_000)]
    ours = sma(values, length)
    checked = range(99_000, 100_000)
    assert max(abs(ours[n] / (math.fsum(values[n + 1 - length : n + 1]) / length) - 1) for n in checked) < 1e-13


def test_ema_moves_by_its_weight() -> None:
    assert ema([1, 2, 3, 10, 4], 3)[2:] == [2, 6, 5]


def test_ema_of_one_is_the_value() -> None:
    assert ema([3, 1, 2], 1) == [3, 1, 2]


@given(PRICES, st.integers(1, 20))
@settings(deadline=None)
def test_ema_agrees_with_exact_fractions(values: list[float], length: int) -> None:
    ours = ema(values, length)
    if len(values) < length:
        assert all(map(math.isnan, ours))
        return
    average = sum(map(Fraction, values[:length]), Fraction(0)) / length
    for value, mine in zip(values[length:], ours[length:], strict=True):
        average += (Fraction(value) - average) * Fraction(2, length + 1)
        assert math.isclose(mine, float(average), abs_tol=1e-13 * max(values))
