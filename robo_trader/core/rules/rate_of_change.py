"""How far the price has come since an earlier bar.

Prices are above 0; so a remembered price of 0 says that there has been none yet.
"""

import math

from robo_trader.core.rules.windows import window_push, window_size, window_value


def bar_return_state_size() -> int:
    """Return the floats needed: the previous close."""
    return 1


def bar_return_update(state: list[float], close: float) -> float:
    """Return the simple return of one bar as a fraction, NaN for the first.

    state: vector of 1 float, zero at first.
    """
    previous = state[0]
    state[0] = close
    if previous == 0.0:
        return math.nan
    return close / previous - 1.0


def roc_state_size(length: int) -> int:
    """Return the floats needed: the last `length` closes."""
    return window_size(length)


def roc_update(state: list[float], close: float, length: int) -> float:
    """Return the change since the close of `length` bars ago in percent of it, NaN for the first `length` bars.

    Source: TA-Lib ROC.

    state: vector of `roc_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    earlier = window_push(state, 0, close, length)
    if earlier == 0.0:
        return math.nan
    return (close / earlier - 1.0) * 100.0


def momentum_state_size(length: int) -> int:
    """Return the floats needed: the last `length` closes."""
    return window_size(length)


def momentum_update(state: list[float], close: float, length: int) -> float:
    """Return the close less that of `length` bars ago, in dollars, NaN for the first `length` bars.

    Source: TA-Lib MOM.

    state: vector of `momentum_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    earlier = window_push(state, 0, close, length)
    if earlier == 0.0:
        return math.nan
    return close - earlier


def skipped_return_state_size(lookback: int, skip: int) -> int:  # noqa: ARG001 - every rule has the same face
    """Return the floats needed: the last `lookback` closes."""
    return window_size(lookback)


def skipped_return_update(state: list[float], close: float, lookback: int, skip: int) -> float:
    """Return the return from `lookback` bars ago to `skip` bars ago as a fraction, NaN for the first `lookback` bars.

    The last bars are left out because prices tend to turn back over a month, which would blur the year's momentum.
    Source: Jegadeesh and Titman (1993), "Returns to Buying Winners and Selling Losers", Journal of Finance 48(1); with
    12 months and the last one left out, Asness, Moskowitz and Pedersen (2013), "Value and Momentum Everywhere",
    Journal of Finance 68(3).

    state: vector of `skipped_return_state_size(lookback, skip)` floats, zeros at first.
    lookback: 1 or above. skip: 0 or above, below `lookback`.
    """
    earlier = window_push(state, 0, close, lookback)
    if earlier == 0.0:
        return math.nan
    return window_value(state, 0, skip, lookback) / earlier - 1.0
