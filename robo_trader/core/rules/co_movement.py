"""How the returns of one symbol go with those of another.

The returns are simple ones, from the last slice in which both symbols had a bar to this one.
"""

import math

from robo_trader.core.rules.pairs import pairs_correlation, pairs_push, pairs_size, pairs_slope


def beta_state_size(length: int) -> int:
    """Return the floats of both previous closes and of a window of pairs of returns."""
    return 2 + pairs_size(length)


def beta_update(state: list[float], close: float, other: float, length: int) -> float:
    """Return the covariance of the last `length` returns with the other's, over the variance of the other's.

    NaN for the first `length` bars, and while the other's returns are all equal.
    Source: William F. Sharpe (1964), "Capital asset prices", The Journal of Finance 19(3).

    state: vector of `beta_state_size(length)` floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    length: 2 or above.
    """
    if not _push_returns(state, close, other, length):
        return math.nan
    return pairs_slope(state, 2)


def correlation_state_size(length: int) -> int:
    """Return the floats of both previous closes and of a window of pairs of returns."""
    return 2 + pairs_size(length)


def correlation_update(state: list[float], close: float, other: float, length: int) -> float:
    """Return Pearson's correlation of the last `length` returns with the other's, in [-1, 1].

    NaN for the first `length` bars, and while either symbol's returns are all equal.

    state: vector of `correlation_state_size(length)` floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    length: 3 or above.
    """
    if not _push_returns(state, close, other, length):
        return math.nan
    return pairs_correlation(state, 2)


def _push_returns(state: list[float], close: float, other: float, length: int) -> bool:
    previous = state[0]
    previous_other = state[1]
    state[0] = close
    state[1] = other
    if previous == 0.0:
        return False
    return pairs_push(state, 2, other / previous_other - 1.0, close / previous - 1.0, length)
