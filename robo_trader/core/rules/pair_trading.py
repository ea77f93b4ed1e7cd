"""Whether two symbols are a pair, and which way to trade the distance between them.

Source: Robert F. Engle and Clive W. J. Granger (1987), "Co-integration and error correction", Econometrica 55(2);
Ganapathy Vidyamurthy (2004), "Pairs Trading"; Ernest P. Chan (2013), "Algorithmic Trading", chapters 2 and 3.
"""

import math

from robo_trader.core.rules.cointegration import spread_half_life_state_size, spread_half_life_update

NEVER = 1e9  # bars: the half-life of what does not come back

PAIR = 0
RATIO_IS_OUT = 1  # the legs would not hedge each other
NOT_COINTEGRATED = 2
HALF_LIFE_IS_OUT = 3

VIEW = 0  # of this leg, filters included
SIDE = 1  # of the spread: 1 holds the first leg, -1 is short of it
WEIGHT = 2  # of this leg since the entry, signed as for a spread that is held
IS_WAITING = 3  # after a stop, until the distance has come home
PAIR_STATE_SIZE = 4


def half_life_or_never_state_size(length: int) -> int:
    """Return the floats of `spread_half_life_update`, and a count of bars."""
    return spread_half_life_state_size(length) + 1


def half_life_or_never_update(state: list[float], close: float, other: float, length: int) -> float:
    """Return the half-life of the residuals in bars as `spread_half_life_update` does, NEVER where that is NaN.

    So a strategy hears that nothing comes back, where a NaN would let it stay with the view it had. NaN for the first
    `length` - 1 bars only.

    state: vector of `half_life_or_never_state_size(length)` floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    length: 5 or above.
    """
    at = spread_half_life_state_size(length)
    state[at] = min(state[at] + 1.0, float(length))
    bars = spread_half_life_update(state, close, other, length)
    if not math.isnan(bars):
        return min(bars, NEVER)
    return NEVER if state[at] >= length else math.nan


def pair_fault(
    ratio: float, dickey_fuller: float, half_life: float,
    ratio_max: float, critical: float, half_life_min: float, half_life_max: float,
) -> int:  # fmt: skip
    """Return PAIR, or the first reason why two symbols are none.

    ratio: percent of the first for one percent of the second; a pair has one from 1 / `ratio_max` to `ratio_max`.
    dickey_fuller: t-statistic of the residuals, `critical` or below for a pair.
    half_life: of the residuals, in bars.
    """
    if not 1.0 <= ratio * ratio_max <= ratio_max * ratio_max:
        return RATIO_IS_OUT
    if dickey_fuller > critical:
        return NOT_COINTEGRATED
    return PAIR if half_life_min <= half_life <= half_life_max else HALF_LIFE_IS_OUT


def leg_weight(ratio: float, leg: float) -> float:
    """Return the strength of a leg of a spread that is held: the larger leg has 1, the other less, by value.

    One dollar of the first leg is hedged by `ratio` dollars, above 0, of the second, which is sold.

    leg: 1 for the first, -1 for the second.
    """
    if leg > 0.0:
        return 1.0 if ratio <= 1.0 else 1.0 / ratio
    return -ratio if ratio <= 1.0 else -1.0


def spread_side(
    state: list[float], zscore: float, entry: float, leave: float, stop: float, entry_fault: int, fault: int
) -> float:
    """Return 1 to hold the spread, -1 to be short of it, 0 for neither.

    Against a distance of `entry` or more, until no more than `leave` of it is left, or until it has grown to `stop`:
    then there is no new entry before the distance has come home to `leave`.

    state: vector of PAIR_STATE_SIZE floats, of which SIDE and IS_WAITING are read and written.
    entry_fault: what `pair_fault` finds; only a PAIR is entered.
    fault: what it finds by milder terms; what is no PAIR any more is left.
    """
    if abs(zscore) <= leave:
        state[IS_WAITING] = 0.0
    side = state[SIDE]
    if side != 0.0:
        distance = -side * zscore  # above 0 while the spread has not come home
        if distance >= stop:
            state[IS_WAITING] = 1.0
        if distance >= stop or distance <= leave or fault != PAIR:
            side = 0.0
    elif entry_fault == PAIR and state[IS_WAITING] == 0.0 and entry <= abs(zscore) < stop:
        side = -1.0 if zscore > 0.0 else 1.0
    state[SIDE] = side
    return side
