"""Trend features agree with TA-Lib bar by bar, from TA-Lib's first value on.

Ours know the MACD as soon as both its averages are known; TA-Lib waits for the signal.
"""

from collections.abc import Callable

import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from robo_trader.core.features import trend, trend_of_ranges
from robo_trader.core.features.feature import Feature

Column = NDArray[np.float64]
Columns = dict[str, Column]
Oracle = Callable[[Column, Column, Column], Column]  # high, low, close

BARS = 3_000
EARLIER = {trend.macd(): 8, trend.macd(3, 7): 8}  # bars that ours come before TA-Lib's first value


@pytest.fixture(scope="module", params=[10, 1], ids=["digits", "dimes"])
def market(request: pytest.FixtureRequest) -> Columns:
    """Return a seeded random walk; in dimes, highs and lows often tie."""
    draw = np.random.default_rng(1993)
    close = 100.0 * np.exp(np.cumsum(draw.normal(0.0, 0.01, BARS)))
    open_ = np.concatenate(([100.0], close[:-1])) * np.exp(draw.normal(0.0, 0.003, BARS))
    high = np.maximum(open_, close) * np.exp(np.abs(draw.normal(0.0, 0.004, BARS)))
    low = np.minimum(open_, close) * np.exp(-np.abs(draw.normal(0.0, 0.004, BARS)))
    prices = {"open": open_, "high": high, "low": low, "close": close}
    return {name: np.round(column, request.param) for name, column in prices.items()}


def values(feature: Feature, market: Columns) -> Column:
    state = [0.0] * feature.state_size
    rows = zip(*(market[name].tolist() for name in feature.inputs), strict=True)
    return np.array([feature.rule(state, *row, *feature.parameters) for row in rows])


def span_a(high: Column, low: Column, _close: Column) -> Column:
    return np.add(talib.MIDPRICE(high, low, 9), talib.MIDPRICE(high, low, 26)) / 2


