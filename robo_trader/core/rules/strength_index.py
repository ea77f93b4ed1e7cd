"""Gains against losses: Wilder's relative strength index and what was made of it.

Where nothing has moved there is neither strength nor weakness, and these say the middle of their scale. (TA-Lib says 0,
which on a scale from 0 to 100 would read as the deepest weakness.)
"""

import math

from robo_trader.core.rules.comparison import RELATIVE_ERROR
from robo_trader.core.rules.windows import span_lowest, span_push, span_size

_GAINS_SIZE = 5


def _gains_push(state: list[float], close: float, length: int) -> bool:
    """Take in a close; return whether the averages of gains and of losses are known.

    They begin as the means of the first `length` changes, and each later change counts 1 / length.
    In the state: 1 / length once the averages have begun, 0 before; average gain, average loss (totals
    before they begin); the previous close, 0 before there is one; and the count of changes until then.
    """
    previous = state[3]
    state[3] = close
    if previous == 0.0:
        return False
    change = close - previous
    gain = change if change > 0.0 else 0.0
    loss = gain - change
    weight = state[0]
    if weight != 0.0:
        average = state[1]
        state[1] = average + (gain - average) * weight
        average = state[2]
        state[2] = average + (loss - average) * weight
        return True
    count = state[4] + 1.0
    state[4] = count
    state[1] += gain
    state[2] += loss
    if count < length:
        return False
    state[0] = 1.0 / length
    state[1] /= length
    state[2] /= length
    return True


def rsi_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats needed: weight, average gain, average loss, previous close, count."""
    return _GAINS_SIZE


def rsi_update(state: list[float], close: float, length: int) -> float:
    """Return the relative strength index, from 0 (only losses) to 100 (only gains), NaN for the first `length` bars.

    50 where the price has not moved at all.
    Source: J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter VI.

    state: vector of 5 floats, zeros at first.
    length: 1 or above.
    """
    if not _gains_push(state, close, length):
        return math.nan
    gain = state[1]
    total = gain + state[2]
    if total == 0.0:
        return 50.0
    return 100.0 * (gain / total)


def cmo_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats needed: weight, average gain, average loss, previous close, count."""
    return _GAINS_SIZE


def cmo_update(state: list[float], close: float, length: int) -> float:
    """Return gains less losses in percent of both, from -100 to 100, NaN for the first `length` bars.

    0 where the price has not moved at all. Gains and losses are averaged as Wilder does, which TA-Lib made the custom
    (so the value is that of the relative strength index on another scale); Chande took plain sums over the window.
    Source: Chande and Kroll (1994), "The New Technical Trader"; TA-Lib CMO.

    state: vector of 5 floats, zeros at first.
    length: 1 or above.
    """
    if not _gains_push(state, close, length):
        return math.nan
    gain, loss = state[1], state[2]
    total = gain + loss
    if total == 0.0:
        return 0.0
    return 100.0 * ((gain - loss) / total)


def stochastic_rsi_state_size(rsi_length: int, length: int) -> int:  # noqa: ARG001 - every rule has the same face
    """Return the floats needed: those of the index, and its highest and lowest of `length`."""
    return _GAINS_SIZE + span_size(length)


def stochastic_rsi_update(state: list[float], close: float, rsi_length: int, length: int) -> float:
    """Return the place of the strength index between its lowest (0) and highest (100) of the last `length` bars.

    NaN for the first `rsi_length + length - 1` bars. 50 where the index has not moved.
    Source: Chande and Kroll (1994), "The New Technical Trader"; TA-Lib STOCHRSI, fast K.

    state: vector of `stochastic_rsi_state_size(rsi_length, length)` floats, zeros at first.
    rsi_length, length: 1 or above.
    """
    strength = rsi_update(state, close, rsi_length)
    if math.isnan(strength):
        return math.nan
    highest = span_push(state, _GAINS_SIZE, strength, strength, length)
    lowest = span_lowest(state, _GAINS_SIZE)
    if math.isnan(highest):
        return math.nan
    span = highest - lowest
    if span <= RELATIVE_ERROR * highest:
        return 50.0
    return 100.0 * ((strength - lowest) / span)
