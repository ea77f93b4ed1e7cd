"""The distance between a fast and a slow average of the price, and the average of that distance (MACD).

Both averages begin at the same bar, when the slow one has `slow` closes: the fast one with the mean of the last
`fast` of these, as in TA-Lib's MACD. The state holds the fast, the slow and the signal's average, in this order.

Source: Gerald Appel (1979), "The Moving Average Convergence-Divergence Trading Method".
"""

import math

from robo_trader.core.rules.moving_averages import EMA_SIZE, ema_push

_AT_SLOW = EMA_SIZE
_AT_SIGNAL = 2 * EMA_SIZE


def macd_state_size(fast: int, slow: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of two exponential averages."""
    return 2 * EMA_SIZE


def macd_update(state: list[float], close: float, fast: int, slow: int) -> float:
    """Return the fast average of the close less the slow one in dollars, NaN for the first slow - 1 bars.

    state: vector of 6 floats, zeros at first.
    fast, slow: 1 or above, fast < slow.
    """
    steady = ema_push(state, _AT_SLOW, close, slow)
    if state[_AT_SLOW] == 0.0 and state[_AT_SLOW + 2] <= slow - fast:  # closes so far, while the slow one waits
        return math.nan
    return ema_push(state, 0, close, fast) - steady


def macd_signal_state_size(fast: int, slow: int, signal: int) -> int:  # noqa: ARG001 - as above
    """Return the floats of three exponential averages."""
    return 3 * EMA_SIZE


def macd_signal_update(state: list[float], close: float, fast: int, slow: int, signal: int) -> float:
    """Return the exponential average of `macd_update` in dollars, NaN for the first slow + signal - 2 bars.

    state: vector of 9 floats, zeros at first.
    fast, slow, signal: 1 or above, fast < slow.
    """
    distance = macd_update(state, close, fast, slow)
    if math.isnan(distance):
        return math.nan
    return ema_push(state, _AT_SIGNAL, distance, signal)


def macd_histogram_state_size(fast: int, slow: int, signal: int) -> int:  # noqa: ARG001 - as above
    """Return the floats of three exponential averages."""
    return 3 * EMA_SIZE


def macd_histogram_update(state: list[float], close: float, fast: int, slow: int, signal: int) -> float:
    """Return `macd_update` less its signal in dollars, NaN for the first slow + signal - 2 bars.

    state: vector of 9 floats, zeros at first.
    fast, slow, signal: 1 or above, fast < slow.
    """
    distance = macd_update(state, close, fast, slow)
    if math.isnan(distance):
        return math.nan
    return distance - ema_push(state, _AT_SIGNAL, distance, signal)
