"""Covariances of daily returns, shrunk towards their mean correlation (Ledoit and Wolf 2004, "Honey...").

The oracle writes the paper's appendix as matrices in numpy: pi, rho and gamma over whole arrays, where the rule goes
pair by pair. Worked by hand: returns +1, -1, +1, -1 and +1, +1, -1, -1 are uncorrelated, each of variance 1.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from robo_trader.core.rules.correlated_groups import mark_group
from robo_trader.core.rules.covariance import (
    beta_of,
    center_returns,
    correlation_of,
    factor,
    mean_correlation,
    mix_shocks,
    portfolio_variance,
    sample_covariance,
    shrink_covariance,
    variance_shares,
)
from tests.examples import examples

Floats = NDArray[np.float64]


def estimated(returns: Floats) -> tuple[Floats, float]:
    """The rule's matrix and intensity; returns: (symbols, sessions)."""
    symbols, length = returns.shape
    flat, matrix = returns.ravel().tolist(), [0.0] * symbols**2
    center_returns(flat, symbols, length)
    sample_covariance(flat, matrix, symbols, length)
    intensity = shrink_covariance(flat, matrix, symbols, length)
    return np.array(matrix).reshape(symbols, symbols), intensity


def oracle(returns: Floats) -> tuple[Floats, float]:
    symbols, length = returns.shape
    x = returns - returns.mean(axis=1, keepdims=True)
    sample = x @ x.T / length
    variance = np.diag(sample)
    scale = np.sqrt(np.outer(variance, variance))
    mean = ((sample / scale).sum() - symbols) / (symbols * (symbols - 1))
    target = mean * scale
    np.fill_diagonal(target, variance)
    pi = (x**2) @ (x**2).T / length - sample**2
    theta = (x**3) @ x.T / length - variance[:, None] * sample  # of s_ii and s_ij
    np.fill_diagonal(theta, 0.0)
    rho = np.trace(pi) + mean * (np.sqrt(np.outer(1 / variance, variance)) * theta).sum()
    gamma = ((target - sample) ** 2).sum()
    intensity = max(0.0, min(1.0, (pi.sum() - rho) / gamma / length))
    return intensity * target + (1 - intensity) * sample, intensity


def drawn(seed: int, symbols: int, length: int, common: float) -> Floats:
    """Returns with a common factor, of very different sizes."""
    draw = np.random.default_rng(seed)
    market = draw.standard_t(4, length)
    own = draw.standard_t(4, (symbols, length))
    sizes = draw.uniform(0.002, 0.05, (symbols, 1))
    returns: Floats = sizes * (common * market + (1 - common) * own)
    return returns


@given(st.integers(0, 10**6), st.integers(3, 8), st.integers(10, 80), st.floats(0, 0.95))
@settings(deadline=None, max_examples=examples(60))
def test_it_is_what_the_paper_says(seed: int, symbols: int, length: int, common: float) -> None:
    returns = drawn(seed, symbols, length, common)
    (matrix, intensity), (expected, expected_intensity) = estimated(returns), oracle(returns)
    assert intensity == pytest.approx(expected_intensity, rel=1e-8, abs=1e-12)
    np.testing.assert_allclose(matrix, expected, rtol=1e-9, atol=1e-18)


def test_two_symbols_are_left_as_they_are() -> None:
    returns = drawn(1, 2, 60, 0.5)
    matrix, intensity = estimated(returns)
    assert intensity == 0.0
    np.testing.assert_allclose(matrix, np.cov(returns, bias=True), rtol=1e-12)


def test_variances_stay_and_extreme_correlations_come_nearer() -> None:
    returns = drawn(2, 6, 20, 0.3)
    matrix, intensity = estimated(returns)
    sample = np.cov(returns, bias=True)
    assert 0.0 < intensity <= 1.0
    np.testing.assert_allclose(np.diag(matrix), np.diag(sample), rtol=1e-12)
    flat = matrix.ravel().tolist()
    correlations = [correlation_of(flat, i, j, 6) for i in range(6) for j in range(i)]
    raw = np.asarray(np.corrcoef(returns))[np.tril_indices(6, -1)]
    assert max(correlations) < raw.max() and min(correlations) > raw.min()
    assert mean_correlation(flat, 6) == pytest.approx(raw.mean())


