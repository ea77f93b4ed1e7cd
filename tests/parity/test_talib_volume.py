"""Volume features agree with TA-Lib bar by bar, from the first value on, also where volumes jump and some are 0.

The money flow index differs on purpose where a whole window trades less than a dollar: no window below does.
"""

from collections.abc import Callable

import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from robo_trader.core.features import volume
from robo_trader.core.features.feature import Feature

Column = NDArray[np.float64]
Columns = dict[str, Column]

BARS = 3_000


@pytest.fixture(scope="module")
def market() -> Columns:
    """Return a seeded random walk in whole cents, so that prices repeat; one bar in fifty trades nothing."""
    draw = np.random.default_rng(1963)
    close = 100.0 * np.exp(np.cumsum(draw.normal(0.0, 0.002, BARS)))
    open_ = np.concatenate(([100.0], close[:-1])) * np.exp(draw.normal(0.0, 0.001, BARS))
    high = np.maximum(open_, close) * np.exp(np.abs(draw.normal(0.0, 0.001, BARS)))
    low = np.minimum(open_, close) * np.exp(-np.abs(draw.normal(0.0, 0.001, BARS)))
    traded = np.round(draw.lognormal(9.0, 1.5, BARS)) * (draw.random(BARS) > 0.02)
    prices = {"high": high, "low": low, "close": close}
    return {name: np.round(column, 2) for name, column in prices.items()} | {"volume": traded}


def values(feature: Feature, market: Columns) -> Column:
    state = [0.0] * feature.state_size
    rows = zip(*(market[name].tolist() for name in feature.inputs), strict=True)
    return np.array([feature.rule(state, *row, *feature.parameters) for row in rows])


CASES: list[tuple[Feature, Callable[[Column, Column, Column, Column], Column]]] = [
    (volume.on_balance_volume(), lambda _high, _low, close, traded: talib.OBV(close, traded)),
    (volume.accumulation_distribution(), talib.AD),
    (volume.money_flow_index(6), lambda high, low, close, traded: talib.MFI(high, low, close, traded, 6)),
    (volume.money_flow_index(14), lambda high, low, close, traded: talib.MFI(high, low, close, traded, 14)),
    (volume.chaikin_oscillator(3, 10), lambda high, low, close, traded: talib.ADOSC(high, low, close, traded, 3, 10)),
    (volume.chaikin_oscillator(2, 40), lambda high, low, close, traded: talib.ADOSC(high, low, close, traded, 2, 40)),
]


@pytest.mark.parametrize(("feature", "oracle"), CASES, ids=[feature.name for feature, _ in CASES])
def test_agrees_with_talib(
    feature: Feature, oracle: Callable[[Column, Column, Column, Column], Column], market: Columns
) -> None:
    expected = oracle(market["high"], market["low"], market["close"], market["volume"])
    ours = values(feature, market)
    assert np.isnan(expected[: feature.warm_up - 1]).all() and not np.isnan(expected[feature.warm_up - 1 :]).any()
    scale = float(np.nanmax(np.abs(expected)))  # a value near 0 is a difference of large ones, which has fewer digits
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12 * scale)
