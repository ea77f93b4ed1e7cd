"""Averages that weigh a value by its age, the newest one most: 1 for the oldest, `length` for the newest.

One is kept in a part of a rule's state that begins at `at`:

    state[at]      an anchor, one of the values: sums are kept of the distance from it, so that prices lose no digits
    state[at + 1]  sum of the distances
    state[at + 2]  weighted sum of the distances
    state[at + 3]  one part of all weights together, which the oldest counts; 0 until there are `length` values
    state[at + 4]  the place of the oldest value, and the values, as a window (see `windows`) has them

When a value comes in, every other one loses a weight of 1; so the weighted sum loses the sum, and a step costs the
same whatever the length.
"""

import math

from robo_trader.core.rules.windows import window_size


def weighted_size(length: int) -> int:
    """Return the floats a weighted average needs."""
    return 3 + window_size(length)


def weighted_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return the weighted mean of the full window, NaN until it is full."""
    part = state[at + 3]
    slot = state[at + 4]
    place = at + 5 + int(slot)
    if slot == 0.0 and part == 0.0:
        state[at] = value
    anchor = state[at]
    plain = state[at + 1]
    distance = value - anchor
    if part == 0.0:
        weighted = state[at + 2] + (slot + 1.0) * distance
        plain += distance
    else:
        weighted = state[at + 2] + (length * distance - plain)
        plain += value - state[place]
    state[place] = value
    if place <= at + 3 + length:
        state[at + 1] = plain
        state[at + 2] = weighted
        state[at + 4] = slot + 1.0
        return anchor + weighted * part if part != 0.0 else math.nan
    weighted = _sum_afresh(state, at, value, length)
    part = 1.0 / (0.5 * length * (length + 1.0))
    state[at + 3] = part
    state[at + 4] = 0.0
    return value + weighted * part


def _sum_afresh(state: list[float], at: int, anchor: float, length: int) -> float:
    """Sum a window that turns, so that its oldest value stands first; return the weighted sum."""
    plain = 0.0
    weighted = 0.0
    weight = 0.0
    for value in state[at + 5 : at + 5 + length]:
        distance = value - anchor
        weight += 1.0
        plain += distance
        weighted += weight * distance
    state[at] = anchor
    state[at + 1] = plain
    state[at + 2] = weighted
    return weighted


def wma_state_size(length: int) -> int:
    """Return the floats of one weighted average."""
    return weighted_size(length)


def wma_update(state: list[float], value: float, length: int) -> float:
    """Return the linearly weighted mean of the last `length` values, NaN until there are that many.

    The oldest counts once, the newest `length` times, as in TA-Lib's WMA.

    state: vector of `wma_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return weighted_push(state, 0, value, length)


def hma_state_size(length: int) -> int:
    """Return the floats of three weighted averages: over half the length, all of it, and its square root."""
    return weighted_size(length // 2) + weighted_size(length) + weighted_size(math.isqrt(length))


def hma_update(state: list[float], value: float, length: int) -> float:
    """Return Hull's average, NaN for the first length + root - 2 values, where root is the root of the length.

    Twice the weighted average over half the length, less the one over all of it, is averaged once more over the root.
    Half and root are cut to whole bars, as TA-Lib's HMA does.
    Source: Alan Hull (2005), "How to reduce lag in a moving average".

    state: vector of `hma_state_size(length)` floats, zeros at first.
    length: 2 or above.
    """
    half = length // 2
    at_whole = weighted_size(half)
    quick = weighted_push(state, 0, value, half)
    steady = weighted_push(state, at_whole, value, length)
    if math.isnan(steady):
        return math.nan
    root = int(math.sqrt(float(length)))
    return weighted_push(state, at_whole + weighted_size(length), 2.0 * quick - steady, root)
