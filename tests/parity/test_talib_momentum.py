"""Momentum features agree with TA-Lib bar by bar, from the first value on.

They differ on purpose only where a market does not move: TA-Lib then says 0, ours say the middle of the scale
(`test_strength_index`, `test_oscillators`). The market below always moves.
"""

from collections.abc import Callable

import numpy as np
import pytest
import talib
from numpy.typing import NDArray
from talib._ta_lib import MA_Type  # `talib` itself passes it on unmarked

from robo_trader.core.features import momentum
from robo_trader.core.features.feature import Feature

Column = NDArray[np.float64]
Columns = dict[str, Column]

BARS = 3_000


@pytest.fixture(scope="module")
def market() -> Columns:
    """Return a seeded random walk."""
    draw = np.random.default_rng(1978)
    close = 100.0 * np.exp(np.cumsum(draw.normal(0.0, 0.01, BARS)))
    open_ = np.concatenate(([100.0], close[:-1])) * np.exp(draw.normal(0.0, 0.003, BARS))
    high = np.maximum(open_, close) * np.exp(np.abs(draw.normal(0.0, 0.004, BARS)))
    low = np.minimum(open_, close) * np.exp(-np.abs(draw.normal(0.0, 0.004, BARS)))
    return {"open": open_, "high": high, "low": low, "close": close}


def values(feature: Feature, market: Columns) -> Column:
    state = [0.0] * feature.state_size
    rows = zip(*(market[name].tolist() for name in feature.inputs), strict=True)
    return np.array([feature.rule(state, *row, *feature.parameters) for row in rows])


CASES: list[tuple[Feature, Callable[[Column, Column, Column], Column]]] = [
    (momentum.bar_return(), lambda _high, _low, close: talib.ROCP(close, 1)),
    (momentum.roc(1), lambda _high, _low, close: talib.ROC(close, 1)),
    (momentum.roc(10), lambda _high, _low, close: talib.ROC(close, 10)),
    (momentum.momentum(10), lambda _high, _low, close: talib.MOM(close, 10)),
    (momentum.rsi(2), lambda _high, _low, close: talib.RSI(close, 2)),
    (momentum.rsi(14), lambda _high, _low, close: talib.RSI(close, 14)),
    (momentum.cmo(14), lambda _high, _low, close: talib.CMO(close, 14)),
    (momentum.stochastic_k(14), lambda high, low, close: talib.STOCHF(high, low, close, 14, 1)[0]),
    (
        momentum.stochastic_slow_k(14, 3),
        lambda high, low, close: talib.STOCH(high, low, close, 14, 3, slowd_period=1)[0],
    ),
    (
        momentum.stochastic_d(14, 3, 3),
        lambda high, low, close: talib.STOCH(high, low, close, 14, 3, slowd_period=3)[1],
    ),
    (
        momentum.stochastic_d(5, 1, 9),
        lambda high, low, close: talib.STOCH(high, low, close, 5, 1, slowd_period=9)[1],
    ),
    (momentum.stochastic_rsi(14, 5), lambda _high, _low, close: talib.STOCHRSI(close, 14, 5, 1)[0]),
    (momentum.williams_r(14), lambda high, low, close: talib.WILLR(high, low, close, 14)),
    (momentum.cci(2), lambda high, low, close: talib.CCI(high, low, close, 2)),
    (momentum.cci(20), lambda high, low, close: talib.CCI(high, low, close, 20)),
    (momentum.ultimate_oscillator(7, 14, 28), lambda high, low, close: talib.ULTOSC(high, low, close, 7, 14, 28)),
    (momentum.ultimate_oscillator(1, 2, 3), lambda high, low, close: talib.ULTOSC(high, low, close, 1, 2, 3)),
    (momentum.trix(1), lambda _high, _low, close: talib.TRIX(close, 1)),
    (momentum.trix(15), lambda _high, _low, close: talib.TRIX(close, 15)),
    (momentum.ppo(12, 26), lambda _high, _low, close: talib.PPO(close, 12, 26, MA_Type.EMA)),
]


@pytest.mark.parametrize(("feature", "oracle"), CASES, ids=[feature.name for feature, _ in CASES])
def test_agrees_with_talib(
    feature: Feature, oracle: Callable[[Column, Column, Column], Column], market: Columns
) -> None:
    expected = oracle(market["high"], market["low"], market["close"])
    ours = values(feature, market)
    assert np.isnan(expected[: feature.warm_up - 1]).all() and not np.isnan(expected[feature.warm_up - 1 :]).any()
    scale = float(np.nanmax(np.abs(expected)))  # a value near 0 is a difference of large ones, which has fewer digits
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12 * scale)
