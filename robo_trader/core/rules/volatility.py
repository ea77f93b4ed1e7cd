"""How far a price moves: true range and its average, the widening of ranges, and the pain of falls."""

import math

from robo_trader.core.rules.moving_averages import EMA_SIZE, ema_push
from robo_trader.core.rules.windows import (
    peak_push,
    peak_size,
    tally_is_full,
    tally_push,
    tally_size,
    window_is_full,
    window_push,
    window_size,
)


def true_range(high: float, low: float, previous_close: float) -> float:
    """Return the largest of the bar's range and its distance from the previous close, in dollars."""
    top = high if high > previous_close else previous_close
    bottom = low if low < previous_close else previous_close
    return top - bottom


def true_range_state_size() -> int:
    """Return 1: the previous close."""
    return 1


def true_range_update(state: list[float], high: float, low: float, close: float) -> float:
    """Return the bar's true range in dollars, NaN for the first bar, which has no previous close.

    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter III.

    state: vector of 1 float, zero at first.
    """
    previous_close = state[0]
    state[0] = close
    return true_range(high, low, previous_close) if previous_close > 0.0 else math.nan


# A new range's weight (0 before the average begins), the average (a total before), ranges so far, the previous close.
ATR_SIZE = 4


def atr_push(state: list[float], at: int, high: float, low: float, close: float, length: int) -> float:
    """Take in a bar; return its average true range, as `atr_update` does.

    It is kept in the `ATR_SIZE` floats of the state from `at` on.
    """
    weight = state[at]
    previous_close = state[at + 3]
    state[at + 3] = close
    if weight != 0.0:
        average = state[at + 1]
        average += (true_range(high, low, previous_close) - average) * weight
        state[at + 1] = average
        return average
    if previous_close == 0.0:
        return math.nan
    total = state[at + 1] + true_range(high, low, previous_close)
    count = state[at + 2] + 1.0
    state[at + 1] = total
    state[at + 2] = count
    if count < length:
        return math.nan
    average = total / length
    state[at] = 1.0 / length
    state[at + 1] = average
    return average


def atr_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of one average true range."""
    return ATR_SIZE


def atr_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return Wilder's average true range in dollars, NaN for the first `length` bars.

    The first bar has no previous close and gives no range; the average begins as the mean of the next
    `length` ranges, and each later range counts 1 / length.
    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter III.

    state: vector of 4 floats, zeros at first.
    length: 1 or above.
    """
    return atr_push(state, 0, high, low, close, length)


def natr_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of one average true range."""
    return ATR_SIZE


def natr_update(state: list[float], high: float, low: float, close: float, length: int) -> float:
    """Return the average true range in percent of the close, NaN for the first `length` bars.

    Source: John Forman (2006), "Cross-market evaluations with normalized average true range", Technical Analysis of
    Stocks & Commodities 24(5); TA-Lib NATR.

    state: vector of 4 floats, zeros at first.
    length: 1 or above.
    """
    return 100.0 * atr_push(state, 0, high, low, close, length) / close


def chaikin_volatility_state_size(length: int, change: int) -> int:  # noqa: ARG001 - as other rules with memory
    """Return the floats of one exponential average, and of its last `change` values."""
    return EMA_SIZE + window_size(change)


def chaikin_volatility_update(state: list[float], high: float, low: float, length: int, change: int) -> float:
    """Return by how many percent the average range has widened in `change` bars, NaN for the first length + change - 1.

    The range of a bar is its high less its low; it is averaged exponentially over `length` bars. NaN also where the
    average was 0.
    Source: Marc Chaikin's volatility, in Steven Achelis (2000), "Technical Analysis from A to Z"; TA-Lib CVI.

    state: vector of `chaikin_volatility_state_size(length, change)` floats, zeros at first.
    length, change: 1 or above.
    """
    average = ema_push(state, 0, high - low, length)
    if math.isnan(average):
        return math.nan
    was_full = window_is_full(state, EMA_SIZE)
    before = window_push(state, EMA_SIZE, average, change)
    if not was_full or before <= 0.0:
        return math.nan
    return 100.0 * (average - before) / before


def ulcer_index_state_size(length: int) -> int:
    """Return the floats of the highest close, and of the sum of the squared falls from it."""
    return peak_size(length) + tally_size(length)


def ulcer_index_update(state: list[float], close: float, length: int) -> float:
    """Return the root mean square of the falls of the last `length` closes, in percent, NaN for 2 * (length - 1) bars.

    A close's fall is measured from the highest of the `length` closes that end with it.
    Source: Peter Martin and Byron McCann (1989), "The Investor's Guide to Fidelity Funds".

    state: vector of `ulcer_index_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    peak = peak_push(state, 0, close, length)
    if math.isnan(peak):
        return math.nan
    fall = 100.0 * (peak - close) / peak
    at_falls = peak_size(length)
    squares = tally_push(state, at_falls, fall * fall, length)
    return math.sqrt(squares / length) if tally_is_full(state, at_falls) else math.nan
