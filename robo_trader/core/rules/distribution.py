"""How prices and returns spread about their mean over a window."""

import math

from robo_trader.core.rules.moments import (
    fourth_moment,
    powers_push,
    powers_size,
    second_moment,
    third_moment,
    variance_distance,
    variance_push,
    variance_size,
)


def zscore_state_size(length: int) -> int:
    """Return the floats of a window with its variance."""
    return variance_size(length)


def zscore_update(state: list[float], value: float, length: int) -> float:
    """Return how many standard deviations `value` is above the mean of the last `length` values, itself included.

    The standard deviation is that of the population (divided by `length`), as in `scipy.stats.zscore`. NaN until there
    are `length` values, and while they are all equal.

    state: vector of `zscore_state_size(length)` floats, zeros at first.
    length: 2 or above.
    """
    variance = variance_push(state, 0, value, length)
    if variance > 0.0:
        return variance_distance(state, 0, value, length) / math.sqrt(variance)
    return math.nan


def volatility_size(length: int) -> int:
    """Return the floats of the previous price and of a window of returns with its variance."""
    return 1 + variance_size(length)


def volatility_push(state: list[float], at: int, price: float, length: int) -> float:
    """Take in a price above 0; return the standard deviation of the last `length` log returns, NaN until they are.

    The variance is that of a sample (divided by `length` - 1). It is exactly 0 where all returns are equal.
    """
    previous = state[at]
    state[at] = price
    if previous == 0.0:
        return math.nan
    variance = variance_push(state, at + 1, math.log(price / previous), length)
    return math.sqrt(variance * length / (length - 1.0))


def realised_volatility_state_size(length: int) -> int:
    """Return the floats of `volatility_push`."""
    return volatility_size(length)


def realised_volatility_update(state: list[float], close: float, length: int) -> float:
    """Return the sample standard deviation of the last `length` log returns, as a fraction a bar, not annualised.

    NaN for the first `length` bars.

    state: vector of `realised_volatility_state_size(length)` floats, zeros at first.
    length: 2 or above.
    """
    return volatility_push(state, 0, close, length)


def skew_state_size(length: int) -> int:
    """Return the floats of the previous close and of a window of returns with the sums of four powers."""
    return 1 + powers_size(length)


def skew_update(state: list[float], close: float, length: int) -> float:
    """Return the skewness of the last `length` simple returns: third moment over the cube of the deviation.

    The population's coefficient g1, not corrected for small samples, as in `scipy.stats.skew`. NaN for the first
    `length` bars, and while all returns are equal.

    state: vector of `skew_state_size(length)` floats, zeros at first.
    length: 3 or above.
    """
    if not _push_return(state, close, length):
        return math.nan
    variance = second_moment(state, 1, length)
    if variance > 0.0:
        return third_moment(state, 1, length) / variance / math.sqrt(variance)
    return math.nan


def kurtosis_state_size(length: int) -> int:
    """Return the floats of the previous close and of a window of returns with the sums of four powers."""
    return 1 + powers_size(length)


def kurtosis_update(state: list[float], close: float, length: int) -> float:
    """Return the excess kurtosis of the last `length` simple returns: fourth moment over squared variance, less 3.

    The population's coefficient g2, not corrected for small samples, as in `scipy.stats.kurtosis`; 0 for normal
    returns. NaN for the first `length` bars, and while all returns are equal.

    state: vector of `kurtosis_state_size(length)` floats, zeros at first.
    length: 4 or above.
    """
    if not _push_return(state, close, length):
        return math.nan
    variance = second_moment(state, 1, length)
    if variance > 0.0:
        return fourth_moment(state, 1, length) / variance / variance - 3.0
    return math.nan


def _push_return(state: list[float], close: float, length: int) -> bool:
    previous = state[0]
    state[0] = close
    if previous == 0.0:
        return False
    return powers_push(state, 1, close / previous - 1.0, length)
