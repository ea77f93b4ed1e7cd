"""Which of a few kinds of market this is: a small whole number, as a float."""

import math

from robo_trader.core.rules.comparison import is_clearly_above
from robo_trader.core.rules.distribution import volatility_push, volatility_size
from robo_trader.core.rules.windows import sum_is_full, sum_push, sum_size, window_is_full, window_push, window_size

CALM = 0.0
NORMAL = 1.0
STRESSED = 2.0


def volatility_regime_state_size(length: int, history: int, calm: float, stressed: float) -> int:  # noqa: ARG001
    """Return the floats of a realised volatility and of a window of its values."""
    return volatility_size(length) + window_size(history)


def volatility_regime_update(
    state: list[float], close: float, length: int, history: int, calm: float, stressed: float
) -> float:
    """Return 0 calm, 1 normal or 2 stressed: by the place of the realised volatility among its last `history` values.

    The place goes from 0, the lowest of them, to 1, the highest, itself included and equal ones sharing their mean
    place. A step costs in proportion to `history`. NaN for the first `length` + `history` - 1 bars.

    state: vector of `volatility_regime_state_size(length, history, calm, stressed)` floats, zeros at first.
    length: returns in the volatility, 2 or above.
    history: volatilities to compare with, 2 or above.
    calm, stressed: places below and above which the market is so.
    """
    volatility = volatility_push(state, 0, close, length)
    if math.isnan(volatility):
        return math.nan
    at = volatility_size(length)
    window_push(state, at, volatility, history)
    if not window_is_full(state, at):
        return math.nan
    below = 0.0
    equal = 0.0
    for place in range(at + 2, at + 2 + history):
        if state[place] < volatility:
            below += 1.0
        elif state[place] == volatility:
            equal += 1.0
    return _level((below + (equal - 1.0) / 2.0) / (history - 1.0), calm, stressed)


def vix_regime_state_size(calm: float, stressed: float) -> int:  # noqa: ARG001 - every rule has the same face
    """Return 0: nothing is remembered."""
    return 0


def vix_regime_update(state: list[float], index: float, calm: float, stressed: float) -> float:  # noqa: ARG001
    """Return 0 below `calm`, 2 above `stressed`, and 1 between: never NaN.

    There is no hysteresis. The same level always means the same regime, whatever came before and whenever the
    program was started; a strategy that dislikes to and fro at a threshold waits or averages.

    index: level of an index of volatility such as the VIX.
    """
    return _level(index, calm, stressed)


def trend_regime_state_size(length: int, slope_length: int, band: float) -> int:  # noqa: ARG001 - as above
    """Return the floats of a window of closes with its total, and of a window of averages."""
    return sum_size(length) + window_size(slope_length)


def trend_regime_update(state: list[float], close: float, length: int, slope_length: int, band: float) -> float:
    """Return +1 where the trend is up, -1 where it is down, 0 where it is neither.

    Up: the close is above its simple average over `length` bars by more than `band`, and that average is above what
    it was `slope_length` bars ago; down is the reverse. Differences that rounding can explain do not count.
    NaN for the first `length` + `slope_length` - 1 bars.

    state: vector of `trend_regime_state_size(length, slope_length, band)` floats, zeros at first.
    length, slope_length: 1 or above.
    band: fraction of the average, in [0, 1).
    """
    total = sum_push(state, 0, close, length)
    if not sum_is_full(state, 0):
        return math.nan
    average = total / length
    at = sum_size(length)
    was_full = window_is_full(state, at)
    earlier = window_push(state, at, average, slope_length)
    if not was_full:
        return math.nan
    if is_clearly_above(average, earlier) and is_clearly_above(close, average * (1.0 + band)):
        return 1.0
    if is_clearly_above(earlier, average) and is_clearly_above(average * (1.0 - band), close):
        return -1.0
    return 0.0


def _level(value: float, calm: float, stressed: float) -> float:
    if value < calm:
        return CALM
    if value > stressed:
        return STRESSED
    return NORMAL
