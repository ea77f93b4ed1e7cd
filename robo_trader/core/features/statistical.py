"""Properties of the price as a series of numbers, alone or beside a second one."""

from robo_trader.core.features.feature import Definition, Group, Parameter
from robo_trader.core.rules.co_movement import beta_state_size, beta_update, correlation_state_size, correlation_update
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
from robo_trader.core.rules.distribution import (
    kurtosis_state_size,
    kurtosis_update,
    realised_volatility_state_size,
    realised_volatility_update,
    skew_state_size,
    skew_update,
    zscore_state_size,
    zscore_update,
)
from robo_trader.core.rules.kalman import (
    kalman_hedge_ratio_state_size,
    kalman_hedge_ratio_update,
    kalman_residual_zscore_state_size,
    kalman_residual_zscore_update,
)
from robo_trader.core.rules.persistence import (
    autocorrelation_state_size,
    autocorrelation_update,
    half_life_state_size,
    half_life_update,
    hurst_state_size,
    hurst_update,
)

_TWO_CLOSES = ("close", "close@other")
_FLAT_RETURNS = "NaN until warm, and while all returns of the window are equal."
_FLAT_OTHER = "NaN until warm, and while the other's close does not move. A slice without the other is left out."
_PERFECT_FIT = f"{_FLAT_OTHER} NaN also where the fit is perfect."
_ENGLE_GRANGER = 'Engle and Granger (1987), "Co-integration and error correction", Econometrica 55(2)'
_CHAN = 'Ernest P. Chan (2013), "Algorithmic Trading"'


def _length(default: int, minimum: int) -> Parameter:
    return Parameter(name="length", default=default, minimum=minimum, maximum=5000)


_DRIFT = (
    Parameter(name="delta", default=1e-6, minimum=1e-12, maximum=0.5, unit="variance of a step"),
    Parameter(name="observation_variance", default=1e-4, minimum=1e-12, maximum=1.0, unit="variance of a log price"),
)

zscore = Definition(
    name="zscore",
    group=Group.STATISTICAL,
    summary="How many standard deviations the close is above its mean.",
    source="Population standard deviation, as in scipy.stats.zscore.",
    unit="standard deviations",
    rule=zscore_update,
    inputs=("close",),
    parameters=(_length(20, 2),),
    state_size=zscore_state_size,
    warm_up=lambda length: length,
    undefined="NaN until warm, and while all closes of the window are equal.",
)

skew = Definition(
    name="skew",
    group=Group.STATISTICAL,
    summary="Whether large returns are more often gains (above 0) or losses (below 0).",
    source="The population's coefficient g1 of simple returns, as in scipy.stats.skew.",
    unit="ratio",
    rule=skew_update,
    inputs=("close",),
    parameters=(_length(60, 3),),
    state_size=skew_state_size,
    warm_up=lambda length: length + 1,
    undefined=_FLAT_RETURNS,
)

kurtosis = Definition(
    name="kurtosis",
    group=Group.STATISTICAL,
    summary="How much more of the variance comes from rare large returns than in a normal distribution, which has 0.",
    source="The population's excess coefficient g2 of simple returns, as in scipy.stats.kurtosis.",
    unit="ratio",
    rule=kurtosis_update,
    inputs=("close",),
    parameters=(_length(60, 4),),
    state_size=kurtosis_state_size,
    warm_up=lambda length: length + 1,
    undefined=_FLAT_RETURNS,
)

hurst = Definition(
    name="hurst",
    group=Group.STATISTICAL,
    summary="Generalised Hurst exponent of order 2: 0.5 for a random walk, more in a trend, less if it reverts.",
    source='Di Matteo, Aste and Dacorogna (2003), "Scaling behaviors in differently developed markets", Physica A 324.',
    unit="exponent",
    rule=hurst_update,
    inputs=("close",),
    parameters=(_length(250, 3), Parameter(name="longest_lag", default=16, minimum=2, maximum=1000)),
    state_size=hurst_state_size,
    warm_up=lambda length, _longest_lag: length,
    undefined="NaN until warm, and while the close is where it was over one of the lags 1, 2, 4 ... in all the window.",
    ordered=("longest_lag", "length"),
)

half_life = Definition(
    name="half_life",
    group=Group.STATISTICAL,
    summary="Bars in which the close makes good half of its distance from its mean.",
    source=f"{_CHAN}, chapter 2: -ln(2) over the slope of the change on the level.",
    unit="bars",
    rule=half_life_update,
    inputs=("close",),
    parameters=(_length(100, 3),),
    state_size=half_life_state_size,
    warm_up=lambda length: length + 1,
    undefined="NaN until warm, and while the close does not revert to a mean.",
)

autocorrelation = Definition(
    name="autocorrelation",
    group=Group.STATISTICAL,
    summary="Correlation of the returns with those some bars before.",
    source="Pearson's correlation of two windows of simple returns, as in pandas.Series.autocorr.",
    unit="correlation",
    rule=autocorrelation_update,
    inputs=("close",),
    parameters=(_length(60, 3), Parameter(name="lag", default=1, minimum=1, maximum=1000)),
    state_size=autocorrelation_state_size,
    warm_up=lambda length, lag: length + lag + 1,
    undefined=_FLAT_RETURNS,
)

realised_volatility = Definition(
    name="realised_volatility",
    group=Group.VOLATILITY,
    summary="Standard deviation of the log returns, not annualised.",
    source='Sample standard deviation; John C. Hull, "Options, Futures, and Other Derivatives", on volatility.',
    unit="fraction a bar",
    rule=realised_volatility_update,
    inputs=("close",),
    parameters=(_length(20, 2),),
    state_size=realised_volatility_state_size,
    warm_up=lambda length: length + 1,
)

