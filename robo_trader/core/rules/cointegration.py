"""The line between the log prices of two symbols, and whether the distance from it comes back.

The line is fitted anew each bar to the last `length` log closes, own = intercept + ratio x other + residual, by
ordinary least squares. The residuals of a window are those of that bar's fit, so their mean is 0.

Source: Robert F. Engle and Clive W. J. Granger (1987), "Co-integration and error correction", Econometrica 55(2).
"""

import math

from robo_trader.core.rules.pairs import (
    PERFECT_FIT,
    pairs_newest,
    pairs_oldest,
    pairs_push,
    pairs_residual,
    pairs_residual_variance,
    pairs_size,
    pairs_slope,
)
from robo_trader.core.rules.persistence import half_life_of

_LEVELS = 0  # of the residuals before each change: sum of squares
_PRODUCTS = 1  # of residual and change: sum
_CHANGES = 2  # of the changes: sum of squares
_WINDOW = 3


def hedge_ratio_state_size(length: int) -> int:
    """Return the floats of a window of pairs of log closes."""
    return pairs_size(length)


def hedge_ratio_update(state: list[float], close: float, other: float, length: int) -> float:
    """Return the slope of the log close on the other's: percent of own price for one percent of the other's.

    NaN for the first `length` - 1 bars, and while the other's close does not move.

    state: vector of `hedge_ratio_state_size(length)` floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    length: 3 or above.
    """
    if not pairs_push(state, 0, math.log(other), math.log(close), length):
        return math.nan
    return pairs_slope(state, 0)


def cointegration_residual_state_size(length: int) -> int:
    """Return the floats of a window of pairs of log closes."""
    return pairs_size(length)


def cointegration_residual_update(state: list[float], close: float, other: float, length: int) -> float:
    """Return how far the log close is above the line, about a fraction of the price.

    NaN for the first `length` - 1 bars, and while the other's close does not move.

    state: vector of `cointegration_residual_state_size(length)` floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    length: 3 or above.
    """
    slope = hedge_ratio_update(state, close, other, length)
    if math.isnan(slope):
        return math.nan
    return pairs_residual(state, 0, pairs_newest(state, 0, length), slope, length)


def spread_zscore_state_size(length: int) -> int:
    """Return the floats of a window of pairs of log closes."""
    return pairs_size(length)


def spread_zscore_update(state: list[float], close: float, other: float, length: int) -> float:
    """Return the residual over the standard deviation of the window's residuals (population, their mean being 0).

    NaN for the first `length` - 1 bars, while the other's close does not move, and where the fit is perfect.

    state: vector of `spread_zscore_state_size(length)` floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    length: 3 or above.
    """
    slope = hedge_ratio_update(state, close, other, length)
    if math.isnan(slope):
        return math.nan
    variance = pairs_residual_variance(state, 0, slope, length)
    if variance > 0.0:
        return pairs_residual(state, 0, pairs_newest(state, 0, length), slope, length) / math.sqrt(variance)
    return math.nan


def spread_half_life_state_size(length: int) -> int:
    """Return the floats of three sums and of a window of pairs of log closes."""
    return _WINDOW + pairs_size(length)


def spread_half_life_update(state: list[float], close: float, other: float, length: int) -> float:
    """Return the half-life of the residuals in bars, from a regression of their change on their level.

    Without an intercept, as the residuals' mean is 0; see `half_life_of`. A step costs in proportion to `length`.
    NaN for the first `length` - 1 bars, while the other's close does not move, where the fit is perfect, and while
    the residuals do not revert.
    Source: Ernest P. Chan (2013), "Algorithmic Trading", chapters 2 and 3.

    state: vector of `spread_half_life_state_size(length)` floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    length: 5 or above.
    """
    if not _measure_reversion(state, close, other, length):
        return math.nan
    return half_life_of(state[_PRODUCTS] / state[_LEVELS])


def dickey_fuller_state_size(length: int) -> int:
    """Return the floats of three sums and of a window of pairs of log closes."""
    return _WINDOW + pairs_size(length)


def dickey_fuller_update(state: list[float], close: float, other: float, length: int) -> float:
    """Return the t-statistic of the Dickey-Fuller regression of the residuals: the more below 0, the more they revert.

    The residual's change is regressed on its level, with neither lags nor intercept: step two of Engle and Granger.
    It is not normal, nor is it that of one observed series: with two symbols, 5 % of unrelated random walks come
    out below about -3.34 in long windows (MacKinnon 2010). A step costs in proportion to `length`.
    NaN for the first `length` - 1 bars, while the other's close does not move, and where a fit is perfect.

    state: vector of `dickey_fuller_state_size(length)` floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    length: 5 or above.
    """
    if not _measure_reversion(state, close, other, length):
        return math.nan
    slope = state[_PRODUCTS] / state[_LEVELS]
    squares = state[_CHANGES] - slope * state[_PRODUCTS]
    if squares > PERFECT_FIT * state[_CHANGES]:
        return slope / math.sqrt(squares / (length - 2) / state[_LEVELS])
    return math.nan


def _measure_reversion(state: list[float], close: float, other: float, length: int) -> bool:
    """Take in a pair; sum over the window's residuals; return whether there are any that can be told from rounding."""
    if not pairs_push(state, _WINDOW, math.log(other), math.log(close), length):
        return False
    slope = pairs_slope(state, _WINDOW)
    if math.isnan(slope) or pairs_residual_variance(state, _WINDOW, slope, length) == 0.0:
        return False
    slot = pairs_oldest(state, _WINDOW)
    level = pairs_residual(state, _WINDOW, slot, slope, length)
    levels = 0.0
    products = 0.0
    changes = 0.0
    for _ in range(length - 1):
        slot += 1
        if slot == length:
            slot = 0
        residual = pairs_residual(state, _WINDOW, slot, slope, length)
        change = residual - level
        levels += level * level
        products += level * change
        changes += change * change
        level = residual
    state[_LEVELS] = levels
    state[_PRODUCTS] = products
    state[_CHANGES] = changes
    return levels > 0.0
