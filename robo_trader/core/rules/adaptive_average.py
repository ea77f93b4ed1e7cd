"""Kaufman's average, which follows a price the faster the straighter it moves."""

import math

from robo_trader.core.rules.windows import tally_push, tally_size, window_is_full, window_push, window_size


def kama_state_size(length: int, fast: int, slow: int) -> int:  # noqa: ARG001 - rules with memory have the same face
    """Return the floats needed: the average, the previous close, the closes, and the distances between them."""
    return 2 + window_size(length) + tally_size(length)


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
    was_full = window_is_full(state, 2, length)
    oldest = window_push(state, 2, close, length)
    if previous == 0.0:
        return math.nan
    way = tally_push(state, 2 + window_size(length), abs(close - previous), length)
    if not was_full:
        return math.nan
    efficiency = 1.0
    if way > 0.0:
        efficiency = min(1.0, abs(close - oldest) / way)
    slowest = 2.0 / (slow + 1.0)
    weight = slowest + efficiency * (2.0 / (fast + 1.0) - slowest)
    average = previous if state[0] == 0.0 else state[0]
    average += (close - average) * (weight * weight)
    state[0] = average
    return average
