"""The last so many pairs (x, y): how each varies, how they vary together, and the line through them.

Kept in a part of a rule's state that begins at `at`; the constants below are offsets from there. Sums are kept and
refreshed as in `moments`, and the line is that of ordinary least squares, y on x, with an intercept.
"""

import math

from robo_trader.core.rules.moments import DIGITS_LOST, mean_of

_COUNT = 0
_SLOT = 1  # the place of the oldest pair, which the next one takes
_ANCHOR_X = 2
_ANCHOR_Y = 3
_SUM_X = 4  # sums of distances from the anchors, and of their products
_SUM_Y = 5
_SUM_XX = 6
_SUM_XY = 7
_SUM_YY = 8
_PEAK_XX = 9  # the largest sums since they were summed afresh
_PEAK_YY = 10
_SPREAD_XX = 11  # sums about the means, of the full window
_SPREAD_XY = 12
_SPREAD_YY = 13
_PAIRS = 14  # all x, then all y

PERFECT_FIT = 1e-24  # share of the variance of y below which a residual is rounding: 1e-12 of its deviation
_CLOSE_FIT = 1e-5  # below this share, the difference of two sums has too few digits left


def pairs_size(length: int) -> int:
    """Return the floats a window of pairs with its sums needs."""
    return _PAIRS + 2 * length


def pairs_push(state: list[float], at: int, x: float, y: float, length: int) -> bool:
    """Take in a pair; return whether there are `length` pairs, so that what follows can be read."""
    count = state[at + _COUNT]
    slot = int(state[at + _SLOT])
    place = at + _PAIRS + slot
    if count == 0.0:
        state[at + _ANCHOR_X] = x
        state[at + _ANCHOR_Y] = y
    if count < length:
        count += 1.0
        state[at + _COUNT] = count
    else:
        _add(state, at, state[place], state[place + length], -1.0)
    _add(state, at, x, y, 1.0)
    state[place] = x
    state[place + length] = y
    slot += 1
    state[at + _SLOT] = 0.0 if slot == length else float(slot)
    if count < length:
        return False
    if slot == length or _center(state, at, length):
        _sum_afresh(state, at, length)
        _center(state, at, length)
    return True


def pairs_slope(state: list[float], at: int) -> float:
    """Return the slope of y on x, NaN where all x are equal."""
    if state[at + _SPREAD_XX] > 0.0:
        return state[at + _SPREAD_XY] / state[at + _SPREAD_XX]
    return math.nan


def pairs_correlation(state: list[float], at: int) -> float:
    """Return Pearson's correlation, in [-1, 1]; NaN where all x or all y are equal."""
    if state[at + _SPREAD_XX] > 0.0 and state[at + _SPREAD_YY] > 0.0:
        scale = math.sqrt(state[at + _SPREAD_XX]) * math.sqrt(state[at + _SPREAD_YY])
        return max(-1.0, min(1.0, state[at + _SPREAD_XY] / scale))
    return math.nan


def pairs_residual(state: list[float], at: int, slot: int, slope: float, length: int) -> float:
    """Return how far above the line of this slope through the means the pair stands that is kept at `slot`."""
    place = at + _PAIRS + slot
    x = state[place] - state[at + _ANCHOR_X] - state[at + _SUM_X] / length
    y = state[place + length] - state[at + _ANCHOR_Y] - state[at + _SUM_Y] / length
    return y - slope * x


def pairs_newest(state: list[float], at: int, length: int) -> int:
    """Return the slot of the newest pair."""
    slot = int(state[at + _SLOT]) - 1
    return slot if slot >= 0 else length - 1


def pairs_oldest(state: list[float], at: int) -> int:
    """Return the slot of the oldest pair of a full window."""
    return int(state[at + _SLOT])


def pairs_residual_variance(state: list[float], at: int, slope: float, length: int) -> float:
    """Return the mean squared residual of the full window; 0 where the fit is perfect but for rounding.

    Where the line explains nearly everything, the residuals are squared one by one.
    """
    total = state[at + _SPREAD_YY]
    squares = total - slope * state[at + _SPREAD_XY]
    if squares < _CLOSE_FIT * total:
        squares = 0.0
        for slot in range(length):
            residual = pairs_residual(state, at, slot, slope, length)
            squares += residual * residual
    return squares / length if squares > PERFECT_FIT * total else 0.0


def _add(state: list[float], at: int, x: float, y: float, sign: float) -> None:
    x -= state[at + _ANCHOR_X]
    y -= state[at + _ANCHOR_Y]
    signed_x = sign * x
    signed_y = sign * y
    state[at + _SUM_X] += signed_x
    state[at + _SUM_Y] += signed_y
    state[at + _SUM_XX] += signed_x * x
    state[at + _SUM_XY] += signed_x * y
    state[at + _SUM_YY] += signed_y * y


def _center(state: list[float], at: int, length: int) -> bool:
    """Work out the sums about the means; return whether taking away has cost too many digits."""
    first_x = state[at + _SUM_X]
    first_y = state[at + _SUM_Y]
    sum_xx = state[at + _SUM_XX]
    sum_yy = state[at + _SUM_YY]
    spread_xx = sum_xx - first_x * first_x / length
    spread_yy = sum_yy - first_y * first_y / length
    state[at + _SPREAD_XX] = spread_xx
    state[at + _SPREAD_XY] = state[at + _SUM_XY] - first_x * first_y / length
    state[at + _SPREAD_YY] = spread_yy
    peak_xx = state[at + _PEAK_XX]
    if sum_xx > peak_xx:
        peak_xx = sum_xx
        state[at + _PEAK_XX] = sum_xx
    peak_yy = state[at + _PEAK_YY]
    if sum_yy > peak_yy:
        peak_yy = sum_yy
        state[at + _PEAK_YY] = sum_yy
    return spread_xx < DIGITS_LOST * peak_xx or spread_yy < DIGITS_LOST * peak_yy


def _sum_afresh(state: list[float], at: int, length: int) -> None:
    begin = at + _PAIRS
    state[at + _ANCHOR_X] = mean_of(state, begin, length)
    state[at + _ANCHOR_Y] = mean_of(state, begin + length, length)
    for offset in range(_SUM_X, _SUM_YY + 1):
        state[at + offset] = 0.0
    for place in range(begin, begin + length):
        _add(state, at, state[place], state[place + length], 1.0)
    state[at + _PEAK_XX] = state[at + _SUM_XX]
    state[at + _PEAK_YY] = state[at + _SUM_YY]
