"""Where the price is going, and how steadily."""

from collections.abc import Callable

from robo_trader.core.features.feature import UNTIL_WARM, Definition, Group, Parameter, Rule
from robo_trader.core.features.trend_of_ranges import RANGE_TREND_DEFINITIONS
from robo_trader.core.rules.adaptive_average import kama_state_size, kama_update
from robo_trader.core.rules.convergence import (
    macd_histogram_state_size,
    macd_histogram_update,
    macd_signal_state_size,
    macd_signal_update,
    macd_state_size,
    macd_update,
)
from robo_trader.core.rules.moving_averages import (
    dema_state_size,
    dema_update,
    ema_state_size,
    ema_update,
    sma_state_size,
    sma_update,
    tema_state_size,
    tema_update,
)
from robo_trader.core.rules.straight_line import (
    linreg_r2_state_size,
    linreg_r2_update,
    linreg_slope_state_size,
    linreg_slope_update,
)
from robo_trader.core.rules.weighted_averages import hma_state_size, hma_update, wma_state_size, wma_update

_LONGEST = 5000
_MULLOY = "Patrick G. Mulloy (1994), Technical Analysis of Stocks & Commodities"
_APPEL = 'Gerald Appel (1979), "The Moving Average Convergence-Divergence Trading Method"; TA-Lib MACD.'


def _bars(default: int, minimum: int = 1, name: str = "length") -> Parameter:
    return Parameter(name=name, default=default, minimum=minimum, maximum=_LONGEST)


def _average(  # noqa: PLR0913 - what the averages differ in
    name: str,
    summary: str,
    source: str,
    rule: Rule,
    state_size: Callable[..., int],
    *,
    warm_up: Callable[[int], int],
    minimum: int = 1,
) -> Definition:
    """Return an average of the close over `length` bars."""
    return Definition(
        name=name,
        group=Group.TREND,
        summary=summary,
        source=source,
        unit="USD",
        rule=rule,
        inputs=("close",),
        parameters=(_bars(20, minimum),),
        state_size=state_size,
        warm_up=warm_up,
    )


sma = _average(
    "sma",
    "Simple moving average of the close.",
    "Mean of the last `length` closes; TA-Lib SMA.",
    sma_update,
    sma_state_size,
    warm_up=lambda length: length,
)

ema = _average(
    "ema",
    "Exponential moving average of the close, begun with the mean of the first `length` closes.",
    "Weight 2 / (length + 1); TA-Lib EMA.",
    ema_update,
    ema_state_size,
    warm_up=lambda length: length,
)

wma = _average(
    "wma",
    "Weighted moving average of the close: the oldest counts once, the newest `length` times.",
    "Weights 1 to `length`; TA-Lib WMA.",
    wma_update,
    wma_state_size,
    warm_up=lambda length: length,
)

dema = _average(
    "dema",
    "Double exponential moving average of the close: the average, with its lag behind itself added back.",
    f"{_MULLOY} 12(1); TA-Lib DEMA.",
    dema_update,
    dema_state_size,
    warm_up=lambda length: 2 * length - 1,
)

tema = _average(
    "tema",
    "Triple exponential moving average of the close: as the double one, with less lag still.",
    f"{_MULLOY} 12(2); TA-Lib TEMA.",
    tema_update,
    tema_state_size,
    warm_up=lambda length: 3 * length - 2,
)

hma = _average(
    "hma",
    "Hull's moving average of the close: a quick weighted average less its lag, smoothed once more.",
    'Alan Hull (2005), "How to reduce lag in a moving average"; TA-Lib HMA.',
    hma_update,
    hma_state_size,
    warm_up=lambda length: length + int(length**0.5) - 1,
    minimum=2,
)

kama = Definition(
    name="kama",
    group=Group.TREND,
    summary="Kaufman's adaptive moving average of the close: fast in a straight move, slow in noise.",
    source='Perry J. Kaufman (1995), "Smarter Trading"; TA-Lib KAMA, whose fast is 2 and slow 30.',
    unit="USD",
    rule=kama_update,
    inputs=("close",),
    parameters=(_bars(10, 2), _bars(2, name="fast"), _bars(30, name="slow")),
    state_size=kama_state_size,
    warm_up=lambda length, _fast, _slow: length + 1,
    ordered=("fast", "slow"),
)

macd = Definition(
    name="macd",
    group=Group.TREND,
    summary="Distance of a fast exponential average of the close from a slow one.",
    source=_APPEL,
    unit="USD",
    rule=macd_update,
    inputs=("close",),
    parameters=(_bars(12, name="fast"), _bars(26, 2, name="slow")),
    state_size=macd_state_size,
    warm_up=lambda _fast, slow: slow,
    ordered=("fast", "slow"),
)

macd_signal = Definition(
    name="macd_signal",
    group=Group.TREND,
    summary="Exponential average of the MACD.",
    source=_APPEL,
    unit="USD",
    rule=macd_signal_update,
    inputs=("close",),
    parameters=(_bars(12, name="fast"), _bars(26, 2, name="slow"), _bars(9, name="signal")),
    state_size=macd_signal_state_size,
    warm_up=lambda _fast, slow, signal: slow + signal - 1,
    ordered=("fast", "slow"),
)

macd_histogram = Definition(
    name="macd_histogram",
    group=Group.TREND,
    summary="The MACD less its exponential average.",
    source=_APPEL,
    unit="USD",
    rule=macd_histogram_update,
    inputs=("close",),
    parameters=(_bars(12, name="fast"), _bars(26, 2, name="slow"), _bars(9, name="signal")),
    state_size=macd_histogram_state_size,
    warm_up=lambda _fast, slow, signal: slow + signal - 1,
    ordered=("fast", "slow"),
)

linreg_slope = Definition(
    name="linreg_slope",
    group=Group.TREND,
    summary="Slope of the least-squares line through the last closes.",
    source="Least squares of the close on its place in the window; TA-Lib LINEARREG_SLOPE.",
    unit="USD a bar",
    rule=linreg_slope_update,
    inputs=("close",),
    parameters=(_bars(14, 2),),
    state_size=linreg_slope_state_size,
    warm_up=lambda length: length,
)

linreg_r2 = Definition(
    name="linreg_r2",
    group=Group.TREND,
    summary="Part of the closes' variance that the least-squares line through them explains, from 0 to 1.",
    source="Coefficient of determination of that line.",
    unit="fraction",
    rule=linreg_r2_update,
    inputs=("close",),
    parameters=(_bars(14, 3),),
    state_size=linreg_r2_state_size,
    warm_up=lambda length: length,
    undefined=f"{UNTIL_WARM} NaN also where all closes of the window are equal.",
)

DEFINITIONS = (
    sma,
    ema,
    wma,
    dema,
    tema,
    hma,
    kama,
    macd,
    macd_signal,
    macd_histogram,
    linreg_slope,
    linreg_r2,
    *RANGE_TREND_DEFINITIONS,
)
