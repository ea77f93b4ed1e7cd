"""Where the close stands within the range of the last bars.

Where that range is empty the close is neither high nor low in it, and these say the middle of their scale. (TA-Lib says
0, which on most of these scales is an extreme.)
"""

import math

from robo_trader.core.rules.bar_prices import typical_price
from robo_trader.core.rules.comparison import RELATIVE_ERROR
from robo_trader.core.rules.volatility import true_range
from robo_trader.core.rules.windows import (
    LOWEST,
    ratio_push,
    ratio_size,
    span_lowest,
    span_push,
    span_size,
    sum_deviation,
    sum_is_full,
    sum_push,
    sum_size,
    tally_is_full,
    tally_push,
    tally_size,
)


def _range_place_size(length: int) -> int:
    return span_size(length)


def _range_place_push(state: list[float], at: int, high: float, low: float, close: float, length: int) -> float:
    """Return the place of the close in the range of the last `length` bars: 0 lowest, 1 highest; NaN until full."""
    highest = span_push(state, at, high, low, length)  # NaN until there are `length` bars
    lowest = span_lowest(state, at)
    span = highest - lowest
    return (close - lowest) / span if span != 0.0 else 0.5


def stochastic_k_state_size(length: int) -> int:
    """Return the floats needed: highest high and lowest low of `length` bars."""
    return _range_place_size(length)


def stochastic_k_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return Lane's fast %K: the place of the close in the range of the last `length` bars, 0 lowest to 100 highest.

    NaN for the first length - 1 bars; 50 where the range is empty.
    Source: George Lane (1984), "Lane's Stochastics", Technical Analysis of Stocks & Commodities 2(3); TA-Lib STOCHF.

    state: vector of `stochastic_k_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return 100.0 * _range_place_push(state, 0, high, low, close, length)


def williams_r_state_size(length: int) -> int:
    """Return the floats needed: highest high and lowest low of `length` bars."""
    return _range_place_size(length)


def williams_r_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return how far the close is below the highest high in percent of the range: -100 lowest to 0 highest.

    NaN for the first length - 1 bars; -50 where the range is empty.
    Source: Larry Williams (1973), "How I Made One Million Dollars Last Year Trading Commodities"; TA-Lib WILLR.

    state: vector of `williams_r_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    highest = span_push(state, 0, high, low, length)  # NaN until there are `length` bars, and then so is the distance
    span = highest - state[LOWEST]
    return 100.0 * ((close - highest) / span) if span != 0.0 else -50.0


def stochastic_slow_k_state_size(length: int, smoothing: int) -> int:
    """Return the floats needed: the range of `length` bars, and `smoothing` values of fast %K."""
    return _range_place_size(length) + tally_size(smoothing)


def stochastic_slow_k_update(
    state: list[float], high: float, low: float, close: float, length: int, smoothing: int
) -> float:
    """Return slow %K: the mean of the last `smoothing` values of fast %K, 0 to 100.

    NaN for the first length + smoothing - 2 bars.
    Source: as fast %K; TA-Lib STOCH, slow K with simple averages.

    state: vector of `stochastic_slow_k_state_size(length, smoothing)` floats, zeros at first.
    length, smoothing: 1 or above.
    """
    return _slow_k_push(state, high, low, close, length, smoothing)


def _slow_k_push(state: list[float], high: float, low: float, close: float, length: int, smoothing: int) -> float:
    place = _range_place_push(state, 0, high, low, close, length)
    if math.isnan(place):
        return math.nan
    at = _range_place_size(length)
    total = tally_push(state, at, 100.0 * place, smoothing)
    if not tally_is_full(state, at):
        return math.nan
    return total / smoothing


def stochastic_d_state_size(length: int, smoothing: int, signal: int) -> int:
    """Return the floats needed: those of slow %K, and `signal` values of it."""
    return stochastic_slow_k_state_size(length, smoothing) + tally_size(signal)


def stochastic_d_update(
    state: list[float], high: float, low: float, close: float, length: int, smoothing: int, signal: int
) -> float:
    """Return slow %D: the mean of the last `signal` values of slow %K, 0 to 100.

    NaN for the first length + smoothing + signal - 3 bars.
    Source: as fast %K; TA-Lib STOCH, slow D with simple averages.

    state: vector of `stochastic_d_state_size(length, smoothing, signal)` floats, zeros at first.
    length, smoothing, signal: 1 or above.
    """
    slow_k = _slow_k_push(state, high, low, close, length, smoothing)
    if math.isnan(slow_k):
        return math.nan
    at = stochastic_slow_k_state_size(length, smoothing)
    total = tally_push(state, at, slow_k, signal)
    if not tally_is_full(state, at):
        return math.nan
    return total / signal


def cci_state_size(length: int) -> int:
    """Return the floats needed: the last `length` typical prices with their total."""
    return sum_size(length)


def cci_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return the commodity channel index: distance of the typical price from its mean, in 0.015 mean deviations.

    NaN for the first length - 1 bars; 0 where the typical price has not moved. The mean deviation is taken from the
    mean of the same window, so it is summed over the window at every bar.
    Source: Donald Lambert (1980), "Commodity Channel Index", Commodities 9(10); TA-Lib CCI.

    state: vector of `cci_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    typical = typical_price(high, low, close)
    total = sum_push(state, 0, typical, length)
    if not sum_is_full(state, 0):
        return math.nan
    mean = total / length
    deviation = sum_deviation(state, 0, mean, length)
    if deviation <= RELATIVE_ERROR * total:  # rounding of the mean, and no distance from it
        return 0.0
    return (typical - mean) / (0.015 * (deviation / length))


def ultimate_oscillator_state_size(short: int, middle: int, long: int) -> int:
    """Return the floats needed: the previous close, and a ratio of sums of each length."""
    return 1 + ratio_size(short) + ratio_size(middle) + ratio_size(long)


def ultimate_oscillator_update(
    state: list[float], high: float, low: float, close: float, short: int, middle: int, long: int
) -> float:
    """Return buying pressure in percent of the true range, over three lengths weighed 4, 2 and 1: 0 to 100.

    Buying pressure is the close above the true low. NaN for the first `long` bars. A length over which the true range
    is 0 counts as 50 percent.
    Source: Larry Williams (1985), "The Ultimate Oscillator", Technical Analysis of Stocks & Commodities 3(4); TA-Lib
    ULTOSC.

    state: vector of `ultimate_oscillator_state_size(short, middle, long)` floats, zeros at first.
    short < middle < long, all 1 or above.
    """
    previous = state[0]
    state[0] = close
    if previous == 0.0:
        return math.nan
    pressure = close - min(low, previous)
    spread = true_range(high, low, previous)
    at_middle = 1 + ratio_size(short)
    fast = ratio_push(state, 1, pressure, spread, short, 0.5)
    medium = ratio_push(state, at_middle, pressure, spread, middle, 0.5)
    slow = ratio_push(state, at_middle + ratio_size(middle), pressure, spread, long, 0.5)
    if math.isnan(slow):
        return math.nan
    return 100.0 * (4.0 * fast + 2.0 * medium + slow) / 7.0
