"""Simple and exponential moving averages."""

import math


def sma_state_size(length: int) -> int:
    """Count, running total, and the last `length` values."""
    return 2 + length


def sma_update(state: list[float], value: float, length: int) -> float:
    """Return the mean of the last `length` values, NaN until there are that many.

    state: vector of `sma_state_size(length)` floats, zeros at first.
    length: 1 or above.

    The total is summed afresh each time the window has been replaced once, so that rounding errors of
    adding and taking away never pile up.
    """
    count = int(state[0])
    slot = count % length
    outgoing = state[2 + slot]
    state[2 + slot] = value
    state[0] = count + 1.0
    if slot == length - 1:
        total = 0.0
        for index in range(2, 2 + length):
            total += state[index]
        state[1] = total
    else:
        state[1] += value - outgoing
    return state[1] / length if count + 1 >= length else math.nan


def ema_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Count, and the average so far (a running total before it begins)."""
    return 2


def ema_update(state: list[float], value: float, length: int) -> float:
    """Return the exponential average with weight 2 / (length + 1), NaN for the first length - 1 values.

    It begins with the simple mean of the first `length` values, as TA-Lib's EMA does.

    state: vector of 2 floats, zeros at first.
    length: 1 or above.
    """
    count = state[0] + 1.0
    state[0] = count
    if count < length:
        state[1] += value
        return math.nan
    if count == length:
        state[1] = (state[1] + value) / length
    else:
        state[1] += (value - state[1]) * 2.0 / (length + 1.0)
    return state[1]
