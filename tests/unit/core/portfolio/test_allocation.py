"""Capital is divided by what strategies have returned, within floor and cap, and never more of it than configured.

Worked by hand: standard deviations of 1 % and 2 % give inverse weights of 2/3 and 1/3.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from robo_trader.core.portfolio.allocation import Allocation, AllocationPolicy, bounded_weights, divide_capital

CALM = [0.01, -0.01] * 15
WILD = [0.02, -0.02] * 15
FLAT = [0.0] * 30
HALVES = (0.5, 0.5)


def a_policy(way: Allocation, *, floor: float = 0.0, cap: float = 1.0) -> AllocationPolicy:
    return AllocationPolicy(way=way, floor=floor, cap=cap)


@pytest.mark.parametrize(
    ("way", "returns", "weights"),
    [
        pytest.param(Allocation.FIXED, (CALM, WILD), (0.7, 0.3), id="fixed stays as configured"),
        pytest.param(Allocation.EQUAL, (CALM, WILD), (0.5, 0.5), id="equal"),
        pytest.param(Allocation.INVERSE_VOLATILITY, (CALM, WILD), (2 / 3, 1 / 3), id="inverse volatility"),
        pytest.param(Allocation.INVERSE_VOLATILITY, (CALM, FLAT), (1.0, 0.0), id="unknown risk is given nothing"),
        pytest.param(Allocation.RISK_PARITY, (CALM, WILD), (2 / 3, 1 / 3), id="risk parity of two is the same"),
        pytest.param(Allocation.RANKED, ([0.01, 0.0] * 15, WILD), (1.0, 0.0), id="all to the one that earns"),
        pytest.param(Allocation.RANKED, (WILD, WILD), (0.5, 0.5), id="nobody earns: all alike"),
    ],
)
def test_the_ways(way: Allocation, returns: tuple[list[float], ...], weights: tuple[float, ...]) -> None:
    assert divide_capital(a_policy(way), returns, (0.7, 0.3)) == pytest.approx(weights)


def test_too_little_is_known() -> None:
    policy = a_policy(Allocation.INVERSE_VOLATILITY)
    assert divide_capital(policy, (CALM[:19], WILD[:19]), (0.7, 0.3)) == [0.7, 0.3]


def test_only_the_last_sessions_count() -> None:
    before = [0.5, -0.5] * 50
    policy = AllocationPolicy(way=Allocation.INVERSE_VOLATILITY, sessions=30)
    assert divide_capital(policy, (before + CALM, WILD), HALVES) == pytest.approx((2 / 3, 1 / 3))


def test_floor_and_cap() -> None:
    ways = (CALM, [0.1 * number for number in CALM], WILD)
    third = (1 / 3, 1 / 3, 1 / 3)
    found = divide_capital(a_policy(Allocation.INVERSE_VOLATILITY, floor=0.2, cap=0.5), ways, third)
    assert found == pytest.approx((0.3, 0.5, 0.2)), "the second cut to its cap, the third lifted to its floor"


def contributions(weights: Sequence[float], covariance: np.ndarray) -> np.ndarray:
    held = np.array(weights)
    return np.asarray(held * (covariance @ held))


@given(st.integers(0, 10_000), st.integers(2, 6))
def test_risk_parity_contributes_alike(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    mixing = np.eye(count) + rng.uniform(-0.3, 0.3, size=(count, count))
    returns = (rng.normal(size=(60, count)) @ mixing * 0.01).T
    weights = divide_capital(a_policy(Allocation.RISK_PARITY), returns.tolist(), [1 / count] * count)
    parts = contributions(weights, np.cov(returns))
    assert parts == pytest.approx([parts.mean()] * count, rel=1e-6)


WEIGHTS = st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda found: sum(found) > 1e-6)


@given(WEIGHTS, st.floats(0, 1), st.floats(0, 1))
@example([0.42, 0.37, 0.21], 1.0, 0.0)  # floor and cap are both a third: two are lifted, the last is above by rounding
def test_bounded_weights_keep_to_their_bounds(drawn: list[float], low: float, high: float) -> None:
    weights = [weight / sum(drawn) for weight in drawn]
    floor, cap = low / len(drawn), max(high, 1 / len(drawn))
    found = bounded_weights(weights, floor, cap)
    assert sum(found) == pytest.approx(1.0)
    assert all(floor - 1e-9 <= weight <= cap + 1e-9 for weight in found)
    inside = [n for n, weight in enumerate(found) if floor + 1e-9 < weight < cap - 1e-9]
    for a, b in pairwise(inside):
        assert found[a] * weights[b] == pytest.approx(found[b] * weights[a], abs=1e-9)
