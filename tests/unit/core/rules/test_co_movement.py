"""Beta and correlation of two symbols' returns.

Worked by hand: returns of 2 % and 4 % beside 1 % and 2 % make a beta of 2 and a correlation of 1.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.co_movement import beta_state_size, beta_update, correlation_state_size, correlation_update

RETURNS = st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=6, max_size=30)
Closes = list[tuple[float, float]]


def betas(closes: Closes, length: int) -> list[float]:
    state = [0.0] * beta_state_size(length)
    return [beta_update(state, close, other, length) for close, other in closes]


def correlations(closes: Closes, length: int) -> list[float]:
    state = [0.0] * correlation_state_size(length)
    return [correlation_update(state, close, other, length) for close, other in closes]


def test_beta_is_the_return_for_one_percent_of_the_others() -> None:
    values = betas([(100.0, 100.0), (102.0, 101.0), (106.08, 103.02)], 2)
    assert [math.isnan(value) for value in values] == [True, True, False]
    assert values[-1] == pytest.approx(2.0, rel=1e-12)


def test_correlation_is_minus_1_for_opposite_returns() -> None:
    values = correlations([(100.0, 100.0), (110.0, 90.0), (99.0, 99.0), (108.9, 89.1)], 3)
    assert [math.isnan(value) for value in values] == [True, True, True, False]
    assert values[-1] == pytest.approx(-1.0, abs=1e-15)


def test_a_price_that_stands_still_moves_with_nothing() -> None:
    moving = [100.0 + n % 3 for n in range(12)]
    assert math.isnan(betas([(close, 50.0) for close in moving], 4)[-1])
    assert math.isnan(correlations([(close, 50.0) for close in moving], 4)[-1])
    assert math.isnan(correlations([(50.0, close) for close in moving], 4)[-1])
    assert betas([(50.0, close) for close in moving], 4)[-1] == 0.0


@given(RETURNS)
@settings(deadline=None)
def test_correlation_is_within_its_bounds_and_the_same_both_ways(returns: list[tuple[int, int]]) -> None:
    closes = [(100.0, 40.0)]
    for own, other in returns:
        closes.append((closes[-1][0] * (1 + own / 10_000), closes[-1][1] * (1 + other / 10_000)))
    values = correlations(closes, 5)
    assert all(math.isnan(value) or -1 <= value <= 1 for value in values)
    mirrored = correlations([(other, own) for own, other in closes], 5)
    assert mirrored == pytest.approx(values, rel=1e-12, abs=1e-12, nan_ok=True)
