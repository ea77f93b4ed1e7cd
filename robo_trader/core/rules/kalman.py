"""A hedge ratio that drifts: the line between two symbols' log prices, followed by a Kalman filter.

The hidden state is the line, own = intercept + ratio x other. Both its numbers are random walks whose steps have the
variance delta / (1 - delta); what is observed has in addition noise of a given variance. Chan runs the filter on
prices; logarithms make both parameters mean the same whatever the price. He also begins with a line of 0 that is held
for certain, and lets the filter run in; here it begins with a ratio of 1 through the first pair of closes, with a
variance of 1 for both numbers, so that the second value already stands for what is known.

Source: Ernest P. Chan (2013), "Algorithmic Trading", chapter 3; R. E. Kalman (1960), "A new approach to linear
filtering and prediction problems", Journal of Basic Engineering 82(1).
"""

import math

_IS_BEGUN = 0
_INTERCEPT = 1
_RATIO = 2
_VARIANCE_INTERCEPT = 3
_COVARIANCE = 4
_VARIANCE_RATIO = 5
_INNOVATION = 6  # of the last step: what was seen less what was expected
_VARIANCE_INNOVATION = 7
_SIZE = 8


def kalman_hedge_ratio_state_size(delta: float, observation_variance: float) -> int:  # noqa: ARG001 - the common face
    """Return the floats of the line, its covariance and the last innovation."""
    return _SIZE


def kalman_hedge_ratio_update(
    state: list[float], close: float, other: float, delta: float, observation_variance: float
) -> float:
    """Return the ratio after this bar: percent of own price for one percent of the other's. NaN at the first bar.

    state: vector of 8 floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    delta: how fast the line drifts, in (0, 1).
    observation_variance: of the log price about the line, above 0.
    """
    if not _step(state, math.log(close), math.log(other), delta, observation_variance):
        return math.nan
    return state[_RATIO]


def kalman_residual_zscore_state_size(delta: float, observation_variance: float) -> int:  # noqa: ARG001 - as above
    """Return the floats of the line, its covariance and the last innovation."""
    return _SIZE


def kalman_residual_zscore_update(
    state: list[float], close: float, other: float, delta: float, observation_variance: float
) -> float:
    """Return how many standard deviations the log close is above what the line of the bar before expected.

    The standard deviation is the filter's own, of the innovation. NaN at the first bar.

    state: vector of 8 floats, zeros at first.
    close, other: closes of both symbols in dollars, above 0.
    delta: how fast the line drifts, in (0, 1).
    observation_variance: of the log price about the line, above 0.
    """
    if not _step(state, math.log(close), math.log(other), delta, observation_variance):
        return math.nan
    return state[_INNOVATION] / math.sqrt(state[_VARIANCE_INNOVATION])


def _step(state: list[float], y: float, x: float, delta: float, observation_variance: float) -> bool:
    """Predict, compare, correct. Return False for the first pair, which only begins the line."""
    if state[_IS_BEGUN] == 0.0:
        state[_IS_BEGUN] = 1.0
        state[_INTERCEPT] = y - x
        state[_RATIO] = 1.0
        state[_VARIANCE_INTERCEPT] = 1.0
        state[_VARIANCE_RATIO] = 1.0
        return False
    drift = delta / (1.0 - delta)
    variance_intercept = state[_VARIANCE_INTERCEPT] + drift
    covariance = state[_COVARIANCE]
    variance_ratio = state[_VARIANCE_RATIO] + drift
    # The covariance of the two numbers with the prediction, intercept + ratio * x:
    with_intercept = variance_intercept + covariance * x
    with_ratio = covariance + variance_ratio * x
    variance = with_intercept + with_ratio * x + observation_variance
    innovation = y - (state[_INTERCEPT] + state[_RATIO] * x)
    state[_INTERCEPT] += with_intercept / variance * innovation
    state[_RATIO] += with_ratio / variance * innovation
    state[_VARIANCE_INTERCEPT] = variance_intercept - with_intercept * with_intercept / variance
    state[_COVARIANCE] = covariance - with_intercept * with_ratio / variance
    state[_VARIANCE_RATIO] = variance_ratio - with_ratio * with_ratio / variance
    state[_INNOVATION] = innovation
    state[_VARIANCE_INNOVATION] = variance
    return True