beta = Definition(
    name="beta",
    group=Group.STATISTICAL,
    summary="Return for one percent of the other symbol's.",
    source='William F. Sharpe (1964), "Capital asset prices", The Journal of Finance 19(3).',
    unit="ratio",
    rule=beta_update,
    inputs=_TWO_CLOSES,
    parameters=(_length(60, 2),),
    state_size=beta_state_size,
    warm_up=lambda length: length + 1,
    undefined="NaN until warm, and while the other's returns are all equal. A slice without the other is left out.",
)

correlation = Definition(
    name="correlation",
    group=Group.STATISTICAL,
    summary="Correlation of the returns with the other symbol's.",
    source="Pearson's correlation of simple returns, as in numpy.corrcoef.",
    unit="correlation",
    rule=correlation_update,
    inputs=_TWO_CLOSES,
    parameters=(_length(60, 3),),
    state_size=correlation_state_size,
    warm_up=lambda length: length + 1,
    undefined="NaN until warm, and while either's returns are all equal. A slice without the other is left out.",
)

hedge_ratio = Definition(
    name="hedge_ratio",
    group=Group.STATISTICAL,
    summary="Slope of the log close on the other symbol's, with an intercept.",
    source=f"{_ENGLE_GRANGER}: the cointegrating regression.",
    unit="ratio",
    rule=hedge_ratio_update,
    inputs=_TWO_CLOSES,
    parameters=(_length(60, 3),),
    state_size=hedge_ratio_state_size,
    warm_up=lambda length: length,
    undefined=_FLAT_OTHER,
)

cointegration_residual = Definition(
    name="cointegration_residual",
    group=Group.STATISTICAL,
    summary="How far the log close is above the line fitted to both symbols' log closes.",
    source=f"{_ENGLE_GRANGER}: the equilibrium error.",
    unit="log price",
    rule=cointegration_residual_update,
    inputs=_TWO_CLOSES,
    parameters=(_length(60, 3),),
    state_size=cointegration_residual_state_size,
    warm_up=lambda length: length,
    undefined=_FLAT_OTHER,
)

spread_zscore = Definition(
    name="spread_zscore",
    group=Group.STATISTICAL,
    summary="The cointegration residual over the standard deviation of the residuals of the same fit.",
    source=f"{_CHAN}, chapter 3; population standard deviation.",
    unit="standard deviations",
    rule=spread_zscore_update,
    inputs=_TWO_CLOSES,
    parameters=(_length(60, 3),),
    state_size=spread_zscore_state_size,
    warm_up=lambda length: length,
    undefined=_PERFECT_FIT,
)

spread_half_life = Definition(
    name="spread_half_life",
    group=Group.STATISTICAL,
    summary="Bars in which the residual of the fit to the other symbol makes good half of itself.",
    source=f"{_CHAN}, chapters 2 and 3: -ln(2) over the slope of the residual's change on its level.",
    unit="bars",
    rule=spread_half_life_update,
    inputs=_TWO_CLOSES,
    parameters=(_length(100, 5),),
    state_size=spread_half_life_state_size,
    warm_up=lambda length: length,
    undefined=f"{_PERFECT_FIT} NaN also while the residuals do not revert.",
)

dickey_fuller = Definition(
    name="dickey_fuller",
    group=Group.STATISTICAL,
    summary="Dickey-Fuller t-statistic of the residuals of the fit: below about -3.3 two symbols seem cointegrated.",
    source=f"{_ENGLE_GRANGER}: step two, with neither lags nor intercept.",
    unit="t-statistic",
    rule=dickey_fuller_update,
    inputs=_TWO_CLOSES,
    parameters=(_length(100, 5),),
    state_size=dickey_fuller_state_size,
    warm_up=lambda length: length,
    undefined=_PERFECT_FIT,
)

kalman_hedge_ratio = Definition(
    name="kalman_hedge_ratio",
    group=Group.STATISTICAL,
    summary="Slope of the log close on the other symbol's, followed by a Kalman filter as it drifts.",
    source=f"{_CHAN}, chapter 3; on log prices, begun with a ratio of 1 and a variance of 1.",
    unit="ratio",
    rule=kalman_hedge_ratio_update,
    inputs=_TWO_CLOSES,
    parameters=_DRIFT,
    state_size=kalman_hedge_ratio_state_size,
    warm_up=lambda _delta, _observation_variance: 2,
    undefined="NaN at the first bar. A slice without the other is left out.",
)

kalman_residual_zscore = Definition(
    name="kalman_residual_zscore",
    group=Group.STATISTICAL,
    summary="How far the log close is from what the drifting line expected, in the filter's own standard deviations.",
    source=f"{_CHAN}, chapter 3; on log prices, begun with a ratio of 1 and a variance of 1.",
    unit="standard deviations",
    rule=kalman_residual_zscore_update,
    inputs=_TWO_CLOSES,
    parameters=_DRIFT,
    state_size=kalman_residual_zscore_state_size,
    warm_up=lambda _delta, _observation_variance: 2,
    undefined="NaN at the first bar. A slice without the other is left out.",
)

DEFINITIONS = (
    zscore,
    skew,
    kurtosis,
    hurst,
    half_life,
    autocorrelation,
    realised_volatility,
    beta,
    correlation,
    hedge_ratio,
    cointegration_residual,
    spread_zscore,
    spread_half_life,
    dickey_fuller,
    kalman_hedge_ratio,
    kalman_residual_zscore,
)
