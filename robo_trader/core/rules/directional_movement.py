"""Which way bars reach beyond those before them, measured against how far prices move at all.

Wilder's part, kept in the first 8 floats of the state: 1 / length once the sums are known, 0 before; running sums of
upward movement, of downward movement and of true range; the previous high, low and close; and the count of bars until
then. The sums begin with length - 1 bars; from then on each loses 1 / length of itself before the next is added, as in
TA-Lib.
"""

import math

from robo_trader.core.rules.volatility import true_range
from robo_trader.core.rules.windows import tally_is_full, tally_push, tally_size

_MOVEMENT_SIZE = 8
_PERCENT = 100.0


def plus_di_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of the sums and the previous bar."""
    return _MOVEMENT_SIZE


def plus_di_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return upward movement in percent of true range, NaN for the first `length` bars; 0 where nothing has moved.

    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter IV.

    state: vector of 8 floats, zeros at first.
    length: 2 or above.
    """
    if not _movement_push(state, high, low, close, length):
        return math.nan
    return _PERCENT * state[1] / state[3] if state[3] > 0.0 else 0.0


def minus_di_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of the sums and the previous bar."""
    return _MOVEMENT_SIZE


def minus_di_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return downward movement in percent of true range, NaN for the first `length` bars; 0 where nothing has moved.

    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter IV.

    state: vector of 8 floats, zeros at first.
    length: 2 or above.
    """
    if not _movement_push(state, high, low, close, length):
        return math.nan
    return _PERCENT * state[2] / state[3] if state[3] > 0.0 else 0.0


def adx_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of the sums and the previous bar, the average (a total before), whether it is one, a count."""
    return _MOVEMENT_SIZE + 3


def adx_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return the average directional index, from 0 to 100, NaN for the first 2 * length - 1 bars.

    The directional index is the distance of upward from downward movement in percent of both together. Its average
    begins as the mean of the first `length`, where a bar without any movement counts 0; each later one counts
    1 / length, and then a bar without any leaves the average as it was.
    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter IV; TA-Lib ADX.

    state: vector of 11 floats, zeros at first.
    length: 2 or above.
    """
    if not _movement_push(state, high, low, close, length):
        return math.nan
    up = state[1]
    down = state[2]
    both = up + down
    index = _PERCENT * abs(up - down) / both if both > 0.0 else 0.0
    average = state[8]
    if state[9] == 0.0:
        return _begin_average(state, index, length)
    if both > 0.0:
        average += (index - average) * state[0]
        state[8] = average
    return average


def _begin_average(state: list[float], index: float, length: int) -> float:
    """Take in one of the first `length` indices; return their mean once they have all come."""
    total = state[8] + index
    count = state[10] + 1.0
    state[8] = total
    state[10] = count
    if count < length:
        return math.nan
    average = total / length
    state[8] = average
    state[9] = 1.0
    return average


def _movement_push(state: list[float], high: float, low: float, close: float, length: int) -> bool:
    """Take in a bar; return whether the sums are known."""
    weight = state[0]
    up = high - state[4]
    down = state[5] - low
    previous_close = state[6]
    state[4] = high
    state[5] = low
    state[6] = close
    upward = up if up > down and up > 0.0 else 0.0
    downward = down if down > up and down > 0.0 else 0.0
    current = true_range(high, low, previous_close)
    if weight != 0.0:
        plus = state[1]
        minus = state[2]
        ranges = state[3]
        state[1] = plus + (upward - plus * weight)
        state[2] = minus + (downward - minus * weight)
        state[3] = ranges + (current - ranges * weight)
        return True
    count = state[7] + 1.0
    state[7] = count
    if count == 1.0:
        return False
    state[1] += upward
    state[2] += downward
    state[3] += current
    if count == length:
        state[0] = 1.0 / length
    return False


def vortex_plus_state_size(length: int) -> int:
    """Return the floats of the previous bar, and two sums."""
    return 3 + 2 * tally_size(length)


def vortex_plus_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return upward vortex movement over true range, NaN for the first `length` bars; 0 where nothing has moved.

    The movement of a bar is the distance of its high from the low before it; both are summed over `length` bars.
    Source: Etienne Botes and Douglas Siepman (2010), "The vortex indicator", Technical Analysis of Stocks &
    Commodities 28(1).

    state: vector of `vortex_plus_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return _vortex_push(state, high, low, close, abs(high - state[1]), length)


def vortex_minus_state_size(length: int) -> int:
    """Return the floats of the previous bar, and two sums."""
    return 3 + 2 * tally_size(length)


def vortex_minus_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return downward vortex movement over true range, NaN for the first `length` bars; 0 where nothing has moved.

    The movement of a bar is the distance of its low from the high before it; both are summed over `length` bars.
    Source: as `vortex_plus_update`.

    state: vector of `vortex_minus_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return _vortex_push(state, high, low, close, abs(low - state[0]), length)


def _vortex_push(state: list[float], high: float, low: float, close: float, movement: float, length: int) -> float:
    previous_close = state[2]
    state[0] = high
    state[1] = low
    state[2] = close
    if previous_close == 0.0:
        return math.nan
    at_ranges = 3 + tally_size(length)
    moved = tally_push(state, 3, movement, length)
    ranges = tally_push(state, at_ranges, true_range(high, low, previous_close), length)
    if not tally_is_full(state, at_ranges):
        return math.nan
    return moved / ranges if ranges > 0.0 else 0.0