CASES: list[tuple[Feature, Oracle]] = [
    (trend.sma(2), lambda _high, _low, close: talib.SMA(close, 2)),
    (trend.sma(20), lambda _high, _low, close: talib.SMA(close, 20)),
    (trend.ema(2), lambda _high, _low, close: talib.EMA(close, 2)),
    (trend.ema(20), lambda _high, _low, close: talib.EMA(close, 20)),
    (trend.wma(2), lambda _high, _low, close: talib.WMA(close, 2)),
    (trend.wma(20), lambda _high, _low, close: talib.WMA(close, 20)),
    (trend.wma(301), lambda _high, _low, close: talib.WMA(close, 301)),
    (trend.dema(2), lambda _high, _low, close: talib.DEMA(close, 2)),
    (trend.dema(20), lambda _high, _low, close: talib.DEMA(close, 20)),
    (trend.tema(2), lambda _high, _low, close: talib.TEMA(close, 2)),
    (trend.tema(20), lambda _high, _low, close: talib.TEMA(close, 20)),
    (trend.hma(2), lambda _high, _low, close: talib.HMA(close, 2)),
    (trend.hma(9), lambda _high, _low, close: talib.HMA(close, 9)),
    (trend.hma(20), lambda _high, _low, close: talib.HMA(close, 20)),
    (trend.hma(55), lambda _high, _low, close: talib.HMA(close, 55)),
    (trend.kama(2), lambda _high, _low, close: talib.KAMA(close, 2)),
    (trend.kama(10), lambda _high, _low, close: talib.KAMA(close, 10)),
    (trend.kama(60), lambda _high, _low, close: talib.KAMA(close, 60)),
    (trend.macd(), lambda _high, _low, close: talib.MACD(close, 12, 26, 9)[0]),
    (trend.macd(3, 7), lambda _high, _low, close: talib.MACD(close, 3, 7, 9)[0]),
    (trend.macd_signal(), lambda _high, _low, close: talib.MACD(close, 12, 26, 9)[1]),
    (trend.macd_histogram(), lambda _high, _low, close: talib.MACD(close, 12, 26, 9)[2]),
    (trend_of_ranges.adx(2), lambda high, low, close: talib.ADX(high, low, close, 2)),
    (trend_of_ranges.adx(14), lambda high, low, close: talib.ADX(high, low, close, 14)),
    (trend_of_ranges.plus_di(2), lambda high, low, close: talib.PLUS_DI(high, low, close, 2)),
    (trend_of_ranges.plus_di(14), lambda high, low, close: talib.PLUS_DI(high, low, close, 14)),
    (trend_of_ranges.minus_di(2), lambda high, low, close: talib.MINUS_DI(high, low, close, 2)),
    (trend_of_ranges.minus_di(14), lambda high, low, close: talib.MINUS_DI(high, low, close, 14)),
    (trend_of_ranges.vortex_plus(14), lambda high, low, close: talib.VORTEX(high, low, close, 14)[0]),
    (trend_of_ranges.vortex_minus(14), lambda high, low, close: talib.VORTEX(high, low, close, 14)[1]),
    (trend_of_ranges.aroon_down(14), lambda high, low, _close: talib.AROON(high, low, 14)[0]),
    (trend_of_ranges.aroon_up(14), lambda high, low, _close: talib.AROON(high, low, 14)[1]),
    (trend_of_ranges.aroon_oscillator(25), lambda high, low, _close: talib.AROONOSC(high, low, 25)),
    (trend_of_ranges.ichimoku_conversion(), lambda high, low, _close: talib.MIDPRICE(high, low, 9)),
    (trend_of_ranges.ichimoku_base(), lambda high, low, _close: talib.MIDPRICE(high, low, 26)),
    (trend_of_ranges.ichimoku_span_a(), span_a),
    (trend_of_ranges.ichimoku_span_b(), lambda high, low, _close: talib.MIDPRICE(high, low, 52)),
    (trend_of_ranges.parabolic_sar(), lambda high, low, _close: talib.SAR(high, low, 0.02, 0.2)),
    (trend_of_ranges.parabolic_sar(0.1, 0.3), lambda high, low, _close: talib.SAR(high, low, 0.1, 0.3)),
    (trend_of_ranges.parabolic_sar(0.3, 0.1), lambda high, low, _close: talib.SAR(high, low, 0.3, 0.1)),
    (trend_of_ranges.supertrend(10, 3.0), lambda high, low, close: talib.SUPERTREND(high, low, close, 10, 3.0)[0]),
    (trend_of_ranges.supertrend(2, 0.5), lambda high, low, close: talib.SUPERTREND(high, low, close, 2, 0.5)[0]),
]


@pytest.mark.parametrize(("feature", "oracle"), CASES, ids=[feature.name for feature, _ in CASES])
def test_agrees_with_talib(feature: Feature, oracle: Oracle, market: Columns) -> None:
    expected = oracle(market["high"], market["low"], market["close"])
    ours = values(feature, market)
    first = feature.warm_up - 1 + EARLIER.get(feature, 0)
    assert np.isnan(expected[:first]).all() and not np.isnan(expected[first:]).any()
    scale = float(np.nanmax(np.abs(expected)))  # a value near 0 is a difference of large ones, which has fewer digits
    np.testing.assert_allclose(ours[first:], expected[first:], rtol=1e-9, atol=1e-12 * scale)


def test_supertrend_turns_when_talibs_does(market: Columns) -> None:
    _, direction = talib.SUPERTREND(market["high"], market["low"], market["close"], 10, 3.0)
    ours = values(trend_of_ranges.supertrend_direction(10, 3.0), market)
    np.testing.assert_array_equal(ours[10:], direction[10:])
    assert {*ours[10:]} == {1.0, -1.0}


@pytest.mark.parametrize("length", [2, 14, 100])
def test_slopes_agree_as_far_as_talib_keeps_digits(length: int, market: Columns) -> None:
    """TA-Lib sums whole prices and loses digits in proportion to them; ours agree with fractions to the last few."""
    expected = talib.LINEARREG_SLOPE(market["close"], length)
    ours = values(trend.linreg_slope(length), market)
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12 * float(market["close"].max()))
