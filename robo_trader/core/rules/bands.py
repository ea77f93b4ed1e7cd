"""Bands about an average of the price, as wide as the price moves.

Bollinger's stand so many population standard deviations from the mean of the closes; a window of equal closes has
none (see `moments`). Keltner's stand so many average true ranges from the exponential average of the typical price.
"""

import math

from robo_trader.core.rules.bar_prices import typical_price
from robo_trader.core.rules.moments import variance_distance, variance_mean, variance_push, variance_size
from robo_trader.core.rules.moving_averages import EMA_SIZE, ema_push
from robo_trader.core.rules.volatility import ATR_SIZE, atr_push


def standard_deviation_state_size(length: int) -> int:
    """Return the floats of a window with its variance."""
    return variance_size(length)


def standard_deviation_update(state: list[float], value: float, length: int) -> float:
    """Return the population standard deviation of the last `length` values, in their unit, NaN until there are so many.

    Source: the sum of squares over `length`; TA-Lib STDDEV.

    state: vector of `standard_deviation_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return math.sqrt(variance_push(state, 0, value, length))


def bollinger_upper_state_size(length: int, deviations: float) -> int:  # noqa: ARG001 - as other rules with memory
    """Return the floats of a window with its variance."""
    return variance_size(length)


def bollinger_upper_update(state: list[float], close: float, length: int, deviations: float) -> float:
    """Return the mean of the last `length` closes plus `deviations` standard deviations, in dollars.

    NaN until there are `length` closes.
    Source: John Bollinger (2001), "Bollinger on Bollinger Bands"; TA-Lib BBANDS.

    state: vector of `bollinger_upper_state_size(length, deviations)` floats, zeros at first.
    length: 1 or above. deviations: above 0.
    """
    deviation = math.sqrt(variance_push(state, 0, close, length))
    return variance_mean(state, 0, length) + deviations * deviation


def bollinger_lower_state_size(length: int, deviations: float) -> int:  # noqa: ARG001 - as other rules with memory
    """Return the floats of a window with its variance."""
    return variance_size(length)


def bollinger_lower_update(state: list[float], close: float, length: int, deviations: float) -> float:
    """Return the mean of the last `length` closes less `deviations` standard deviations, in dollars.

    NaN until there are `length` closes. It may be below 0.
    Source: as `bollinger_upper_update`.

    state: vector of `bollinger_lower_state_size(length, deviations)` floats, zeros at first.
    length: 1 or above. deviations: above 0.
    """
    deviation = math.sqrt(variance_push(state, 0, close, length))
    return variance_mean(state, 0, length) - deviations * deviation


def bollinger_percent_b_state_size(length: int, deviations: float) -> int:  # noqa: ARG001 - as above
    """Return the floats of a window with its variance."""
    return variance_size(length)


def bollinger_percent_b_update(state: list[float], close: float, length: int, deviations: float) -> float:
    """Return where the close stands between Bollinger's bands: 0 at the lower, 1 at the upper one.

    A fraction, in spite of its name; below 0 or above 1 outside the bands. NaN until there are `length` closes, and
    where all of them are equal.
    Source: as `bollinger_upper_update`.

    state: vector of `bollinger_percent_b_state_size(length, deviations)` floats, zeros at first.
    length: 2 or above. deviations: above 0.
    """
    variance = variance_push(state, 0, close, length)
    if not variance > 0.0:
        return math.nan
    return 0.5 + variance_distance(state, 0, close, length) / (2.0 * deviations * math.sqrt(variance))


def bollinger_bandwidth_state_size(length: int, deviations: float) -> int:  # noqa: ARG001 - as above
    """Return the floats of a window with its variance."""
    return variance_size(length)


def bollinger_bandwidth_update(state: list[float], close: float, length: int, deviations: float) -> float:
    """Return the distance between Bollinger's bands as a fraction of the mean, NaN until there are `length` closes.

    Source: as `bollinger_upper_update`.

    state: vector of `bollinger_bandwidth_state_size(length, deviations)` floats, zeros at first.
    length: 1 or above. deviations: above 0.
    """
    variance = variance_push(state, 0, close, length)
    if math.isnan(variance):
        return math.nan
    return 2.0 * deviations * math.sqrt(variance) / (variance_mean(state, 0, length))


def keltner_upper_state_size(length: int, atr_length: int, multiple: float) -> int:  # noqa: ARG001 - as above
    """Return the floats of one exponential average and one average true range."""
    return EMA_SIZE + ATR_SIZE


def keltner_upper_update(
    state: list[float], high: float, low: float, close: float, length: int, atr_length: int, multiple: float
) -> float:
    """Return the average typical price plus `multiple` average true ranges, in dollars, NaN until both are known.

    The typical price, the mean of high, low and close, is averaged exponentially over `length` bars. Both averages
    begin with the first bar, as in `ema_update` and `atr_update`. TA-Lib's KC begins the quicker one anew when the
    slower one is known; the two agree once that is forgotten.
    Source: Chester Keltner (1960), "How to Make Money in Commodities", with the exponential average and true range
    that Linda Bradford Raschke gave it; TA-Lib KC.

    state: vector of 7 floats, zeros at first.
    length, atr_length: 1 or above. multiple: above 0.
    """
    middle = ema_push(state, 0, typical_price(high, low, close), length)
    return middle + multiple * atr_push(state, EMA_SIZE, high, low, close, atr_length)  # NaN as long as one is


def keltner_lower_state_size(length: int, atr_length: int, multiple: float) -> int:  # noqa: ARG001 - as above
    """Return the floats of one exponential average and one average true range."""
    return EMA_SIZE + ATR_SIZE


def keltner_lower_update(
    state: list[float], high: float, low: float, close: float, length: int, atr_length: int, multiple: float
) -> float:
    """Return the average typical price less `multiple` average true ranges, in dollars, NaN until both are known.

    It may be below 0.
    Source: as `keltner_upper_update`.

    state: vector of 7 floats, zeros at first.
    length, atr_length: 1 or above. multiple: above 0.
    """
    middle = ema_push(state, 0, typical_price(high, low, close), length)
    return middle - multiple * atr_push(state, EMA_SIZE, high, low, close, atr_length)  # NaN as long as one is
