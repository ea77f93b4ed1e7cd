"""From settings to the sizer they name."""

from collections.abc import Callable, Mapping

from robo_trader.app.settings import Settings
from robo_trader.app.settings.strategy_section import Sizing, StrategySettings
from robo_trader.core.market.bar_sizes import BarSize
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


def build_sizer(settings: Settings) -> Sizer:
    """Return how the settings size a signal."""
    return _SIZERS[settings.strategy.sizing](settings.strategy, settings.data.bar_size)


def _fixed_fraction(given: StrategySettings, _bars: BarSize) -> Sizer:
    return FixedFraction(fraction=float(given.fraction))


def _fixed_shares(given: StrategySettings, _bars: BarSize) -> Sizer:
    return FixedShares(quantity=float(given.quantity))


def _atr_risk(given: StrategySettings, _bars: BarSize) -> Sizer:
    return AtrRisk(
        risk_fraction=float(given.risk_fraction), length=given.atr_length, multiple=float(given.atr_multiple)
    )


def _volatility_target(given: StrategySettings, bars: BarSize) -> Sizer:
    return VolatilityTarget(
        volatility_annual=float(given.volatility_annual), length=given.volatility_length,
        fraction_max=float(given.fraction_max), bars_a_year=bars.bars_a_year,
    )  # fmt: skip


def _inverse_volatility(given: StrategySettings, _bars: BarSize) -> Sizer:
    return InverseVolatility(
        exposure=float(given.exposure), length=given.volatility_length, fraction_max=float(given.fraction_max)
    )


def _by_trades(kind: type[Kelly | OptimalF]) -> Callable[[StrategySettings, BarSize], Sizer]:
    def build(given: StrategySettings, _bars: BarSize) -> Sizer:
        return kind(
            multiple=float(given.edge_multiple), fraction_max=float(given.fraction_max), trades_min=given.trades_min,
            trades_max=given.trades_max, fallback=float(given.fallback_fraction), shrinkage=given.trades_shrinkage,
        )  # fmt: skip

    return build


def _correlation_scaled(given: StrategySettings, _bars: BarSize) -> Sizer:
    return CorrelationScaled(fraction=float(given.fraction), length=given.correlation_length)


_SIZERS: Mapping[Sizing, Callable[[StrategySettings, BarSize], Sizer]] = {
    "fixed_fraction": _fixed_fraction,
    "fixed_shares": _fixed_shares,
    "atr_risk": _atr_risk,
    "volatility_target": _volatility_target,
    "inverse_volatility": _inverse_volatility,
    "kelly": _by_trades(Kelly),
    "optimal_f": _by_trades(OptimalF),
    "correlation_scaled": _correlation_scaled,
}
