"""Which way bars reach beyond those before them, measured against how far prices move at all.

Wilder's part, kept in the first 7 floats of the state: the count of bars up to `length`, running sums of upward
movement, of downward movement and of true range, and the previous high, low and close. The sums begin with length - 1
bars; from then on each loses 1 / length of itself before the next is added, as in TA-Lib.
"""

import math

from robo_trader.core.rules.volatility import true_range
from robo_trader.core.rules.windows import tally_is_full, tally_push, tally_size

_MOVEMENT_SIZE = 7
_PERCENT = 100.0


def plus_di_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of the sums and the previous bar."""
    return _MOVEMENT_SIZE


def plus_di_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return upward movement in percent of true range, NaN for the first `length` bars; 0 where nothing has moved.

    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter IV.

    state: vector of 7 floats, zeros at first.
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

    state: vector of 7 floats, zeros at first.
    length: 2 or above.
    """
    if not _movement_push(state, high, low, close, length):
        return math.nan
    return _PERCENT * state[2] / state[3] if state[3] > 0.0 else 0.0


def adx_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of the sums and the previous bar, a count, and the average (a total before it begins)."""
    return _MOVEMENT_SIZE + 2


def adx_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return the average directional index, from 0 to 100, NaN for the first 2 * length - 1 bars.

    The directional index is the distance of upward from downward movement in percent of both together. Its average
    begins as the mean of the first `length`, where a bar without any movement counts 0; each later one counts
    1 / length, and then a bar without any leaves the average as it was.
    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter IV; TA-Lib ADX.

    state: vector of 9 floats, zeros at first.
    length: 2 or above.
    """
    if not _movement_push(state, high, low, close, length):
        return math.nan
    both = state[1] + state[2]
    index = _PERCENT * abs(state[1] - state[2]) / both if both > 0.0 else 0.0
    if state[7] < length:
        state[7] += 1.0
        state[8] += index
        if state[7] < length:
            return math.nan
        state[8] /= length
    elif both > 0.0:
        weight = 1.0 / length
        state[8] += (index - state[8]) * weight
    return state[8]


def _movement_push(state: list[float], high: float, low: float, close: float, length: int) -> bool:
    """Take in a bar; return whether the sums are known."""
    count = state[0]
    up = high - state[4]
    down = state[5] - low
    previous_close = state[6]
    state[4] = high
    state[5] = low
    state[6] = close
    if count == 0.0:
        state[0] = 1.0
        return False
    upward = up if up > down and up > 0.0 else 0.0
    downward = down if down > up and down > 0.0 else 0.0
    current = true_range(high, low, previous_close)
    if count < length:
        state[0] = count + 1.0
        state[1] += upward
        state[2] += downward
        state[3] += current
        return False
    weight = 1.0 / length
    state[1] += upward - state[1] * weight
    state[2] += downward - state[2] * weight
    state[3] += current - state[3] * weight
    return True


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
