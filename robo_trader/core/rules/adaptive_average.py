"""Kaufman's average, which follows a price the faster the straighter it moves."""

import math

from robo_trader.core.rules.windows import ratio_push, ratio_size


def kama_state_size(length: int, fast: int, slow: int) -> int:  # noqa: ARG001 - rules with memory have the same face
    """Return the floats needed: the average, the previous close, two weights, and sums of changes and their sizes."""
    return 4 + ratio_size(length)


def kama_update(state: list[float], close: float, length: int, fast: int, slow: int) -> float:
    """Return the adaptive average of the close in dollars, NaN for the first `length` bars.

    The efficiency of the last `length` changes is the distance they covered as a fraction of the way they went: 1 for
    a straight line, near 0 for noise; 1 also where the price stood still, as in TA-Lib. It places the weight of a new
    close between those of exponential averages over `slow` and `fast` bars, and that is squared. The average begins
    at the close before the first value.
    Source: Perry J. Kaufman (1995), "Smarter Trading"; TA-Lib KAMA, whose `fast` is 2 and `slow` 30.

    state: vector of `kama_state_size(length, fast, slow)` floats, zeros at first.
    length: 1 or above. fast, slow: 1 or above.
    """
    previous = state[1]
    state[1] = close
    if previous == 0.0:
        state[2] = 2.0 / (slow + 1.0)
        state[3] = 2.0 / (fast + 1.0) - state[2]
        return math.nan
    change = close - previous
    efficiency = abs(ratio_push(state, 4, change, abs(change), length, 1.0))
    if math.isnan(efficiency):
        return math.nan
    average = previous if state[0] == 0.0 else state[0]
    weight = state[2] + efficiency * state[3]
    average += (close - average) * (weight * weight)
    state[0] = average
    return average
