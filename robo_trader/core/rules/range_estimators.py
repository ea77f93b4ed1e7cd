"""Volatility from open, high, low and close: surer than from closes alone, for as many bars.

All return the standard deviation of the log return of one bar as a fraction, not annualized. Bars are sound: prices
above 0, open and close within low and high. A bar's term is then never below 0, and where no price moves the
volatility is exactly 0.
"""

import math

from robo_trader.core.rules.moments import variance_push, variance_size
from robo_trader.core.rules.windows import tally_is_full, tally_push, tally_size

_FOUR_LOG_TWO = 4.0 * math.log(2.0)
_CLOSE_WEIGHT = 2.0 * math.log(2.0) - 1.0


def parkinson_state_size(length: int) -> int:
    """Return the floats of one sum."""
    return tally_size(length)


def parkinson_update(state: list[float], high: float, low: float, length: int) -> float:
    """Return the volatility that the ranges of the last `length` bars speak of, NaN until there are so many.

    For a price that moves all the time, without drift; what happens between bars is not seen.
    Source: Michael Parkinson (1980), "The extreme value method for estimating the variance of the rate of return",
    Journal of Business 53(1).

    state: vector of `parkinson_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    spread = math.log(high / low)
    return _root_of_mean(state, spread * spread / _FOUR_LOG_TWO, length)


def garman_klass_state_size(length: int) -> int:
    """Return the floats of one sum."""
    return tally_size(length)


def garman_klass_update(state: list[float], open_: float, high: float, low: float, close: float, length: int) -> float:
    """Return the volatility that range and body of the last `length` bars speak of, NaN until there are so many.

    Half the squared log range, less 2 log 2 - 1 times the squared log return from open to close: the practical form.
    For a price without drift; what happens between bars is not seen.
    Source: Mark Garman and Michael Klass (1980), "On the estimation of security price volatilities from historical
    data", Journal of Business 53(1).

    state: vector of `garman_klass_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    spread = math.log(high / low)
    body = math.log(close / open_)
    return _root_of_mean(state, 0.5 * spread * spread - _CLOSE_WEIGHT * body * body, length)


def rogers_satchell_state_size(length: int) -> int:
    """Return the floats of one sum."""
    return tally_size(length)


def rogers_satchell_update(
    state: list[float], open_: float, high: float, low: float, close: float, length: int
) -> float:
    """Return the volatility of the last `length` bars, whatever their drift; NaN until there are so many.

    What happens between bars is not seen.
    Source: L. C. G. Rogers and S. E. Satchell (1991), "Estimating variance from high, low and closing prices", Annals
    of Applied Probability 1(4).

    state: vector of `rogers_satchell_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return _root_of_mean(state, _drift_free_term(open_, high, low, close), length)


def yang_zhang_state_size(length: int) -> int:
    """Return the floats of the previous close, two windows with their variance, and one sum."""
    return 1 + 2 * variance_size(length) + tally_size(length)


def yang_zhang_update(state: list[float], open_: float, high: float, low: float, close: float, length: int) -> float:
    """Return the volatility of the last `length` bars, gaps between them included, whatever their drift.

    The variance of the log returns from close to open, plus k times that of those from open to close, plus 1 - k
    times the term of `rogers_satchell_update`, where k = 0.34 / (1.34 + (length + 1) / (length - 1)). Both variances
    are those of samples, over length - 1. NaN for the first `length` bars: the first has no close before it.
    Source: Dennis Yang and Qiang Zhang (2000), "Drift-independent volatility estimation based on high, low, open, and
    close prices", Journal of Business 73(3).

    state: vector of `yang_zhang_state_size(length)` floats, zeros at first.
    length: 2 or above.
    """
    previous_close = state[0]
    state[0] = close
    if previous_close == 0.0:
        return math.nan
    at_bodies = 1 + variance_size(length)
    at_terms = at_bodies + variance_size(length)
    gaps = variance_push(state, 1, math.log(open_ / previous_close), length)
    bodies = variance_push(state, at_bodies, math.log(close / open_), length)
    terms = tally_push(state, at_terms, _drift_free_term(open_, high, low, close), length)
    if not tally_is_full(state, at_terms):
        return math.nan
    of_samples = length / (length - 1.0)
    weight = 0.34 / (1.34 + (length + 1.0) / (length - 1.0))
    variance = of_samples * (gaps + weight * bodies) + (1.0 - weight) * terms / length
    return math.sqrt(max(0.0, variance))


def _drift_free_term(open_: float, high: float, low: float, close: float) -> float:
    above = math.log(high / close) * math.log(high / open_)
    return above + math.log(low / close) * math.log(low / open_)


def _root_of_mean(state: list[float], term: float, length: int) -> float:
    total = tally_push(state, 0, term, length)
    return math.sqrt(max(0.0, total / length)) if tally_is_full(state, 0) else math.nan
