"""Long from when the fast average is above the slow one until it is below; flat while nothing is known or moves."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests.builders import AAPL, HOUR, OPEN, a_bar, a_session

NAN = math.nan


@pytest.mark.parametrize("before", [0.0, 1.0])
@pytest.mark.parametrize(
    ("fast", "slow", "strength"),
    [
        pytest.param(101.0, 100.0, 1.0, id="above"),
        pytest.param(100.0, 101.0, 0.0, id="below"),
        pytest.param(100.0, 100.0, None, id="equal crosses nothing"),
        pytest.param(100.0 * (1 + 1e-15), 100.0, None, id="apart by rounding crosses nothing"),
        pytest.param(101.0, NAN, None, id="the slow one is not known"),
    ],
)
def test_strength(before: float, fast: float, slow: float, strength: float | None) -> None:
    assert SmaCrossover.rule([before], fast, slow) == (before if strength is None else strength)


@pytest.mark.parametrize(
    ("fast", "slow", "why"),
    [
        pytest.param(0, 5, "fast must be a whole number from 1 to 5000, was 0", id="a mean of nothing"),
        pytest.param(-1, 5, "fast must be a whole number from 1 to 5000, was -1", id="less than nothing"),
        pytest.param(5, 5, "sma_crossover needs fast < slow, was fast 5, slow 5", id="two that are one"),
        pytest.param(6, 5, "sma_crossover needs fast < slow, was fast 6, slow 5", id="the fast one is the slower"),
    ],
)
def test_lengths_that_cannot_cross_are_refused(fast: int, slow: int, why: str) -> None:
    with pytest.raises(InvalidConfig, match=why) as refused:
        SmaCrossover(fast, slow)
    assert refused.value.next_step


def test_it_reads_its_two_averages() -> None:
    strategy = SmaCrossover(20, 50)
    assert strategy.name == "sma_crossover"
    assert [feature.name for feature in strategy.features(AAPL)] == ["sma_20", "sma_50"]
    assert strategy.rule_parameters(AAPL) == (), "the lengths are in the features"


@pytest.mark.parametrize(
    ("fast", "slow", "reason"),
    [
        (101.23, 99.87, "sma_20 101.2300 > sma_50 99.8700"),
        (99.0, 99.87, "sma_20 99.0000 <= sma_50 99.8700"),
        (99.0, 99.0, "sma_20 99.0000 <= sma_50 99.0000"),
    ],
)
def test_the_reason_names_the_values(fast: float, slow: float, reason: str) -> None:
    assert SmaCrossover(20, 50).reason(AAPL, (fast, slow)) == reason


@pytest.mark.parametrize(("fast", "slow"), [(1, 2), (2, 3), (5, 7), (20, 50)])
@pytest.mark.parametrize("price", [100.1, 99.99, 12.34, 0.7])
def test_a_price_that_does_not_move_is_no_reason_to_buy(fast: int, slow: int, price: float) -> None:
    """Both averages are the price; that their rounding errors differ must not decide."""
    strategy = SmaCrossover(fast, slow)
    panel = FeaturePanel(strategy.features)
    bars = [a_bar(started_at=OPEN + n * HOUR, open=price) for n in range(150)]
    values = [panel.update([bar], a_session())[AAPL] for bar in bars]
    state = [0.0]
    assert {strategy.rule(state, *averages) for averages in values} == {0.0}


@given(st.floats(), st.floats())
@settings(deadline=None)
def test_it_is_long_or_flat_and_nothing_else(fast: float, slow: float) -> None:
    assert SmaCrossover.rule([0.0], fast, slow) in {0.0, 1.0}
