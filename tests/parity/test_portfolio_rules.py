"""The rules of portfolio risk, compiled: the same source gives the same numbers over arrays as over lists."""

from collections.abc import Callable
from inspect import getmembers, isfunction
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from robo_trader.core.rules import correlated_groups, covariance, heat, portfolio_losses, random_normals, value_at_risk
from robo_trader.research.compiled.compiler import Compiler

SYMBOLS, LENGTH = 5, 60
RETURNS = np.random.default_rng(11).normal(0.0, 0.01, SYMBOLS * LENGTH)


def compiled(module: ModuleType, name: str) -> Callable[..., Any]:
    """A rule as the compiled backtest would have it."""
    return Compiler().compile(getattr(module, name))


def estimated(get: Callable[[ModuleType, str], Callable[..., Any]], of: Callable[[Any], Any]) -> list[list[float]]:
    """Matrix, intensity, factor and group. of: makes a list or an array."""
    centered, matrix, root = of(RETURNS), of(np.zeros(SYMBOLS**2)), of(np.zeros(SYMBOLS**2))
    group = of(np.zeros(SYMBOLS))
    get(covariance, "center_returns")(centered, SYMBOLS, LENGTH)
    get(covariance, "sample_covariance")(centered, matrix, SYMBOLS, LENGTH)
    intensity = get(covariance, "shrink_covariance")(centered, matrix, SYMBOLS, LENGTH)
    get(covariance, "factor")(matrix, root, SYMBOLS)
    get(correlated_groups, "mark_group")(matrix, SYMBOLS, 0, 0.05, group, of(np.ones(SYMBOLS)))
    return [list(matrix), [intensity], list(root), list(group)]


def test_covariance_shrinkage_factor_and_groups() -> None:
    interpreted = estimated(getattr, np.ndarray.tolist)
    for one, other in zip(interpreted, estimated(compiled, np.ndarray.copy), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-18)
    assert 0 < interpreted[1][0] < 1 and sum(interpreted[3]) > 1


def test_losses_and_random_numbers() -> None:
    losses = sorted(RETURNS.tolist())
    for name in ("value_at_risk", "shortfall"):
        interpreted = getattr(value_at_risk, name)(losses, 0.95)
        assert compiled(value_at_risk, name)(np.array(losses), 0.95) == pytest.approx(interpreted, rel=1e-13)
    for name in ("normal_value_at_risk", "normal_shortfall"):
        assert compiled(value_at_risk, name)(2.0, 0.95) == pytest.approx(
            getattr(value_at_risk, name)(2.0, 0.95), rel=1e-13
        )
    state, vector = [0.0, 0.0], np.zeros(2)
    random_normals.seed_random(state, 12345)
    compiled(random_normals, "seed_random")(vector, 12345)
    draw = compiled(random_normals, "next_uniform")
    assert [random_normals.next_uniform(state) for _ in range(100)] == [draw(vector) for _ in range(100)]


@pytest.mark.parametrize("module", [heat, portfolio_losses])
def test_the_others_compile(module: ModuleType) -> None:
    """By hand, see the tests of the rules: 15 dollars to the stop; 450 at risk; 20 and 10 lost."""
    names = [name for name, function in getmembers(module, isfunction) if function.__module__ == module.__name__]
    rules = {name: compiled(module, name) for name in names}
    if module is heat:
        state = np.array([1.0, 120.0, 0.0, 4.0])
        assert rules["stop_distance"](state, 100.0, 110.0, 0.05, 0.0, 0.0, 0.0) == pytest.approx(15.0)
        assert rules["risk_to_stop"](100.0, 50.0, 0.0, 2.0, 5.0, 3.0) == 450.0
    else:
        lost = np.zeros(1)
        rules["day_losses"](lost, np.array([-0.02]), 1_000.0, 1)
        rules["worst_day_losses"](lost, np.array([-0.02]), 0.0, 500.0, 1)
        assert lost[0] == pytest.approx(30.0)
