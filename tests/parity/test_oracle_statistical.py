"""The statistical, cross-sectional and regime features agree with numpy, scipy and statsmodels, to 1e-9.

3,000 closes of two symbols, drawn by a fixed seed: returns that move together, days without any movement, a spike that
comes and goes in one bar, and a split that was not adjusted. Each feature runs bar by bar; the oracle sees each window
as a whole, at every 7th bar, at the bars around what is odd, and at the last.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.tools import add_constant
from statsmodels.tsa.stattools import adfuller

from robo_trader.core.features import cross_sectional, regime, statistical
from robo_trader.core.features.feature import CrossDefinition, Definition

Series = NDArray[np.float64]
Oracle = Callable[..., float]

BARS = 3000
SPIKE, STILL, SPLIT = 700, slice(1200, 1500), 2000
ODD = {*range(SPIKE - 2, SPIKE + 300), *range(STILL.start, STILL.start + 300), *range(SPLIT - 2, SPLIT + 300)}
CHECKED = sorted({*range(0, BARS, 7), *ODD, BARS - 1})
RELATIVE = 1e-9


def two_symbols() -> tuple[Series, Series]:
    draw = np.random.default_rng(20261121)
    shared = draw.standard_t(4, BARS) * 0.006
    other = np.exp(4.0 + np.cumsum(shared + draw.normal(0, 0.004, BARS)))
    spread = np.zeros(BARS)
    for bar in range(1, BARS):
        spread[bar] = 0.9 * spread[bar - 1] + draw.normal(0, 0.003)
    close = np.exp(0.5 + 1.2 * np.log(other) + spread)
    close[SPIKE] *= 40
    close[STILL] = close[STILL.start]
    other[STILL.start + 100 : STILL.stop - 50] = other[STILL.start + 100]
    close[SPLIT:] /= 10
    return close, other


CLOSE, OTHER = two_symbols()


def streamed(definition: Definition, *parameters: float) -> tuple[list[float], int]:
    """Return the value of every bar, and the bars the definition says it needs."""
    feature = definition(*parameters, other="OTHER" if definition.needs_other else None)
    columns = {"close": CLOSE.tolist(), "close@OTHER": OTHER.tolist()}
    state = [0.0] * feature.state_size
    rows = zip(*(columns[name] for name in feature.inputs), strict=True)
    return [feature.rule(state, *row, *feature.parameters) for row in rows], feature.warm_up


def returns(closes: Series) -> Series:
    return closes[1:] / closes[:-1] - 1


def deviates(values: Series) -> bool:
    return bool(np.ptp(values) > 0)


def zscore(close: Series, _other: Series, _length: int) -> float:
    return float(stats.zscore(close)[-1]) if deviates(close) else math.nan


def skew(close: Series, _other: Series, _length: int) -> float:
    return float(stats.skew(returns(close))) if deviates(close) else math.nan


def kurtosis(close: Series, _other: Series, _length: int) -> float:
    return float(stats.kurtosis(returns(close))) if deviates(close) else math.nan


def realised_volatility(close: Series, _other: Series, _length: int) -> float:
    return float(np.std(np.diff(np.log(close)), ddof=1))


def hurst(close: Series, _other: Series, _length: int, longest_lag: int) -> float:
    lags = [lag for lag in (1, 2, 4, 8, 16, 32) if lag <= longest_lag]
    logs = np.log(close)
    squares = [np.mean((logs[lag:] - logs[:-lag]) ** 2) for lag in lags]
    return float(np.polyfit(np.log(lags), np.log(squares), 1)[0]) / 2 if min(squares) > 0 else math.nan


def half_life(close: Series, _other: Series, _length: int) -> float:
    if not deviates(close[:-1]):
        return math.nan
    slope = OLS(np.diff(close), add_constant(close[:-1])).fit().params[1]
    return float(-math.log(2) / slope) if slope < 0 else math.nan


def autocorrelation(close: Series, _other: Series, _length: int, lag: int) -> float:
    now, before = returns(close)[lag:], returns(close)[:-lag]
    return float(np.corrcoef(now, before)[0, 1]) if deviates(now) and deviates(before) else math.nan


def beta(close: Series, other: Series, _length: int) -> float:
    own, theirs = returns(close), returns(other)
    return float(stats.linregress(theirs, own).slope) if deviates(theirs) else math.nan


def correlation(close: Series, other: Series, _length: int) -> float:
    own, theirs = returns(close), returns(other)
    return float(stats.pearsonr(own, theirs).statistic) if deviates(own) and deviates(theirs) else math.nan


def hedge_ratio(close: Series, other: Series, _length: int) -> float:
    return float(stats.linregress(np.log(other), np.log(close)).slope) if deviates(other) else math.nan


def residuals(close: Series, other: Series) -> Series:
    residual: Series = OLS(np.log(close), add_constant(np.log(other))).fit().resid
    return residual


def cointegration_residual(close: Series, other: Series, _length: int) -> float:
    if not deviates(close):
        return 0.0 if deviates(other) else math.nan
    return float(residuals(close, other)[-1]) if deviates(other) else math.nan


def spread_zscore(close: Series, other: Series, _length: int) -> float:
    if not (deviates(other) and deviates(close)):
        return math.nan
    return float(stats.zscore(residuals(close, other))[-1])


def spread_half_life(close: Series, other: Series, _length: int) -> float:
    if not (deviates(other) and deviates(close)):
        return math.nan
    residual = residuals(close, other)
    slope = OLS(np.diff(residual), residual[:-1]).fit().params[0]
    return float(-math.log(2) / slope) if slope < 0 else math.nan


def dickey_fuller(close: Series, other: Series, _length: int) -> float:
    if not (deviates(other) and deviates(close)):
        return math.nan
    residual = residuals(close, other)
    return float(adfuller(residual, maxlag=0, regression="n", autolag=None, result_object=True).statistic)


def volatility_regime(close: Series, _other: Series, length: int, history: int, calm: float, stressed: float) -> float:
    logs = np.diff(np.log(close))
    volatilities = np.std(np.lib.stride_tricks.sliding_window_view(logs, length), axis=1, ddof=1)
    # Those of a price that stands still are exactly 0 in the rule; here they must be so too, for equal ranks.
    volatilities[volatilities < 1e-15] = 0.0
    assert len(volatilities) == history
    place = (stats.rankdata(volatilities)[-1] - 1) / (history - 1)
    return float(place >= calm) + float(place > stressed)


def trend_regime(close: Series, _other: Series, length: int, slope_length: int, band: float) -> float:
    average, earlier = np.mean(close[-length:]), np.mean(close[-length - slope_length : -slope_length])
    if math.isclose(average, earlier, rel_tol=1e-12):
        return 0.0
    up, down = close[-1] > average * (1 + band), close[-1] < average * (1 - band)
    return float(up and average > earlier) - float(down and average < earlier)


ORACLES: list[tuple[Definition, tuple[float, ...], Oracle]] = [
    (statistical.zscore, (20,), zscore),
    (statistical.zscore, (2,), zscore),
    (statistical.skew, (60,), skew),
    (statistical.kurtosis, (60,), kurtosis),
    (statistical.realised_volatility, (20,), realised_volatility),
    (statistical.hurst, (250, 16), hurst),
    (statistical.hurst, (40, 5), hurst),
    (statistical.half_life, (100,), half_life),
    (statistical.autocorrelation, (60, 1), autocorrelation),
    (statistical.autocorrelation, (20, 30), autocorrelation),
    (statistical.beta, (60,), beta),
    (statistical.correlation, (60,), correlation),
    (statistical.hedge_ratio, (60,), hedge_ratio),
    (statistical.cointegration_residual, (60,), cointegration_residual),
    (statistical.spread_zscore, (60,), spread_zscore),
    (statistical.spread_half_life, (100,), spread_half_life),
    (statistical.dickey_fuller, (100,), dickey_fuller),
    (regime.volatility_regime, (20, 60, 0.25, 0.75), volatility_regime),
    (regime.trend_regime, (50, 10, 0.01), trend_regime),
]


@pytest.mark.parametrize(
    ("definition", "parameters", "oracle"),
    [pytest.param(*row, id=f"{row[0].name}-{row[1]}") for row in ORACLES],
)
def test_each_window_agrees_with_the_oracle(
    definition: Definition, parameters: tuple[float, ...], oracle: Oracle
) -> None:
    ours, warm_up = streamed(definition, *parameters)
    assert all(map(math.isnan, ours[: warm_up - 1]))
    assert not math.isnan(ours[warm_up - 1]) or definition.name.endswith("half_life")
    scale = np.nanmedian(np.abs(ours))
    for bar in CHECKED:
        if bar + 1 >= warm_up:
            window = slice(bar + 1 - warm_up, bar + 1)
            wanted = oracle(CLOSE[window], OTHER[window], *parameters)
            assert ours[bar] == pytest.approx(wanted, rel=RELATIVE, abs=RELATIVE * scale, nan_ok=True), bar


def test_the_oracle_sees_all_that_is_odd() -> None:
    known = [bar for bar in CHECKED if bar >= 250]
    values, _ = streamed(statistical.half_life, 100)
    assert any(math.isnan(values[bar]) for bar in known) and any(values[bar] > 0 for bar in known)
    for definition, parameters in ((regime.volatility_regime, (20, 60)), (regime.trend_regime, (50, 10))):
        values, _ = streamed(definition, *parameters)
        assert len({values[bar] for bar in known}) == 3


def filtered(delta: float, observation_variance: float) -> tuple[list[float], list[float]]:
    """The same filter with matrices, in Joseph's form: ratios and standardised innovations."""
    observed, seen = np.log(CLOSE), np.stack([np.ones(BARS), np.log(OTHER)], axis=1)
    line, covariance = np.array([observed[0] - seen[0, 1], 1.0]), np.eye(2)
    ratios, zscores = [math.nan], [math.nan]
    for y, row in zip(observed[1:], seen[1:], strict=True):
        prior = covariance + np.eye(2) * delta / (1 - delta)
        variance = float(row @ prior @ row) + observation_variance
        gain = prior @ row / variance
        innovation = float(y - row @ line)
        line = line + gain * innovation
        keep = np.eye(2) - np.outer(gain, row)
        covariance = keep @ prior @ keep.T + np.outer(gain, gain) * observation_variance
        ratios.append(float(line[1]))
        zscores.append(innovation / math.sqrt(variance))
    return ratios, zscores


