"""The fit of one log price to another, its residual, and whether that reverts.

Worked by hand. Log closes 0, 1, 3 beside 0, 1, 2 have the slope 1.5 and the residuals 1 / 6, -1 / 3, 1 / 6, whose
deviation is sqrt(1 / 18): the newest is sqrt(1 / 2) deviations above the line.

Residuals 1, -2, 2, -2, 1 beside -2, -1, 0, 1, 2 sum to 0, also when multiplied by them: the fit leaves them as they
are. They change by -3, 4, -4, 3: squares of levels 13, products -25, squares of changes 50. So the slope is -25 / 13,
the half-life ln(2) * 13 / 25; squares of 50 - 625 / 13 = 25 / 13 are left over, a third of them the variance, and the
t-statistic is -(25 / 13) / sqrt(25 / 13 / 3 / 13) = -5 * sqrt(3).
"""

import math
import random
from collections.abc import Callable

import pytest

from robo_trader.core.rules.cointegration import (
    cointegration_residual_state_size,
    cointegration_residual_update,
    dickey_fuller_state_size,
    dickey_fuller_update,
    hedge_ratio_state_size,
    hedge_ratio_update,
    spread_half_life_state_size,
    spread_half_life_update,
    spread_zscore_state_size,
    spread_zscore_update,
)

Rule = Callable[[list[float], float, float, int], float]

SIZES: dict[Rule, Callable[[int], int]] = {
    hedge_ratio_update: hedge_ratio_state_size,
    cointegration_residual_update: cointegration_residual_state_size,
    spread_zscore_update: spread_zscore_state_size,
    spread_half_life_update: spread_half_life_state_size,
    dickey_fuller_update: dickey_fuller_state_size,
}
BEFORE = [(0.9, 0.2), (-0.4, 0.6)]  # pairs that have left the window
BENT = [*BEFORE, (0.0, 0.0), (1.0, 1.0), (3.0, 2.0)]
ZIGZAG = [*BEFORE, *[(x + e, float(x)) for x, e in zip(range(-2, 3), (1, -2, 2, -2, 1), strict=True)]]
EVERY_RULE = pytest.mark.parametrize("rule", list(SIZES), ids=lambda rule: rule.__name__)


def run(rule: Rule, logs: list[tuple[float, float]], length: int) -> list[float]:
    state = [0.0] * SIZES[rule](length)
    return [rule(state, math.exp(own), math.exp(other), length) for own, other in logs]


def test_the_hedge_ratio_is_the_slope_of_logs() -> None:
    assert run(hedge_ratio_update, BENT, 3)[-1] == pytest.approx(1.5, rel=1e-12)


def test_the_residual_is_the_distance_from_the_line() -> None:
    assert run(cointegration_residual_update, BENT, 3)[-1] == pytest.approx(1 / 6, rel=1e-12)


def test_the_zscore_is_in_deviations_of_the_same_fit() -> None:
    assert run(spread_zscore_update, BENT, 3)[-1] == pytest.approx(math.sqrt(0.5), rel=1e-12)


def test_the_half_life_is_of_the_residuals() -> None:
    assert run(spread_half_life_update, ZIGZAG, 5)[-1] == pytest.approx(math.log(2) * 13 / 25, rel=1e-12)


def test_dickey_fuller_is_far_below_0_for_residuals_that_revert() -> None:
    assert run(dickey_fuller_update, ZIGZAG, 5)[-1] == pytest.approx(-5 * math.sqrt(3), rel=1e-12)


@EVERY_RULE
def test_nothing_is_known_before_there_are_as_many_pairs(rule: Rule) -> None:
    values = run(rule, [(math.sin(3 * n), math.cos(n)) for n in range(10)], 6)
    assert [math.isnan(value) for value in values] == [n < 5 for n in range(10)]


@EVERY_RULE
def test_another_price_that_stands_still_explains_nothing(rule: Rule) -> None:
    assert all(map(math.isnan, run(rule, [(math.sin(n), 0.1) for n in range(10)], 5)))


@pytest.mark.parametrize("rule", [spread_zscore_update, spread_half_life_update, dickey_fuller_update])
def test_a_perfect_fit_has_no_residuals_to_speak_of(rule: Rule) -> None:
    assert all(map(math.isnan, run(rule, [(2 * math.sin(n) + 0.1, math.sin(n)) for n in range(10)], 5)))


def test_residuals_that_run_away_have_no_half_life() -> None:
    logs = [(2.0**n, float((n + 1) // 2 % 2)) for n in range(8)]
    assert math.isnan(run(spread_half_life_update, logs, 8)[-1])
    assert run(dickey_fuller_update, logs, 8)[-1] > 0


def test_residuals_that_turn_over_exactly_leave_no_error_to_measure_by() -> None:
    logs = [((-1.0) ** n, float(n // 2 % 2)) for n in range(8)]  # each change is -2 times the level
    assert math.isnan(run(dickey_fuller_update, logs, 8)[-1])


def test_pairs_that_belong_together_stand_out_from_pairs_that_do_not() -> None:
    draw = random.Random(4)  # noqa: S311 - prices, not secrets
    own, other, error = 0.0, 0.0, 0.0
    together, apart = [], []
    for _ in range(400):
        other += draw.gauss(0, 0.01)
        own += draw.gauss(0, 0.01)
        error = 0.7 * error + draw.gauss(0, 0.004)
        together.append((1.3 * other + error, other))
        apart.append((own, other))
    assert run(dickey_fuller_update, together, 300)[-1] < -4
    assert run(dickey_fuller_update, apart, 300)[-1] > -3.34
    assert run(hedge_ratio_update, together, 300)[-1] == pytest.approx(1.3, abs=0.05)
    assert run(spread_half_life_update, together, 300)[-1] == pytest.approx(math.log(2) / 0.3, rel=0.3)
