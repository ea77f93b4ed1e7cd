"""Lines that follow a trend at a distance and change sides when the price crosses them."""

import math

from robo_trader.core.rules.volatility import ATR_SIZE, atr_push

_BEGUN = 2.0  # bars: the first one only says where the second comes from


def parabolic_sar_state_size(acceleration: float, maximum: float) -> int:  # noqa: ARG001 - as other rules with memory
    """Count of bars up to 2, side, stop, extreme price, acceleration so far, and the previous high and low."""
    return 7


def parabolic_sar_update(state: list[float], high: float, low: float, acceleration: float, maximum: float) -> float:
    """Return Wilder's parabolic stop in dollars, NaN for the first bar.

    Each bar the stop comes nearer to the extreme price of the trade by a part of the distance, `acceleration` at first
    and as much more with each new extreme, up to `maximum`; it stays outside the last two bars. A bar that reaches it
    turns the trade: the stop is then the extreme of the old one. The first trade is short if the second bar reaches
    further down than up, else long, and its stop is the first bar's other end, as in TA-Lib's SAR.
    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter II.

    state: vector of 7 floats, zeros at first. The side is 1 (long) or -1 (short); for a short trade stop and extreme
        are kept as negatives, so that both sides are one arithmetic.
    acceleration, maximum: fractions above 0; `maximum` holds if it is the smaller.
    """
    previous_high = state[5]
    previous_low = state[6]
    state[5] = high
    state[6] = low
    if state[0] == 0.0:
        state[0] = 1.0
        return math.nan
    step = acceleration if acceleration < maximum else maximum
    if state[0] < _BEGUN:
        state[0] = _BEGUN
        down = previous_low - low
        is_short = down > 0.0 and down > high - previous_high
        state[1] = -1.0 if is_short else 1.0
        state[2] = -previous_high if is_short else previous_low
        state[3] = -low if is_short else high
        state[4] = step
        previous_high = high
        previous_low = low
    highest = previous_high if previous_high > high else high
    lowest = previous_low if previous_low < low else low
    if state[1] > 0.0:
        return _stop_push(state, high, low, lowest, highest, step, maximum)
    return -_stop_push(state, -low, -high, -highest, -lowest, step, maximum)


def _stop_push(
    state: list[float], top: float, bottom: float, lowest: float, highest: float, step: float, maximum: float
) -> float:
    """Move a long trade's stop on, or one of a short trade seen upside down; return the stop of this bar.

    lowest, highest: the ends of this bar and the one before it.
    """
    stop = state[2]
    extreme = state[3]
    if bottom > stop:
        nearer = state[4]
        if top > extreme:
            extreme = top
            nearer += step
            nearer = nearer if nearer < maximum else maximum
            state[3] = extreme
            state[4] = nearer
        following = stop + nearer * (extreme - stop)
        state[2] = following if following < lowest else lowest
        return stop
    stop = extreme if extreme > highest else highest
    following = stop + step * (bottom - stop)
    state[1] = -state[1]
    state[2] = -following if following > highest else -highest
    state[3] = -bottom
    state[4] = step
    return stop


def supertrend_state_size(length: int, multiple: float) -> int:  # noqa: ARG001 - every rule with memory has one face
    """Return the floats of an average true range, two bands, and the direction (0 before it begins)."""
    return ATR_SIZE + 3


def supertrend_update(state: list[float], high: float, low: float, close: float, length: int, multiple: float) -> float:
    """Return the band that follows the trend in dollars: the lower one in an up-trend. NaN for the first `length` bars.

    The bands stand `multiple` average true ranges from the middle of the bar. A band moves only towards the price,
    unless the close before was beyond it. A close below the lower band ends an up-trend, one above the upper band a
    down-trend. The first trend is taken to be up, as in TA-Lib's SUPERTREND; nothing in the method says so, and it
    matters until the first crossing.
    Source: attributed to Olivier Seban; TA-Lib SUPERTREND.

    state: vector of 7 floats, zeros at first.
    length: 1 or above. multiple: above 0.
    """
    if not _trend_push(state, high, low, close, length, multiple):
        return math.nan
    return state[ATR_SIZE + 1] if state[ATR_SIZE + 2] > 0.0 else state[ATR_SIZE]


def supertrend_direction_state_size(length: int, multiple: float) -> int:
    """Return the floats of `supertrend_update`."""
    return supertrend_state_size(length, multiple)


def supertrend_direction_update(
    state: list[float], high: float, low: float, close: float, length: int, multiple: float
) -> float:
    """Return 1 in an up-trend and -1 in a down-trend of `supertrend_update`, NaN for the first `length` bars.

    state: vector of 7 floats, zeros at first.
    length: 1 or above. multiple: above 0.
    """
    if not _trend_push(state, high, low, close, length, multiple):
        return math.nan
    return state[ATR_SIZE + 2]


def _trend_push(state: list[float], high: float, low: float, close: float, length: int, multiple: float) -> bool:
    """Take in a bar; return whether there is a trend. Upper band, lower band and direction follow the true range."""
    previous_close = state[ATR_SIZE - 1]
    average_range = atr_push(state, 0, high, low, close, length)
    if math.isnan(average_range):
        return False
    middle = 0.5 * (high + low)
    upper = middle + multiple * average_range
    lower = middle - multiple * average_range
    direction = state[ATR_SIZE + 2]
    if direction == 0.0:
        state[ATR_SIZE] = upper
        state[ATR_SIZE + 1] = lower
        state[ATR_SIZE + 2] = 1.0
        return True
    if upper < state[ATR_SIZE] or previous_close > state[ATR_SIZE]:
        state[ATR_SIZE] = upper
    if lower > state[ATR_SIZE + 1] or previous_close < state[ATR_SIZE + 1]:
        state[ATR_SIZE + 1] = lower
    if direction > 0.0 and close < state[ATR_SIZE + 1]:
        state[ATR_SIZE + 2] = -1.0
    elif direction < 0.0 and close > state[ATR_SIZE]:
        state[ATR_SIZE + 2] = 1.0
    return True
