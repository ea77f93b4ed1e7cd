"""The hedge ratio followed by a Kalman filter.

Worked by hand, with delta 0.5 (so steps of variance 1) and an observation variance of 2; logs of (own, other). (0, 0)
begins with the line 0 + 1 x other and variances of 1. At (1, 0) the variances have grown to 2, only the intercept
counts, the innovation is 1 with a variance of 2 + 2: z = 1 / 2; the intercept becomes 1 / 2, its variance 1. At
(2.2, 1) the variances are 2 and 3, the prediction is 1.5, the innovation 0.7 with a variance of 2 + 3 + 2 = 7; the
ratio becomes 1 + 3 / 7 * 0.7 = 1.3.
"""

import math
import random

import pytest

from robo_trader.core.rules.kalman import (
    kalman_hedge_ratio_state_size,
    kalman_hedge_ratio_update,
    kalman_residual_zscore_state_size,
    kalman_residual_zscore_update,
)

STEPS = [(0.0, 0.0), (1.0, 0.0), (2.2, 1.0)]
Logs = list[tuple[float, float]]


def ratios(logs: Logs, delta: float, variance: float) -> list[float]:
    state = [0.0] * kalman_hedge_ratio_state_size(delta, variance)
    return [kalman_hedge_ratio_update(state, math.exp(y), math.exp(x), delta, variance) for y, x in logs]


def zscores(logs: Logs, delta: float, variance: float) -> list[float]:
    state = [0.0] * kalman_residual_zscore_state_size(delta, variance)
    return [kalman_residual_zscore_update(state, math.exp(y), math.exp(x), delta, variance) for y, x in logs]


def test_the_ratio_takes_its_share_of_each_surprise() -> None:
    values = ratios(STEPS, 0.5, 2.0)
    assert math.isnan(values[0])
    assert values[1:] == pytest.approx([1.0, 1.3], rel=1e-14)


def test_the_zscore_is_the_surprise_in_deviations_the_filter_expects() -> None:
    values = zscores(STEPS, 0.5, 2.0)
    assert math.isnan(values[0])
    assert values[1:] == pytest.approx([0.5, 0.7 / math.sqrt(7)], rel=1e-14)


def test_a_line_that_holds_is_found_and_surprises_are_standard_normal() -> None:
    draw = random.Random(9)  # noqa: S311 - prices, not secrets
    logs = []
    other = 4.0
    for _ in range(4000):
        other += draw.gauss(0, 0.02)
        logs.append((0.3 + 0.8 * other + draw.gauss(0, 0.01), other))
    assert ratios(logs, 1e-9, 1e-4)[-1] == pytest.approx(0.8, abs=0.02)
    late = zscores(logs, 1e-9, 1e-4)[1000:]
    assert math.fsum(late) / len(late) == pytest.approx(0.0, abs=0.1)
    assert math.fsum(z * z for z in late) / len(late) == pytest.approx(1.0, abs=0.1)


def test_a_line_that_turns_is_followed_faster_the_more_it_may_drift() -> None:
    logs = [((1.0 if n < 300 else 1.5) * math.sin(n), math.sin(n)) for n in range(320)]
    slow, fast = ratios(logs, 1e-6, 1e-4)[-1], ratios(logs, 1e-3, 1e-4)[-1]
    assert 1.0 < slow < fast == pytest.approx(1.5, abs=0.01)
