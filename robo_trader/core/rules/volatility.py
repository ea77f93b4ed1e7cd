"""True range and its average."""

import math


def true_range(high: float, low: float, previous_close: float) -> float:
    """Return the largest of the bar's range and its distance from the previous close, in dollars."""
    return max(high, previous_close) - min(low, previous_close)


def atr_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Count of bars, the average so far (a running total before it begins), and the previous close."""
    return 3


def atr_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return Wilder's average true range in dollars, NaN for the first `length` bars.

    The first bar has no previous close and gives no range; the average begins as the mean of the next
    `length` ranges, and each later range counts 1 / length.
    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter III.

    state: vector of 3 floats, zeros at first.
    length: 1 or above.
    """
    ranges = state[0]  # one fewer than the bars seen so far, this one included
    previous_close = state[2]
    state[0] = ranges + 1.0
    state[2] = close
    if ranges == 0.0:
        return math.nan
    current = true_range(high, low, previous_close)
    if ranges < length:
        state[1] += current
        return math.nan
    if ranges == length:
        state[1] = (state[1] + current) / length
    else:
        state[1] += (current - state[1]) / length
    return state[1]
