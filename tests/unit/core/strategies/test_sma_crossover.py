"""Long while the fast average is above the slow one, flat otherwise, also while nothing is known and nothing moves."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests.builders import HOUR, OPEN, a_bar

NAN = math.nan


@pytest.mark.parametrize(
    ("fast", "slow", "strength"),
    [
        pytest.param(101.0, 100.0, 1.0, id="above"),
        pytest.param(100.0, 101.0, 0.0, id="below"),
        pytest.param(100.0, 100.0, 0.0, id="equal is not above"),
        pytest.param(101.0, NAN, 0.0, id="the slow one warms up"),
        pytest.param(NAN, NAN, 0.0, id="both warm up"),
    ],
)
def test_strength(fast: float, slow: float, strength: float) -> None:
    assert SmaCrossover(20, 50).strength(fast, slow) == strength


@pytest.mark.parametrize(("fast", "slow"), [(0, 5), (-1, 5), (5, 5), (6, 5)])
def test_lengths_that_cannot_cross_are_refused(fast: int, slow: int) -> None:
    with pytest.raises(InvalidConfig, match="fast < slow") as refused:
        SmaCrossover(fast, slow)
    assert refused.value.next_step


def test_it_reads_its_two_averages() -> None:
    strategy = SmaCrossover(20, 50)
    assert strategy.name == "sma_crossover"
    assert [feature.name for feature in strategy.features] == ["sma_20", "sma_50"]


@pytest.mark.parametrize(
    ("fast", "slow", "reason"),
    [
        (101.23, 99.87, "sma_20 101.2300 > sma_50 99.8700"),
        (99.0, 99.87, "sma_20 99.0000 <= sma_50 99.8700"),
        (99.0, 99.0, "sma_20 99.0000 <= sma_50 99.0000"),
    ],
)
def test_the_reason_names_the_values(fast: float, slow: float, reason: str) -> None:
    assert SmaCrossover(20, 50).reason(fast, slow) == reason


@pytest.mark.parametrize(("fast", "slow"), [(1, 2), (2, 3), (5, 7), (20, 50)])
@pytest.mark.parametrize("price", [100.1, 99.99, 12.34, 0.7])
def test_a_price_that_does_not_move_is_no_reason_to_buy(fast: int, slow: int, price: float) -> None:
    """Both averages are the price; that their rounding errors differ must not decide."""
    strategy = SmaCrossover(fast, slow)
    panel = FeaturePanel(strategy.features)
    bars = [a_bar(started_at=OPEN + n * HOUR, open=price) for n in range(150)]
    assert {strategy.strength(*panel.update(bar)) for bar in bars} == {0.0}


@given(st.floats(), st.floats())
@settings(deadline=None)
def test_it_is_long_or_flat_and_nothing_else(fast: float, slow: float) -> None:
    assert SmaCrossover(1, 2).strength(fast, slow) in (0.0, 1.0)
