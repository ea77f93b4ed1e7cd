"""Volatility features agree with TA-Lib bar by bar, from the first value on.

But for Keltner's bands: TA-Lib begins the quicker of their two averages anew when the slower one is known. Ours are
those of TA-Lib's EMA and ATR from the first bar on, and agree with its KC once that beginning is forgotten.
"""

from collections.abc import Callable

import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from robo_trader.core.features import volatility, volatility_bands
from robo_trader.core.features.feature import Feature

Column = NDArray[np.float64]
Columns = dict[str, Column]
Oracle = Callable[[Column, Column, Column], Column]  # high, low, close

BARS = 3_000


@pytest.fixture(scope="module")
def market() -> Columns:
    """Return a seeded random walk."""
    draw = np.random.default_rng(2001)
    close = 100.0 * np.exp(np.cumsum(draw.normal(0.0, 0.01, BARS)))
    open_ = np.concatenate(([100.0], close[:-1])) * np.exp(draw.normal(0.0, 0.003, BARS))
    high = np.maximum(open_, close) * np.exp(np.abs(draw.normal(0.0, 0.004, BARS)))
    low = np.minimum(open_, close) * np.exp(-np.abs(draw.normal(0.0, 0.004, BARS)))
    return {"open": open_, "high": high, "low": low, "close": close}


def values(feature: Feature, market: Columns) -> Column:
    state = [0.0] * feature.state_size
    rows = zip(*(market[name].tolist() for name in feature.inputs), strict=True)
    return np.array([feature.rule(state, *row, *feature.parameters) for row in rows])


def width(_high: Column, _low: Column, close: Column) -> Column:
    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    return np.divide(upper - lower, middle)


def place(_high: Column, _low: Column, close: Column) -> Column:
    upper, _, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    return np.divide(close - lower, upper - lower)


def above(high: Column, low: Column, close: Column) -> Column:
    middle = talib.EMA(talib.TYPPRICE(high, low, close), 20)
    return np.add(middle, 2.0 * np.asarray(talib.ATR(high, low, close, 10)))


def below(high: Column, low: Column, close: Column) -> Column:
    middle = talib.EMA(talib.TYPPRICE(high, low, close), 5)
    return np.subtract(middle, 1.5 * np.asarray(talib.ATR(high, low, close, 10)))


def channel_before(column: Column) -> Column:
    return np.concatenate(([np.nan], column[:-1]))


CASES: list[tuple[Feature, Oracle]] = [
    (volatility.true_range(), talib.TRANGE),
    (volatility.atr(1), lambda high, low, close: talib.ATR(high, low, close, 1)),
    (volatility.atr(14), lambda high, low, close: talib.ATR(high, low, close, 14)),
    (volatility.natr(2), lambda high, low, close: talib.NATR(high, low, close, 2)),
    (volatility.natr(14), lambda high, low, close: talib.NATR(high, low, close, 14)),
    (volatility.standard_deviation(2), lambda _high, _low, close: talib.STDDEV(close, 2)),
    (volatility.standard_deviation(20), lambda _high, _low, close: talib.STDDEV(close, 20)),
    (volatility.standard_deviation(200), lambda _high, _low, close: talib.STDDEV(close, 200)),
    (volatility.chaikin_volatility(10, 10), lambda high, low, _close: talib.CVI(high, low, 10, 10)),
    (volatility.chaikin_volatility(5, 3), lambda high, low, _close: talib.CVI(high, low, 5, 3)),
    (volatility_bands.bollinger_upper(20, 2.0), lambda _high, _low, close: talib.BBANDS(close, 20, 2.0, 2.0)[0]),
    (volatility_bands.bollinger_lower(20, 1.5), lambda _high, _low, close: talib.BBANDS(close, 20, 1.5, 1.5)[2]),
    (volatility_bands.bollinger_percent_b(20, 2.0), place),
    (volatility_bands.bollinger_bandwidth(20, 2.0), width),
    (volatility_bands.keltner_upper(20, 10, 2.0), above),
    (volatility_bands.keltner_lower(5, 10, 1.5), below),
    (volatility_bands.donchian_upper(20), lambda high, low, _close: talib.DONCHIAN(high, low, 20)[0]),
    (volatility_bands.donchian_lower(20), lambda high, low, _close: talib.DONCHIAN(high, low, 20)[2]),
    (
        volatility_bands.donchian_prior_upper(20),
        lambda high, low, _close: channel_before(talib.DONCHIAN(high, low, 20)[0]),
    ),
    (
        volatility_bands.donchian_prior_lower(20),
        lambda high, low, _close: channel_before(talib.DONCHIAN(high, low, 20)[2]),
    ),
]


@pytest.mark.parametrize(("feature", "oracle"), CASES, ids=[feature.name for feature, _ in CASES])
def test_agrees_with_talib(feature: Feature, oracle: Oracle, market: Columns) -> None:
    expected = oracle(market["high"], market["low"], market["close"])
    ours = values(feature, market)
    assert np.isnan(expected[: feature.warm_up - 1]).all() and not np.isnan(expected[feature.warm_up - 1 :]).any()
    scale = float(np.nanmax(np.abs(expected)))  # a value near 0 is a difference of large ones, which has fewer digits
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12 * scale)


@pytest.mark.parametrize(("length", "atr_length"), [(20, 10), (5, 10)])
def test_keltners_bands_agree_once_the_beginning_is_forgotten(length: int, atr_length: int, market: Columns) -> None:
    forgotten = 250  # bars: the weight of the beginning is then (1 - 1/10) ** 250, or 4e-12
    upper, _, lower = talib.KC(market["high"], market["low"], market["close"], length, atr_length, 2.0)
    for definition, expected in [(volatility_bands.keltner_upper, upper), (volatility_bands.keltner_lower, lower)]:
        ours = values(definition(length, atr_length, 2.0), market)
        np.testing.assert_allclose(ours[forgotten:], expected[forgotten:], rtol=1e-9)
