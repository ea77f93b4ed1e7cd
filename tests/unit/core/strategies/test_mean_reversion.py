"""Three measures of how far a price has fallen, one rule: in when far, out when it has recovered."""

from dataclasses import replace

import pytest

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.strategies.mean_reversion import BollingerReversion, MeanReversion, RsiReversion
from tests.builders import AAPL

UP, DOWN = (100.0, 90.0), (100.0, 110.0)  # close, and its long average
CALM = (1e9, 0.01)  # dollars a bar, volatility

Reversion = MeanReversion | BollingerReversion | RsiReversion


def views(strategy: Reversion, *measures: float, trend: tuple[float, float] = UP) -> list[float]:
    state = [0.0] * strategy.state_size
    return [strategy.rule(state, measure, *trend, *CALM, *strategy.rule_parameters(AAPL)) for measure in measures]


@pytest.mark.parametrize(
    ("strategy", "measures"),
    [
        pytest.param(MeanReversion(), (-1.9, -2.0, -0.6, -0.5), id="z-score"),
        pytest.param(BollingerReversion(), (0.01, 0.0, 0.49, 0.5), id="%B"),
        pytest.param(RsiReversion(), (11.0, 10.0, 64.0, 65.0), id="RSI"),
    ],
)
def test_long_from_far_below_until_recovered(strategy: Reversion, measures: tuple[float, ...]) -> None:
    assert views(strategy, *measures) == [0.0, 1.0, 1.0, 0.0]
    assert views(strategy, *measures, trend=DOWN) == [0.0, 0.0, 0.0, 0.0], "no fall is bought below the trend"


@pytest.mark.parametrize(
    ("strategy", "measures"),
    [
        pytest.param(MeanReversion(shorts=1), (1.9, 2.0, 0.6, 0.5), id="z-score"),
        pytest.param(BollingerReversion(shorts=1), (0.99, 1.0, 0.51, 0.5), id="%B"),
        pytest.param(RsiReversion(shorts=1), (89.0, 90.0, 36.0, 35.0), id="RSI"),
    ],
)
def test_short_from_far_above_is_the_mirror_image(strategy: Reversion, measures: tuple[float, ...]) -> None:
    assert views(strategy, *measures, trend=DOWN) == [0.0, -1.0, -1.0, 0.0]
    assert views(replace(strategy, shorts=0), *measures, trend=DOWN) == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("strategy", "names"),
    [
        (MeanReversion(), ["zscore_20", "sma_1", "sma_200"]),
        (BollingerReversion(), ["bollinger_percent_b_20_2", "sma_1", "sma_200"]),
        (RsiReversion(trend_length=0), ["rsi_2", "sma_1", "sma_1"]),
    ],
)
def test_what_each_reads(strategy: Reversion, names: list[str]) -> None:
    assert [feature.name for feature in strategy.features(AAPL)][:3] == names


def test_without_a_trend_every_fall_is_bought() -> None:
    """The close is then its own average."""
    assert views(MeanReversion(trend_length=0, shorts=1), -3.0, 3.0, trend=(100.0, 100.0)) == [1.0, -1.0]


@pytest.mark.parametrize("leave", [2.0, 2.5])
def test_leaving_farther_out_than_entering_is_refused(leave: float) -> None:
    with pytest.raises(InvalidConfig, match="leave < entry"):
        MeanReversion(leave=leave)