@pytest.mark.parametrize("parameters", [(1e-6, 1e-4), (1e-4, 1e-3), (1e-8, 1e-2)])
def test_the_kalman_filter_agrees_with_its_matrix_form(parameters: tuple[float, float]) -> None:
    ratios, zscores = filtered(*parameters)
    for definition, wanted in (
        (statistical.kalman_hedge_ratio, ratios),
        (statistical.kalman_residual_zscore, zscores),
    ):
        ours, warm_up = streamed(definition, *parameters)
        assert warm_up == 2
        assert ours == pytest.approx(wanted, rel=RELATIVE, abs=RELATIVE, nan_ok=True)


def standings(definition: CrossDefinition, values: Series, groups: Series) -> list[float]:
    numbers, kinds = values.tolist(), groups.tolist()
    return [definition.rule(own, group, numbers, kinds) for own, group in zip(numbers, kinds, strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_standings_agree_with_scipy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    values = np.round(draw.normal(50, 20, 200))  # rounded, so that some are equal
    values[draw.random(200) < 0.1] = math.nan
    groups = draw.integers(-1, 9, 200).astype(float)
    ranks = stats.rankdata(values, nan_policy="omit")
    known = int(np.sum(~np.isnan(values)))
    assert standings(cross_sectional.rank, values, groups) == pytest.approx(ranks, nan_ok=True)
    places = (ranks - 1) / (known - 1)
    assert standings(cross_sectional.percentile, values, groups) == pytest.approx(places, nan_ok=True)
    residual, zscores = np.full(200, math.nan), np.full(200, math.nan)
    for group in set(groups):
        members = groups == group
        residual[members] = values[members] - np.nanmean(values[members])
        zscores[members] = stats.zscore(values[members], nan_policy="omit")
    definitions = {one.name: one for one in cross_sectional.DEFINITIONS}
    for name, wanted in (("sector_residual", residual), ("sector_neutral_zscore", zscores)):
        ours = standings(definitions[name], values, groups)
        assert ours == pytest.approx(wanted, rel=RELATIVE, abs=1e-12, nan_ok=True)