def test_equal_correlations_have_nowhere_to_go() -> None:
    """Three pairwise uncorrelated series of one variance: the sample is its own target."""
    a, b, c = [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0], [1.0, -1.0, -1.0, 1.0]
    matrix, intensity = estimated(np.array([a, b, c]))
    assert intensity == 0.0
    np.testing.assert_array_equal(matrix, np.eye(3))


@given(st.integers(0, 10**6), st.integers(1, 7))
@settings(deadline=None, max_examples=examples(40))
def test_the_factor_times_itself_is_the_covariance(seed: int, symbols: int) -> None:
    matrix, _ = estimated(drawn(seed, symbols, 60, 0.4))
    root = [0.0] * symbols**2
    factor(matrix.ravel().tolist(), root, symbols)
    lower = np.array(root).reshape(symbols, symbols)
    np.testing.assert_allclose(lower @ lower.T, matrix, rtol=1e-9, atol=1e-15)
    shocks, day = list(range(1, symbols + 1)), [0.0] * symbols
    mix_shocks(root, [float(shock) for shock in shocks], day, symbols)
    np.testing.assert_allclose(day, lower @ np.array(shocks), rtol=1e-12)


def test_a_symbol_that_says_nothing_new_has_no_column_of_its_own() -> None:
    root = [0.0] * 4
    factor([4.0, 2.0, 2.0, 1.0], root, 2)
    assert root == [2.0, 0.0, 1.0, 0.0]


def test_portfolio_variance_by_hand() -> None:
    """100 dollars of variance 4 and -50 of variance 1, covariance 1: 40,000 + 2,500 - 10,000."""
    assert portfolio_variance([4.0, 1.0, 1.0, 1.0], [100.0, -50.0], 2) == 32_500.0


def test_beta_is_the_slope_of_a_regression() -> None:
    returns = drawn(3, 2, 60, 0.6)
    flat = returns.ravel().tolist()
    center_returns(flat, 2, 60)
    assert beta_of(flat, 0, 1, 60) == pytest.approx(np.polyfit(returns[1], returns[0], 1)[0])


def test_a_benchmark_that_stands_still_has_no_beta() -> None:
    assert math.isnan(beta_of([1.0, -1.0, 0.0, 0.0], 0, 1, 2))


class TestGroups:
    """A and B have a correlation of 0.95, B and C of -0.92, A and C of 0.5; D stands alone."""

    MATRIX = (
        1.0, 0.95, 0.5, 0.1,
        0.95, 1.0, -0.92, 0.1,
        0.5, -0.92, 1.0, 0.1,
        0.1, 0.1, 0.1, 1.0,
    )  # fmt: skip

    def group(self, member: int, threshold: float = 0.9, known: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)) -> list[int]:
        marks = [0.0] * 4
        mark_group(list(self.MATRIX), 4, member, threshold, marks, list(known))
        return [place for place, mark in enumerate(marks) if mark]

    def test_a_chain_joins(self) -> None:
        assert self.group(0) == self.group(1) == self.group(2) == [0, 1, 2]
        assert self.group(3) == [3]

    def test_above_the_threshold_only(self) -> None:
        assert self.group(0, threshold=0.95) == [0]
        assert self.group(0, threshold=0.93) == [0, 1]

    def test_what_is_not_known_joins_everything(self) -> None:
        assert self.group(3, known=(1.0, 1.0, 0.0, 1.0)) == [0, 1, 2, 3]
        assert self.group(2, known=(1.0, 1.0, 0.0, 1.0)) == [0, 1, 2, 3]


def test_the_parts_of_a_variance_are_covariances_with_the_whole() -> None:
    returns = drawn(4, 3, 60, 0.6)
    values = np.array([100.0, -50.0, 20.0])
    together = values @ returns
    parts = variance_shares(np.cov(returns).ravel().tolist(), values.tolist(), 3)
    oracle = [np.cov(value * own, together)[0, 1] / together.var(ddof=1) for value, own in zip(values, returns)]  # noqa: B905 - numpy rows
    assert parts == pytest.approx(oracle)
    assert sum(parts) == pytest.approx(1.0)


def test_a_hedge_takes_variance_away_and_what_stands_still_has_no_parts() -> None:
    """Variances 4 and 1, covariance -1: together 3, of which 4 - 1 are the first one's and 1 - 1 the second one's."""
    assert variance_shares([4.0, -1.0, -1.0, 1.0], [1.0, 1.0], 2) == [1.0, 0.0]
    assert all(map(math.isnan, variance_shares([0.0] * 4, [1.0, 1.0], 2)))
