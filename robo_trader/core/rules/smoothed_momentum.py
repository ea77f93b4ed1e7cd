"""Changes of smoothed prices, and smoothed changes of prices."""

import math

from robo_trader.core.rules.moving_averages import ema_push, ema_state_size


def trix_state_size(length: int) -> int:
    """Return the floats needed: three averages, and the third one's previous value."""
    return 3 * ema_state_size(length) + 1


def trix_update(state: list[float], close: float, length: int) -> float:
    """Return the change of a triple exponential average of the close from the bar before, in percent.

    Each average begins with the mean of the first `length` values of the one before it. NaN for the first
    3 * length - 2 bars.
    Source: Jack Hutson (1983), "Good TRIX", Technical Analysis of Stocks & Commodities 1(5); TA-Lib TRIX.

    state: vector of `trix_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    size = ema_state_size(length)
    first = ema_push(state, 0, close, length)
    if math.isnan(first):
        return math.nan
    second = ema_push(state, size, first, length)
    if math.isnan(second):
        return math.nan
    third = ema_push(state, 2 * size, second, length)
    if math.isnan(third):
        return math.nan
    previous = state[3 * size]
    state[3 * size] = third
    if previous == 0.0:
        return math.nan
    return (third / previous - 1.0) * 100.0


def ppo_state_size(fast: int, slow: int) -> int:
    """Return the floats needed: two averages."""
    return ema_state_size(fast) + ema_state_size(slow)


def ppo_update(state: list[float], close: float, fast: int, slow: int) -> float:
    """Return the fast less the slow exponential average of the close, in percent of the slow one.

    NaN for the first slow - 1 bars.
    Source: Gerald Appel (2005), "Technical Analysis: Power Tools for Active Investors"; TA-Lib PPO with exponential
    averages.

    state: vector of `ppo_state_size(fast, slow)` floats, zeros at first.
    fast < slow, both 1 or above.
    """
    fast_average = ema_push(state, 0, close, fast)
    slow_average = ema_push(state, ema_state_size(fast), close, slow)
    if math.isnan(slow_average):
        return math.nan
    return (fast_average - slow_average) / slow_average * 100.0


def true_strength_index_state_size(length: int, smoothing: int) -> int:
    """Return the floats needed: the previous close, and two averages each of changes and of their sizes."""
    return 1 + 2 * (ema_state_size(length) + ema_state_size(smoothing))


def true_strength_index_update(state: list[float], close: float, length: int, smoothing: int) -> float:
    """Return the twice averaged change of the close in percent of the twice averaged size of changes: -100 to 100.

    Averages are exponential, first over `length`, then over `smoothing`, and begin with a mean. NaN for the first
    length + smoothing - 1 bars; 0 where the price has not moved at all.
    Source: William Blau (1995), "Momentum, Direction, and Divergence".

    state: vector of `true_strength_index_state_size(length, smoothing)` floats, zeros at first.
    length, smoothing: 1 or above.
    """
    previous = state[0]
    state[0] = close
    if previous == 0.0:
        return math.nan
    change = close - previous
    at_sizes = 1 + ema_state_size(length) + ema_state_size(smoothing)
    direction = _twice_averaged_push(state, 1, change, length, smoothing)
    extent = _twice_averaged_push(state, at_sizes, abs(change), length, smoothing)
    if math.isnan(extent):
        return math.nan
    if extent == 0.0:
        return 0.0
    return 100.0 * (direction / extent)


def _twice_averaged_push(state: list[float], at: int, value: float, length: int, smoothing: int) -> float:
    once = ema_push(state, at, value, length)
    if math.isnan(once):
        return math.nan
    return ema_push(state, at + ema_state_size(length), once, smoothing)
