"""The straight line that fits the last so many values best, and how well it does.

Kept in the state:

    state[0]  an anchor: sums are kept of the distance from it, so that large prices lose no digits
    state[1]  sum of the distances
    state[2]  sum of their squares
    state[3]  sum of the distances times their place, 1 for the oldest and `length` for the newest
    state[4]  the largest sum of squares since the sums were made afresh
    state[5]  the window (see `windows`)

Sums are made afresh about the mean whenever the window has been replaced once, and as soon as what is left of the
squares is small beside the largest they have been: then taking away has cost digits. So the line through equal values
has a slope of exactly 0.
"""

import math

from robo_trader.core.rules.moments import DIGITS_LOST, mean_of
from robo_trader.core.rules.windows import window_has_turned, window_is_full, window_push, window_size, window_value

_WINDOW = 5


def linreg_slope_state_size(length: int) -> int:
    """Return the floats of the sums and the window."""
    return _WINDOW + window_size(length)


def linreg_slope_update(state: list[float], value: float, length: int) -> float:
    """Return the slope of the least-squares line through the last `length` values, NaN until there are that many.

    In units of the value a bar, as TA-Lib's LINEARREG_SLOPE.

    state: vector of `linreg_slope_state_size(length)` floats, zeros at first.
    length: 2 or above.
    """
    if not _take_in(state, value, length):
        return math.nan
    return _sum_of_products(state, length) / _sum_of_squared_places(length)


def linreg_r2_state_size(length: int) -> int:
    """Return the floats of the sums and the window."""
    return linreg_slope_state_size(length)


def linreg_r2_update(state: list[float], value: float, length: int) -> float:
    """Return the part of the variance that the least-squares line through the last `length` values explains.

    From 0 (no line) to 1 (nothing but a line). NaN until there are `length` values, and where all are equal.

    state: vector of `linreg_r2_state_size(length)` floats, zeros at first.
    length: 3 or above: through two values a line always fits.
    """
    if not _take_in(state, value, length):
        return math.nan
    squares = state[2] - state[1] * state[1] / length
    if squares <= 0.0:
        return math.nan
    products = _sum_of_products(state, length)
    return min(1.0, products / squares * (products / _sum_of_squared_places(length)))


def _take_in(state: list[float], value: float, length: int) -> bool:
    """Move the sums on; return whether the window is full."""
    was_full = window_is_full(state, _WINDOW)
    come = state[_WINDOW + 1]  # while it fills
    if not was_full and come == 0.0:
        state[0] = value
    anchor = state[0]
    outgoing = window_push(state, _WINDOW, value, length) - anchor
    distance = value - anchor
    if was_full:
        state[3] += length * distance - state[1]
        state[1] += distance - outgoing
        state[2] += distance * distance - outgoing * outgoing
    else:
        state[1] += distance
        state[2] += distance * distance
        state[3] += (come + 1.0) * distance
        if not window_is_full(state, _WINDOW):
            return False
    if state[2] > state[4]:
        state[4] = state[2]
    left = state[2] - state[1] * state[1] / length
    if window_has_turned(state, _WINDOW) or left < DIGITS_LOST * state[4]:
        _sum_afresh(state, length)
    return True


def _sum_afresh(state: list[float], length: int) -> None:
    anchor = mean_of(state, _WINDOW + 2, length)
    plain = 0.0
    squares = 0.0
    placed = 0.0
    for age in range(length):
        distance = window_value(state, _WINDOW, age, length) - anchor
        plain += distance
        squares += distance * distance
        placed += (length - age) * distance
    state[0] = anchor
    state[1] = plain
    state[2] = squares
    state[3] = placed
    state[4] = squares


def _sum_of_products(state: list[float], length: int) -> float:
    """Return the sum of the distances of values and of places from their means, multiplied."""
    return state[3] - 0.5 * (length + 1.0) * state[1]


def _sum_of_squared_places(length: int) -> float:
    """Return the sum of the squared distances of the places 1 to `length` from their mean."""
    return length * (length * float(length) - 1.0) / 12.0
