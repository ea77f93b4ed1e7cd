"""Which of a few kinds of market this is."""

from robo_trader.core.features.feature import Definition, Group, Parameter
from robo_trader.core.rules.regimes import (
    trend_regime_state_size,
    trend_regime_update,
    vix_regime_state_size,
    vix_regime_update,
    volatility_regime_state_size,
    volatility_regime_update,
)

volatility_regime = Definition(
    name="volatility_regime",
    group=Group.REGIME,
    summary="0 calm, 1 normal, 2 stressed: by the place of the realised volatility among its own last values.",
    source="Percentile place, (rank - 1) / (history - 1) with average ranks, of realised_volatility.",
    unit="regime",
    rule=volatility_regime_update,
    inputs=("close",),
    parameters=(
        Parameter(name="length", default=20, minimum=2, maximum=5000),
        Parameter(name="history", default=252, minimum=2, maximum=5000),
        Parameter(name="calm", default=0.25, minimum=0.0, maximum=1.0, unit="fraction"),
        Parameter(name="stressed", default=0.75, minimum=0.0, maximum=1.0, unit="fraction"),
    ),
    state_size=volatility_regime_state_size,
    warm_up=lambda length, history, _calm, _stressed: length + history,
    ordered=("calm", "stressed"),
)

vix_regime = Definition(
    name="vix_regime",
    group=Group.REGIME,
    summary="0 calm, 1 normal, 2 stressed: by the level of an index of volatility, without hysteresis.",
    source="Thresholds of one's own, meant for the Cboe VIX; none are standard.",
    unit="regime",
    rule=vix_regime_update,
    inputs=("close@other",),
    parameters=(
        Parameter(name="calm", default=15.0, minimum=1.0, maximum=200.0, unit="index points"),
        Parameter(name="stressed", default=25.0, minimum=1.0, maximum=200.0, unit="index points"),
    ),
    state_size=vix_regime_state_size,
    warm_up=lambda _calm, _stressed: 1,
    undefined="NaN only in a slice without the index.",
    ordered=("calm", "stressed"),
)

trend_regime = Definition(
    name="trend_regime",
    group=Group.REGIME,
    summary="+1 up, -1 down, 0 sideways: by the close beside its simple average, and the average beside its past.",
    source='Mebane T. Faber (2007), "A quantitative approach to tactical asset allocation", with band and slope added.',
    unit="regime",
    rule=trend_regime_update,
    inputs=("close",),
    parameters=(
        Parameter(name="length", default=200, minimum=1, maximum=5000),
        Parameter(name="slope_length", default=20, minimum=1, maximum=5000),
        Parameter(name="band", default=0.01, minimum=0.0, maximum=0.5, unit="fraction"),
    ),
    state_size=trend_regime_state_size,
    warm_up=lambda length, slope_length, _band: length + slope_length,
)

DEFINITIONS = (volatility_regime, vix_regime, trend_regime)
