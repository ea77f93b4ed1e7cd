"""Averages of changes, and changes of averages, against exact fractions.

Worked by hand. Percentage price oscillator over 1 and 3 on closes 1, 2, 3, 6: the slow average is 2, then 4, so 50 and
50 percent. True strength over 1 and 2 on closes 10, 12, 11, 14: changes 2, -1, 3 average 0.5 and 13/6, their sizes 1.5
and 2.5: 33.33 and 86.67. Triple average over 2 on closes 1, 2, 4, 8, 16: 199/54, then 3905/486, a rise of 118.03
percent.
"""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import momentum
from robo_trader.core.features.feature import Feature

CLOSES = st.lists(st.floats(0.01, 10_000), min_size=1, max_size=50)
LENGTH = st.integers(1, 6)


def run(feature: Feature, closes: list[float]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, close, *feature.parameters) for close in closes]


def averages(values: list[Fraction], length: int) -> list[Fraction]:
    """Return the exponential averages, from the first known one on."""
    if len(values) < length:
        return []
    found = [sum(values[:length], Fraction(0)) / length]
    for value in values[length:]:
        found.append(found[-1] + (value - found[-1]) * Fraction(2, length + 1))
    return found


def agrees(ours: list[float], exact: list[float], tolerance: float) -> bool:
    unknown = len(ours) - len(exact)
    return all(map(math.isnan, ours[:unknown])) and ours[unknown:] == pytest.approx(exact, rel=1e-9, abs=tolerance)


@pytest.mark.parametrize(
    ("feature", "closes", "expected"),
    [
        pytest.param(momentum.ppo(1, 3), [1, 2, 3, 6], [50.0, 50.0], id="percentage price oscillator"),
        pytest.param(momentum.true_strength_index(1, 2), [10, 12, 11, 14], [100 / 3, 260 / 3], id="true strength"),
        pytest.param(momentum.trix(2), [1, 2, 4, 8, 16], [100 * (3905 / 486 / (199 / 54) - 1)], id="triple average"),
    ],
)
def test_as_worked_by_hand(feature: Feature, closes: list[float], expected: list[float]) -> None:
    assert agrees(run(feature, list(map(float, closes))), expected, 0.0)


@given(CLOSES, LENGTH)
@settings(deadline=None)
def test_trix_agrees_with_exact_fractions(closes: list[float], length: int) -> None:
    average = list(map(Fraction, closes))
    for _ in range(3):
        average = averages(average, length)
    exact = [float(now / before - 1) * 100 for before, now in pairwise(average)]
    assert agrees(run(momentum.trix(length), closes), exact, 1e-7)


@given(CLOSES, LENGTH, LENGTH)
@settings(deadline=None)
def test_ppo_agrees_with_exact_fractions(closes: list[float], fast: int, more: int) -> None:
    prices = list(map(Fraction, closes))
    slow_averages = averages(prices, fast + more)
    fast_averages = averages(prices, fast)[more:]
    exact = [float(one / other - 1) * 100 for one, other in zip(fast_averages, slow_averages, strict=True)]
    assert agrees(run(momentum.ppo(fast, fast + more), closes), exact, 1e-7)


@given(CLOSES, LENGTH, LENGTH)
@settings(deadline=None)
def test_true_strength_agrees_with_exact_fractions(closes: list[float], length: int, smoothing: int) -> None:
    prices = list(map(Fraction, closes))
    changes = [now - before for before, now in pairwise(prices)]
    direction = averages(averages(changes, length), smoothing)
    extent = averages(averages(list(map(abs, changes)), length), smoothing)
    if any(size < Fraction(1, 1000) for size in extent):
        return  # what is left of rounding is as large as what moved
    exact = [100 * float(one / size) for one, size in zip(direction, extent, strict=True)]
    assert agrees(run(momentum.true_strength_index(length, smoothing), closes), exact, 1e-4)


def test_a_price_that_stands_still_has_no_strength() -> None:
    assert run(momentum.true_strength_index(3, 2), [25.0] * 9)[4:] == [0.0] * 5
