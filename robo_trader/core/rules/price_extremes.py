"""The highest and the lowest of the last so many bars: how far apart, how long ago, and halfway between.

Lows are kept as the highest of their negatives (see `windows`).
"""

import math

from robo_trader.core.rules.windows import (
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
    """Return the floats of two ages, over one bar more than `length`."""
    return _ages_size(length + 1)


def aroon_up_update(state: list[float], high: float, length: int) -> float:
    """Return how fresh the highest high is: 100 in this bar, 0 if `length` bars ago. NaN for the first `length` bars.

    Of equal highs the newest counts, as in TA-Lib's AROON.
    Source: Tushar Chande (1995), "A time price oscillator", Technical Analysis of Stocks & Commodities 13(9).

    state: vector of `aroon_up_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return 100.0 * (length - _ages_push(state, high, high, length + 1)) / length


def aroon_down_state_size(length: int) -> int:
    """Return the floats of two ages, over one bar more than `length`."""
    return _ages_size(length + 1)


def aroon_down_update(state: list[float], low: float, length: int) -> float:
    """Return how fresh the lowest low is: 100 in this bar, 0 if `length` bars ago. NaN for the first `length` bars.

    Of equal lows the newest counts, as in TA-Lib's AROON.
    Source: as `aroon_up_update`.

    state: vector of `aroon_down_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    is_early = math.isnan(_ages_push(state, low, low, length + 1))
    return math.nan if is_early else 100.0 * (length - state[_LOWEST_AGE]) / length


def aroon_oscillator_state_size(length: int) -> int:
    """Return the floats of two ages, over one bar more than `length`."""
    return _ages_size(length + 1)


def aroon_oscillator_update(state: list[float], high: float, low: float, length: int) -> float:
    """Return `aroon_up_update` less `aroon_down_update`, from -100 to 100, NaN for the first `length` bars.

    Source: as `aroon_up_update`; TA-Lib AROONOSC.

    state: vector of `aroon_oscillator_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    risen = _ages_push(state, high, low, length + 1)  # NaN for the first `length` bars
    return 100.0 * (state[_LOWEST_AGE] - risen) / length


def _highest_before(state: list[float], value: float, length: int) -> float:
    before = state[0]
    highest = peak_push(state, 1, value, length)
    if not math.isnan(highest):
        state[0] = highest
    return before if before != 0.0 else math.nan


def _midpoint_push(state: list[float], at: int, high: float, low: float, length: int) -> float:
    highest = span_push(state, at, high, low, length)
    return 0.5 * (highest + span_lowest(state, at))  # NaN until there are `length` bars


_LOWEST_AGE = 6  # where the age of the lowest low stands


def _ages_size(length: int) -> int:
    return 7 + 4 * length


def _ages_push(state: list[float], high: float, low: float, length: int) -> float:
    """Take in a high and a low; return how many bars ago the highest of the last `length` highs came.

    NaN until there are as many. `state[_LOWEST_AGE]` is the age of the lowest of as many lows. Of equal ones the newest
    counts. In the state: whether it is full, the place of this bar, the highest newer high and where it came, the same
    of the lowest newer low, the age, and from 7 on four parts of `length` floats: highs, where each came, lows, where
    each came. They are kept as `peak_push` keeps its values, so nothing is ever searched for. Where one came is told as
    seen from the turn after it, so that an age is one difference.
    """
    slot = state[1]
    top = 7 + int(slot)
    bottom = top + length + length
    state[top] = high
    state[bottom] = low
    if top < 6 + length:
        if slot == 0.0 and state[0] == 0.0:
            state[2] = high
            state[4] = low
        highest = state[2]
        high_came = state[3]
        high_came = slot if high >= highest else high_came
        highest = high if high >= highest else highest
        lowest = state[4]
        low_came = state[5]
        low_came = slot if low <= lowest else low_came
        lowest = low if low <= lowest else lowest
        state[1] = slot + 1.0
        state[2] = highest
        state[3] = high_came
        state[4] = lowest
        state[5] = low_came
        if state[0] == 0.0:
            return math.nan
        top += 1
        bottom += 1
        seen = state[bottom + length]
        state[_LOWEST_AGE] = slot - (seen if state[bottom] < lowest else low_came)
        seen = state[top + length]
        return slot - (seen if state[top] > highest else high_came)
    state[0] = 1.0
    state[1] = 0.0
    state[2] = high
    state[3] = -1.0
    state[4] = low
    state[5] = -1.0
    state[_LOWEST_AGE] = -1.0 - _look_back(state, bottom, -1.0, length)
    return -1.0 - _look_back(state, top, 1.0, length)


def _look_back(state: list[float], newest: int, sign: float, length: int) -> float:
    """Give each place the highest from there on, and where it came; return where the highest of all came.

    sign: 1 for the highest, -1 for the lowest.
    """
    highest = sign * state[newest]
    place = -1.0
    came = place
    for older in range(newest, newest - length, -1):
        value = sign * state[older]
        came = place if value > highest else came
        highest = value if value > highest else highest
        state[older] = sign * highest
        state[older + length] = came
        place -= 1.0
    return came
