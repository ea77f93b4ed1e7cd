"""Each name of a sizing makes its sizer, with the numbers that are set."""

from pathlib import Path
from typing import get_args

import pytest

from robo_trader.app.joining import build_engine_settings
from robo_trader.app.settings import Settings, load_settings
from robo_trader.app.settings.strategy_section import Sizing
from robo_trader.app.sizers import build_sizer
from robo_trader.core.portfolio.sizing import (
    AtrRisk,
    CorrelationScaled,
    FixedFraction,
    FixedShares,
    InverseVolatility,
    Kelly,
    OptimalF,
    Sizer,
    VolatilityTarget,
)


def settings(bar_size: str = "1 day", **strategy: object) -> Settings:
    return load_settings(
        config_file=None, overrides={"strategy": strategy, "data": {"bar_size": bar_size}}, environment={},
        working_directory=Path.cwd(),
    )  # fmt: skip


DEFAULTS: dict[str, Sizer] = {
    "fixed_fraction": FixedFraction(fraction=0.05),
    "fixed_shares": FixedShares(quantity=100),
    "atr_risk": AtrRisk(risk_fraction=0.01, length=14, multiple=2.0),
    "volatility_target": VolatilityTarget(),
    "inverse_volatility": InverseVolatility(),
    "kelly": Kelly(),
    "optimal_f": OptimalF(),
    "correlation_scaled": CorrelationScaled(),
}


@pytest.mark.parametrize("sizing", get_args(Sizing))
def test_defaults_are_those_of_the_sizers(sizing: str) -> None:
    assert build_sizer(settings(sizing=sizing)) == DEFAULTS[sizing]


def test_numbers_that_are_set_are_used() -> None:
    by_trades = {
        "edge_multiple": "0.25", "trades_min": 5, "trades_max": 50, "fallback_fraction": 0.01, "fraction_max": 0.3,
        "trades_shrinkage": 0,
    }  # fmt: skip
    built = {
        "multiple": 0.25,
        "trades_min": 5,
        "trades_max": 50,
        "fallback": 0.01,
        "fraction_max": 0.3,
        "shrinkage": 0.0,
    }
    assert build_sizer(settings(sizing="kelly", **by_trades)) == Kelly(**built)  # type: ignore[arg-type]
    assert build_sizer(settings(sizing="optimal_f", **by_trades)) == OptimalF(**built)  # type: ignore[arg-type]
    assert build_sizer(settings(sizing="inverse_volatility", exposure=0.8, volatility_length=20)) == InverseVolatility(
        exposure=0.8, length=20
    )
    correlated = settings(sizing="correlation_scaled", fraction=0.1, correlation_length=40)
    assert build_sizer(correlated) == CorrelationScaled(fraction=0.1, length=40)


def test_a_yearly_volatility_is_that_of_the_runs_own_bars() -> None:
    sizer = build_sizer(settings("1 hour", sizing="volatility_target", volatility_annual=0.2))
    assert sizer == VolatilityTarget(volatility_annual=0.2, bars_a_year=7 * 252.0)


def test_every_strategy_trades_the_same_lot() -> None:
    sleeves = build_engine_settings(settings(name="sma_crossover,breakout", lot=100)).sleeves
    assert [sleeve.lot for sleeve in sleeves] == [100, 100]
