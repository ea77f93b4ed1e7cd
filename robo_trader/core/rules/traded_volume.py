"""How much is traded: against the bars before, and in dollars."""

import math

from robo_trader.core.rules.windows import tally_is_full, tally_push, tally_size


def relative_volume_state_size(length: int) -> int:
    """Return the floats needed: the sum of the `length` volumes before, and those volumes."""
    return 1 + tally_size(length)


def relative_volume_update(state: list[float], volume: float, length: int) -> float:
    """Return the volume over the mean of the `length` bars before it: 1 is usual, 2 is twice as much.

    NaN for the first `length` bars, and where the bars before traded nothing.

    state: vector of `relative_volume_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    was_full = tally_is_full(state, 1)
    before = state[0]
    state[0] = tally_push(state, 1, volume, length)
    if before == 0.0 or not was_full:
        return math.nan
    return volume / (before / length)


def dollar_volume_state_size(length: int) -> int:
    """Return the floats needed: dollars of `length` bars."""
    return tally_size(length)


def dollar_volume_update(state: list[float], close: float, volume: float, length: int) -> float:
    """Return the mean of close times volume over the last `length` bars, in dollars a bar.

    NaN for the first length - 1 bars. How much can be traded without moving the price grows with it.
    Source: as used by Amihud (2002), "Illiquidity and stock returns", Journal of Financial Markets 5(1).

    state: vector of `dollar_volume_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    total = tally_push(state, 0, close * volume, length)
    if not tally_is_full(state, 0):
        return math.nan
    return total / length
