"""How one symbol's value stands among those of all symbols of a slice.

`values` holds one number for each symbol, the own one among them, and `groups` the number of each symbol's group.
NaN values take no part; a symbol whose own value is NaN has no standing.
"""

import math


def cross_rank(own: float, own_group: float, values: list[float], groups: list[float]) -> float:  # noqa: ARG001
    """Return the place of `own` among `values`, 1 for the lowest; equal values share the mean of their places."""
    if math.isnan(own):
        return math.nan
    below = 0.0
    equal = 0.0
    for value in values:
        if value < own:
            below += 1.0
        elif value == own:
            equal += 1.0
    return below + (equal + 1.0) / 2.0


def cross_percentile(own: float, own_group: float, values: list[float], groups: list[float]) -> float:
    """Return the place of `own` from 0, the lowest of all, to 1, the highest; NaN with fewer than two values."""
    count = 0.0
    for value in values:
        if not math.isnan(value):
            count += 1.0
    if count < 2.0:
        return math.nan
    return (cross_rank(own, own_group, values, groups) - 1.0) / (count - 1.0)


def inverse_share(own: float, own_group: float, values: list[float], groups: list[float]) -> float:  # noqa: ARG001
    """Return 1 / `own` over the sum of 1 / value of all: the smaller the value, the larger the share; all sum to 1.

    Values that are not above 0 take no part: 0 for a symbol whose own is such a one.
    """
    if math.isnan(own):
        return math.nan
    if own <= 0.0:
        return 0.0
    total = 0.0
    for value in values:
        if value > 0.0:
            total += own / value
    return 1.0 / total


def sector_residual(own: float, own_group: float, values: list[float], groups: list[float]) -> float:
    """Return `own` less the mean of its group, itself included: 0 for a symbol that is alone in its group."""
    if math.isnan(own):
        return math.nan
    total = 0.0
    count = 0.0
    for index in range(len(values)):
        if groups[index] == own_group and not math.isnan(values[index]):
            total += values[index] - own
            count += 1.0
    if count == 0.0:
        return math.nan
    return 0.0 - total / count


def sector_neutral_zscore(own: float, own_group: float, values: list[float], groups: list[float]) -> float:
    """Return how many standard deviations `own` is above the mean of its group, itself included.

    The standard deviation is that of the population, as in `scipy.stats.zscore`. NaN with fewer than three values in
    the group, or where they are all equal.
    """
    residual = sector_residual(own, own_group, values, groups)
    if math.isnan(residual):
        return math.nan
    squares = 0.0
    count = 0.0
    for index in range(len(values)):
        if groups[index] == own_group and not math.isnan(values[index]):
            distance = values[index] - own + residual
            squares += distance * distance
            count += 1.0
    if count < 3.0 or squares == 0.0:
        return math.nan
    return residual / math.sqrt(squares / count)
