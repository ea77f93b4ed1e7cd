"""Whether moves continue or come back: half-life, autocorrelation and Hurst exponent."""

import math

from robo_trader.core.rules.moments import DIGITS_LOST
from robo_trader.core.rules.pairs import pairs_correlation, pairs_push, pairs_size, pairs_slope
from robo_trader.core.rules.windows import (
    window_has_turned,
    window_is_full,
    window_push,
    window_size,
    window_value,
)

_SLOWEST_PULL = 1e-12  # a part of the distance a bar: below it, a pull back is rounding


def half_life_of(slope: float) -> float:
    """Return the bars in which half of a distance is made good, -ln(2) / `slope`; NaN where nothing pulls back.

    slope: of the change on the level, as a fraction a bar; negative where the level comes back.
    Source: Ernest P. Chan (2013), "Algorithmic Trading", chapter 2.
    """
    if slope < -_SLOWEST_PULL:
        return -math.log(2.0) / slope
    return math.nan


def half_life_state_size(length: int) -> int:
    """Return the floats of the previous close and of a window of pairs of level and change."""
    return 1 + pairs_size(length)


def half_life_update(state: list[float], close: float, length: int) -> float:
    """Return the half-life of mean reversion in bars, from the last `length` changes of the close.

    Each change is regressed on the close before it, with an intercept, by ordinary least squares; see `half_life_of`.
    NaN for the first `length` bars, while the close does not move, and while it does not revert.
    Source: Ernest P. Chan (2013), "Algorithmic Trading", chapter 2.

    state: vector of `half_life_state_size(length)` floats, zeros at first.
    length: 3 or above.
    """
    previous = state[0]
    state[0] = close
    if previous == 0.0 or not pairs_push(state, 1, previous, close - previous, length):
        return math.nan
    return half_life_of(pairs_slope(state, 1))


def autocorrelation_state_size(length: int, lag: int) -> int:
    """Return the floats of the previous close, of a window of pairs of returns, and of the last `lag` returns."""
    return 1 + pairs_size(length) + window_size(lag)


def autocorrelation_update(state: list[float], close: float, length: int, lag: int) -> float:
    """Return Pearson's correlation of the last `length` simple returns with those `lag` bars before them.

    NaN for the first `length` + `lag` bars, and while the returns of either window are all equal.

    state: vector of `autocorrelation_state_size(length, lag)` floats, zeros at first.
    length: 3 or above.
    lag: 1 or above.
    """
    previous = state[0]
    state[0] = close
    if previous == 0.0:
        return math.nan
    change = close / previous - 1.0
    at = 1 + pairs_size(length)
    was_full = window_is_full(state, at)
    earlier = window_push(state, at, change, lag)
    if not was_full or not pairs_push(state, 1, earlier, change, length):
        return math.nan
    return pairs_correlation(state, 1)


def hurst_state_size(length: int, longest_lag: int) -> int:
    """Return the floats of a window of log closes, and of a sum and its largest value for each lag."""
    return window_size(length) + 2 * _lag_count(longest_lag)


def hurst_update(state: list[float], close: float, length: int, longest_lag: int) -> float:
    """Return the Hurst exponent of the last `length` log closes: 0.5 if random, above in a trend, below if it reverts.

    The generalised exponent of order 2: half the slope, by least squares, of the logarithm of the mean squared change
    over a lag on the logarithm of the lag, for lags 1, 2, 4 ... up to `longest_lag`. The changes' mean is not taken
    away, so that a steady drift counts as persistence and gives 1. An estimate may leave [0, 1].
    NaN for the first `length` - 1 bars, and while there was no change over one of the lags.
    Source: Di Matteo, Aste and Dacorogna (2003), "Scaling behaviors in differently developed markets", Physica A 324.

    state: vector of `hurst_state_size(length, longest_lag)` floats, zeros at first.
    length: above `longest_lag`.
    longest_lag: 2 or above.
    """
    lags = _lag_count(longest_lag)
    sums = window_size(length)
    value = math.log(close)
    fresh = _slide_lags(state, value, length, lags)
    window_push(state, 0, value, length)
    if not window_is_full(state, 0):
        return math.nan
    if window_has_turned(state, 0) or not fresh:
        _sum_lags_afresh(state, length, lags)
    middle = (lags - 1) / 2.0
    slope = 0.0
    scale = 0.0
    lag = 1
    for index in range(lags):
        if state[sums + index] <= 0.0:
            return math.nan
        slope += (index - middle) * math.log(state[sums + index] / (length - lag))
        scale += (index - middle) * (index - middle)
        lag += lag
    return slope / (scale * math.log(2.0)) / 2.0


def _lag_count(longest_lag: int) -> int:
    """Return how many of 1, 2, 4, 8 ... are not above `longest_lag`."""
    count = 0
    lag = 1
    while lag <= longest_lag:
        count += 1
        lag += lag
    return count


def _slide_lags(state: list[float], value: float, length: int, lags: int) -> bool:
    """Move each lag's sum of squared changes on by the value about to come; return whether all kept their digits."""
    was_full = window_is_full(state, 0)
    sums = window_size(length)
    fresh = True
    lag = 1
    for place in range(sums, sums + lags):
        if was_full or state[1] >= lag:
            change = value - window_value(state, 0, lag - 1, length)
            state[place] += change * change
        if was_full:
            change = window_value(state, 0, length - 1 - lag, length) - window_value(state, 0, length - 1, length)
            state[place] -= change * change
        state[place + lags] = max(state[place + lags], state[place])
        if state[place] < DIGITS_LOST * state[place + lags]:
            fresh = False
        lag += lag
    return fresh


def _sum_lags_afresh(state: list[float], length: int, lags: int) -> None:
    sums = window_size(length)
    lag = 1
    for place in range(sums, sums + lags):
        total = 0.0
        for age in range(length - lag):
            change = window_value(state, 0, age, length) - window_value(state, 0, age + lag, length)
            total += change * change
        state[place] = total
        state[place + lags] = total
        lag += lag
