"""Powers of the last so many values about their mean, exact also after a spike has left or the price stands still.

Sums are kept of the distance from an anchor, so that large prices lose no digits, and are summed afresh about the
mean each time the window has been replaced once. They are also summed afresh as soon as what is left of them is small
beside the largest they have been: then taking away has cost digits. So a window of equal values has a variance of
exactly 0, and a step costs the same whatever the length but for these rare moments.

Variance, kept in a part of a rule's state that begins at `at`:

    state[at]      the anchor
    state[at + 1]  sum of the distances from it, and then of their squares
    state[at + 3]  the largest sum of squares since it was summed afresh
    state[at + 4]  the length once so many values have come, 0 before; then place and values as a window has them (see
                   `windows`; its push is spelled out here, as these steps run most)

Four powers: the same with four sums, the largest sum of fourth powers at `at + 5`, and from `at + 6` on the count of
values up to the length, and place and values of a window.
"""

import math

from robo_trader.core.rules.windows import window_size

DIGITS_LOST = 1e-4  # of 16 digits 12 are left


def variance_size(length: int) -> int:
    """Return the floats a window with its variance needs."""
    return 4 + window_size(length)


def variance_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return the population variance of the full window, NaN until it is full."""
    size = state[at + 4]
    slot = state[at + 5]
    place = at + 6 + int(slot)
    if size == 0.0 and slot == 0.0:
        state[at] = value
    anchor = state[at]
    distance = value - anchor
    outgoing = state[place] - anchor if size != 0.0 else 0.0
    first = state[at + 1] + (distance - outgoing)
    second = state[at + 2] + (distance * distance - outgoing * outgoing)
    state[place] = value
    if place > at + 4 + length:
        state[at + 4] = float(length)
        state[at + 5] = 0.0
        return _variance_afresh(state, at, length)
    state[at + 1] = first
    state[at + 2] = second
    state[at + 5] = slot + 1.0
    peak = state[at + 3]
    peak = second if second > peak else peak
    state[at + 3] = peak
    if size == 0.0:
        return math.nan
    squares = second - first * first / size
    if squares < DIGITS_LOST * peak:
        return _variance_afresh(state, at, length)
    return squares / size


def variance_mean(state: list[float], at: int, length: int) -> float:
    """Return the mean of the full window."""
    return state[at] + state[at + 1] / length


def variance_distance(state: list[float], at: int, value: float, length: int) -> float:
    """Return how far `value` is from the mean of the full window."""
    return value - state[at] - state[at + 1] / length


def mean_of(state: list[float], begin: int, length: int) -> float:
    """Return the mean of `length` floats from `begin` on; of equal ones it is exactly that one."""
    origin = state[begin]
    total = 0.0
    for value in state[begin : begin + length]:
        total += value - origin
    return origin + total / length


def _variance_afresh(state: list[float], at: int, length: int) -> float:
    """Sum a full window about its mean; return its variance."""
    begin = at + 6
    anchor = mean_of(state, begin, length)
    first = 0.0
    second = 0.0
    for value in state[begin : begin + length]:
        distance = value - anchor
        first += distance
        second += distance * distance
    state[at] = anchor
    state[at + 1] = first
    state[at + 2] = second
    state[at + 3] = second
    squares = second - first * first / length
    return squares / length if squares > 0.0 else 0.0


def powers_size(length: int) -> int:
    """Return the floats a window with the sums of four powers needs."""
    return 6 + window_size(length)


def powers_push(state: list[float], at: int, value: float, length: int) -> bool:
    """Take in a value; return whether the window is full and its moments (`second_moment` ...) can be read."""
    count = state[at + 6]
    slot = state[at + 7]
    place = at + 8 + int(slot)
    if count == 0.0:
        state[at] = value
    anchor = state[at]
    if count < length:
        count += 1.0
        state[at + 6] = count
    else:
        _add_powers(state, at, state[place] - anchor, -1.0)
    _add_powers(state, at, value - anchor, 1.0)
    state[place] = value
    slot += 1.0
    state[at + 7] = 0.0 if slot == length else slot
    if count < length:
        return False
    peak = state[at + 5]
    if state[at + 4] > peak:
        peak = state[at + 4]
        state[at + 5] = peak
    if slot == length or fourth_moment(state, at, length) * length < DIGITS_LOST * peak:
        _sum_powers_afresh(state, at, length)
    return True


def second_moment(state: list[float], at: int, length: int) -> float:
    """Return the mean squared distance of a full window from its mean."""
    mean = state[at + 1] / length
    return max(0.0, state[at + 2] / length - mean * mean)


def third_moment(state: list[float], at: int, length: int) -> float:
    """Return the mean cubed distance of a full window from its mean."""
    mean = state[at + 1] / length
    return state[at + 3] / length - mean * (3.0 * state[at + 2] / length - 2.0 * mean * mean)


def fourth_moment(state: list[float], at: int, length: int) -> float:
    """Return the mean fourth power of the distance of a full window from its mean."""
    mean = state[at + 1] / length
    inner = 6.0 * state[at + 2] / length - 3.0 * mean * mean
    return max(0.0, state[at + 4] / length - mean * (4.0 * state[at + 3] / length - mean * inner))


def _add_powers(state: list[float], at: int, distance: float, sign: float) -> None:
    square = distance * distance
    signed = sign * square
    state[at + 1] += sign * distance
    state[at + 2] += signed
    state[at + 3] += signed * distance
    state[at + 4] += signed * square


def _sum_powers_afresh(state: list[float], at: int, length: int) -> None:
    begin = at + 8
    anchor = mean_of(state, begin, length)
    state[at] = anchor
    for power in range(at + 1, at + 5):
        state[power] = 0.0
    for place in range(begin, begin + length):
        _add_powers(state, at, state[place] - anchor, 1.0)
    state[at + 5] = state[at + 4]
