"""The loss of a day that is not exceeded with some confidence, and the mean of what is beyond it.

Worked by hand: of the losses 1 to 10 at 80 %, eight are at most 8; the worst two are 9 and 10, 9.5 in the mean. At 75 %
the eighth is still needed; the worst 2.5 are half of 8, 9 and 10: 23 / 2.5 = 9.2.
"""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from robo_trader.core.rules.portfolio_losses import day_losses, worst_day_losses
from robo_trader.core.rules.random_normals import RANDOM_STATE_SIZE, next_normal, next_uniform, seed_random
from robo_trader.core.rules.value_at_risk import (
    normal_quantile,
    normal_shortfall,
    normal_value_at_risk,
    shortfall,
    value_at_risk,
)

TEN = [float(loss) for loss in range(1, 11)]
LOSSES = st.lists(st.floats(-1_000, 1_000), min_size=1, max_size=80).map(sorted)


@pytest.mark.parametrize(
    ("confidence", "at_risk", "mean_beyond"),
    [
        pytest.param(0.8, 8.0, 9.5, id="a whole number of losses beyond"),
        pytest.param(0.75, 8.0, 9.2, id="the loss on the border counts in part"),
        pytest.param(0.99, 10.0, 10.0, id="too few to tell: the worst there was"),
    ],
)
def test_by_hand(confidence: float, at_risk: float, mean_beyond: float) -> None:
    assert value_at_risk(TEN, confidence) == at_risk
    assert shortfall(TEN, confidence) == pytest.approx(mean_beyond)


@given(LOSSES, st.sampled_from([0.5, 0.9, 0.95, 0.975, 0.99]))
def test_value_at_risk_is_numpys_quantile(losses: list[float], confidence: float) -> None:
    count = len(losses)
    if abs(confidence * count - round(confidence * count)) > 1e-6:  # else numpy's last bit decides
        assert value_at_risk(losses, confidence) == np.quantile(losses, confidence, method="inverted_cdf")
    else:
        assert value_at_risk(losses, confidence) == losses[round(confidence * count) - 1]


@given(LOSSES, st.sampled_from([0.5, 0.9, 0.95, 0.975, 0.99]))
def test_shortfall_is_the_least_of_the_papers_bounds(losses: list[float], confidence: float) -> None:
    """Rockafellar and Uryasev: the least over a of a + E[max(L - a, 0)] / (1 - c), which is reached at a loss."""
    array = np.array(losses)
    bounds = [a + np.maximum(array - a, 0).mean() / (1 - confidence) for a in losses]
    assert shortfall(losses, confidence) == pytest.approx(min(bounds), rel=1e-9, abs=1e-6)
    assert shortfall(losses, confidence) >= value_at_risk(losses, confidence) - 1e-9


@given(st.floats(0.5, 0.99999))
def test_the_normal_quantile(probability: float) -> None:
    assert normal_quantile(probability) == pytest.approx(NormalDist().inv_cdf(probability), rel=1e-9, abs=1e-12)


def test_normal_figures_of_a_deviation() -> None:
    """1.645 deviations at 95 %, and 2.063 beyond: the tables' numbers."""
    assert normal_value_at_risk(1_000.0, 0.95) == pytest.approx(1_644.85, abs=0.01)
    assert normal_shortfall(1_000.0, 0.95) == pytest.approx(2_062.71, abs=0.01)


def test_normal_shortfall_is_the_least_of_the_papers_bounds() -> None:
    normal = NormalDist()

    def bound(a: float) -> float:
        return a + (normal.pdf(a) - a * (1 - normal.cdf(a))) / 0.025

    assert normal_shortfall(1.0, 0.975) == pytest.approx(optimize.minimize_scalar(bound).fun, rel=1e-9)


def test_losses_of_days_by_hand() -> None:
    """1,000 dollars long and 500 short, on days of +1 %, +2 % and of -2 %, +4 %: 0 and 40 dollars lost."""
    losses = [0.0, 0.0]
    day_losses(losses, [0.01, -0.02], 1_000.0, 2)
    day_losses(losses, [0.02, 0.04], -500.0, 2)
    assert losses == pytest.approx([0.0, 40.0])


@given(st.floats(-0.5, 0.5), st.floats(-1_000, 1_000), st.floats(0, 1_000), st.floats(0, 1))
def test_the_worst_day_is_at_least_that_of_any_value_between(
    move: float, lowest: float, width: float, part: float
) -> None:
    worst, one = [0.0], [0.0]
    worst_day_losses(worst, [move], lowest, lowest + width, 1)
    day_losses(one, [move], lowest + part * width, 1)
    assert worst[0] >= one[0] - 1e-9


class TestRandomNumbers:
    def draw(self, seed: int, count: int) -> list[float]:
        state = [0.0] * RANDOM_STATE_SIZE
        seed_random(state, seed)
        return [next_normal(state) for _ in range(count)]

    def test_the_same_seed_draws_the_same_and_another_others(self) -> None:
        assert self.draw(7, 10) == self.draw(7, 10)
        assert not set(self.draw(7, 10)) & set(self.draw(8, 10))

    def test_they_are_normal(self) -> None:
        drawn = np.array(self.draw(1, 20_000))
        assert abs(drawn.mean()) < 0.03 and abs(drawn.std() - 1) < 0.03
        assert abs((drawn**3).mean()) < 0.1 and abs((drawn**4).mean() - 3) < 0.3
        assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.03

    def test_the_generator_is_lecuyers(self) -> None:
        """From seeds 1 and 1 by hand: 40014 - 40692 = -678, and 2147483562 more; over 2147483563."""
        state = [1.0, 1.0]
        assert next_uniform(state) == (2147483562 - 678) / 2147483563
        assert state == [40014.0, 40692.0]

    @pytest.mark.parametrize("seed", [0, 1, 2147483562, 2147483563, 2**32 - 1])
    def test_every_seed_leads_somewhere(self, seed: int) -> None:
        state = [0.0] * RANDOM_STATE_SIZE
        seed_random(state, seed)
        uniforms = [next_uniform(state) for _ in range(1_000)]
        assert all(0 < uniform < 1 and math.isfinite(uniform) for uniform in uniforms)
        assert len(set(uniforms)) == 1_000
