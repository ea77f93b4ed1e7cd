"""When a position is left because it went wrong, or took too long.

Prices are judged at the close of each bar; the exit is an order for the next one. Distances are measured from the
average price paid (fixed, ATR) or from the best price since the entry (trailing: highs for a long position, lows for a
short). A position that was once ahead by the break-even distance is left where it would begin to lose.
"""

import math

NO_STOP = 0
FIXED_STOP = 1
ATR_STOP = 2
TRAILING_STOP = 3
TIME_STOP = 4
BREAK_EVEN_STOP = 5

STOP_STATE_SIZE = 4  # sign of the position, best price since the entry, bars since the entry, ATR at the entry

_REACHED = 1.0 - 1e-9  # of the distance: a price that meets the stop exactly has reached it, whatever the last bits say


def stop_reached(
    state: list[float], quantity: float, average_cost: float, high: float, low: float, close: float, atr: float,
    fixed_fraction: float, atr_multiple: float, trailing_fraction: float, bars_max: float, break_even_fraction: float,
) -> int:  # fmt: skip
    """Take in one bar of a symbol; return which stop its position has reached, NO_STOP for none.

    state: vector of STOP_STATE_SIZE floats, zeros at first.
    quantity: signed shares held after this bar's fills; 0 clears the memory.
    average_cost, high, low, close, atr: dollars a share; an ATR of NaN or 0 at the entry sets no ATR stop.
    fixed_fraction, trailing_fraction, break_even_fraction: of the price; atr_multiple; bars_max: bars held. 0 turns a
    stop off.
    """
    if quantity == 0.0:
        state[0] = 0.0
        return NO_STOP
    sign = 1.0 if quantity > 0.0 else -1.0
    if state[0] != sign:
        state[0] = sign
        state[1] = average_cost
        state[2] = 0.0
        state[3] = atr
    state[1] = max(state[1], high) if sign > 0.0 else min(state[1], low)
    state[2] += 1.0
    lost = sign * (average_cost - close)
    if fixed_fraction > 0.0 and lost >= fixed_fraction * average_cost * _REACHED:
        return FIXED_STOP
    if atr_multiple > 0.0 and state[3] > 0.0 and lost >= atr_multiple * state[3] * _REACHED:
        return ATR_STOP
    if trailing_fraction > 0.0 and sign * (state[1] - close) >= trailing_fraction * state[1] * _REACHED:
        return TRAILING_STOP
    if lost >= (_REACHED - 1.0) * average_cost and _was_ahead(sign, state[1], average_cost, break_even_fraction):
        return BREAK_EVEN_STOP
    return TIME_STOP if bars_max > 0.0 and state[2] >= bars_max else NO_STOP


def stop_level(
    state: list[float], quantity: float, average_cost: float,
    fixed_fraction: float, atr_multiple: float, trailing_fraction: float, break_even_fraction: float,
) -> float:  # fmt: skip
    """Return the price, dollars a share, at which the nearest stop of a position stands; NaN if none has a price.

    state: as `stop_reached` left it; before the position's first bar only the fixed stop is known.
    quantity: signed shares, not 0; the other parameters as for `stop_reached`.
    """
    sign = 1.0 if quantity > 0.0 else -1.0
    level = math.nan
    if fixed_fraction > 0.0:
        level = average_cost - sign * fixed_fraction * average_cost
    if state[0] != sign:
        return level
    if atr_multiple > 0.0 and state[3] > 0.0:
        level = _nearer(sign, level, average_cost - sign * atr_multiple * state[3])
    if trailing_fraction > 0.0:
        level = _nearer(sign, level, state[1] - sign * trailing_fraction * state[1])
    if _was_ahead(sign, state[1], average_cost, break_even_fraction):
        level = _nearer(sign, level, average_cost)
    return level


def restate_prices(state: list[float], ratio: float) -> None:
    """Count the prices that `stop_reached` remembers in new shares, `ratio` of them for each old one."""
    state[1] /= ratio
    state[3] /= ratio


def _was_ahead(sign: float, best: float, average_cost: float, fraction: float) -> bool:
    return fraction > 0.0 and sign * (best - average_cost) >= fraction * average_cost * _REACHED


def _nearer(sign: float, level: float, other: float) -> float:
    """Return the stop that is reached first; a NaN is none."""
    return level if sign * (level - other) >= 0.0 else other
