"""The highest and the lowest of the last so many bars: how far apart, how long ago, and halfway between.

Lows are kept as the highest of their negatives (see `windows`).
"""

import math

from robo_trader.core.rules.windows import (
    highest_is_full,
    highest_push,
    highest_size,
    peak_push,
    peak_size,
    span_lowest,
    span_push,
    span_size,
)


def donchian_upper_state_size(length: int) -> int:
    """Return the floats of one peak."""
    return peak_size(length)


def donchian_upper_update(state: list[float], high: float, length: int) -> float:
    """Return the highest high of the last `length` bars, this one included, in dollars; NaN until there are so many.

    A close never stands above it: to trade a breakout, compare with `donchian_prior_upper_update`.
    Source: Richard Donchian (1960), "High finance in copper", Financial Analysts Journal 16(6).

    state: vector of `donchian_upper_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return peak_push(state, 0, high, length)


def donchian_lower_state_size(length: int) -> int:
    """Return the floats of one peak."""
    return peak_size(length)


def donchian_lower_update(state: list[float], low: float, length: int) -> float:
    """Return the lowest low of the last `length` bars, this one included, in dollars; NaN until there are so many.

    A close never stands below it: to trade a breakout, compare with `donchian_prior_lower_update`.
    Source: as `donchian_upper_update`.

    state: vector of `donchian_lower_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return -peak_push(state, 0, -low, length)


def donchian_prior_upper_state_size(length: int) -> int:
    """Return the floats of the peak of the bar before, 0 while there is none, and of one peak."""
    return 1 + peak_size(length)


def donchian_prior_upper_update(state: list[float], high: float, length: int) -> float:
    """Return the highest high of the `length` bars before this one in dollars, NaN for the first `length` bars.

    Source: as `donchian_upper_update`.

    state: vector of `donchian_prior_upper_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return _highest_before(state, high, length)


def donchian_prior_lower_state_size(length: int) -> int:
    """Return the floats of the peak of the bar before, 0 while there is none, and of one peak."""
    return 1 + peak_size(length)


def donchian_prior_lower_update(state: list[float], low: float, length: int) -> float:
    """Return the lowest low of the `length` bars before this one in dollars, NaN for the first `length` bars.

    Source: as `donchian_upper_update`.

    state: vector of `donchian_prior_lower_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return -_highest_before(state, -low, length)


def midpoint_state_size(length: int) -> int:
    """Return the floats of a span of highs and lows."""
    return span_size(length)


def midpoint_update(state: list[float], high: float, low: float, length: int) -> float:
    """Return the middle between the highest high and the lowest low of the last `length` bars, this one included.

    In dollars, NaN until there are `length` bars. Ichimoku's conversion line (9 bars), base line (26) and, not moved
    into the future, span B (52) are midpoints.
    Source: Goichi Hosoda (1969), "Ichimoku Kinko Hyo"; TA-Lib MIDPRICE.

    state: vector of `midpoint_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return _midpoint_push(state, 0, high, low, length)


def ichimoku_span_a_state_size(conversion_length: int, base_length: int) -> int:
    """Return the floats of two midpoints."""
    return midpoint_state_size(conversion_length) + midpoint_state_size(base_length)


def ichimoku_span_a_update(
    state: list[float], high: float, low: float, conversion_length: int, base_length: int
) -> float:
    """Return the middle between Ichimoku's conversion and base line in dollars, NaN until both are known.

    It is the value as it is known at this bar. Charts draw it `base_length` bars further right: where a chart shows
    the cloud under today's price, it shows the value of `base_length` bars ago.
    Source: Goichi Hosoda (1969), "Ichimoku Kinko Hyo".

    state: vector of `ichimoku_span_a_state_size(conversion_length, base_length)` floats, zeros at first.
    conversion_length, base_length: 1 or above.
    """
    conversion = _midpoint_push(state, 0, high, low, conversion_length)
    base = _midpoint_push(state, midpoint_state_size(conversion_length), high, low, base_length)
    return 0.5 * (conversion + base)  # NaN as long as one of them is


def aroon_up_state_size(length: int) -> int:
    """Return the floats of one window with its highest value, over one bar more than `length`."""
    return highest_size(length + 1)


def aroon_up_update(state: list[float], high: float, length: int) -> float:
    """Return how fresh the highest high is: 100 in this bar, 0 if `length` bars ago. NaN for the first `length` bars.

    Of equal highs the newest counts, as in TA-Lib's AROON.
    Source: Tushar Chande (1995), "A time price oscillator", Technical Analysis of Stocks & Commodities 13(9).

    state: vector of `aroon_up_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return _freshness(state, 0, high, length)


def aroon_down_state_size(length: int) -> int:
    """Return the floats of one window with its highest value, over one bar more than `length`."""
    return highest_size(length + 1)


def aroon_down_update(state: list[float], low: float, length: int) -> float:
    """Return how fresh the lowest low is: 100 in this bar, 0 if `length` bars ago. NaN for the first `length` bars.

    Of equal lows the newest counts, as in TA-Lib's AROON.
    Source: as `aroon_up_update`.

    state: vector of `aroon_down_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return _freshness(state, 0, -low, length)


def aroon_oscillator_state_size(length: int) -> int:
    """Return the floats of two windows with their highest values, over one bar more than `length`."""
    return 2 * highest_size(length + 1)


def aroon_oscillator_update(state: list[float], high: float, low: float, length: int) -> float:
    """Return `aroon_up_update` less `aroon_down_update`, from -100 to 100, NaN for the first `length` bars.

    Source: as `aroon_up_update`; TA-Lib AROONOSC.

    state: vector of `aroon_oscillator_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    up = _freshness(state, 0, high, length)
    return up - _freshness(state, highest_size(length + 1), -low, length)


def _highest_before(state: list[float], value: float, length: int) -> float:
    before = state[0]
    highest = peak_push(state, 1, value, length)
    if not math.isnan(highest):
        state[0] = highest
    return before if before != 0.0 else math.nan


def _midpoint_push(state: list[float], at: int, high: float, low: float, length: int) -> float:
    highest = span_push(state, at, high, low, length)
    return 0.5 * (highest + span_lowest(state, at))  # NaN until there are `length` bars


def _freshness(state: list[float], at: int, value: float, length: int) -> float:
    highest_push(state, at, value, length + 1)
    if not highest_is_full(state, at, length + 1):
        return math.nan
    return 100.0 * (length - state[at + 1]) / length
