"""Ranks and rank correlation. NaN is no value, and a constant correlates with nothing."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PAIRS_MIN = 3  # two points always lie on a line


def average_ranks(values: Floats) -> Floats:
    """Return the ranks from 1, shape (n,); equal values share the mean of theirs. values: no NaN, shape (n,)."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2.0)[place]
    return ranks


def spearman(one: Floats, other: Floats) -> float:
    """Return the rank correlation of the rows in which both have a value; NaN with fewer than three, or a constant.

    Source: Charles Spearman (1904), "The proof and measurement of association between two things", The American
    Journal of Psychology 15(1).

    one, other: shape (n,).
    """
    both = ~(np.isnan(one) | np.isnan(other))
    if np.count_nonzero(both) < PAIRS_MIN:
        return float("nan")
    return pearson(average_ranks(one[both]), average_ranks(other[both]))


def pearson(one: Floats, other: Floats) -> float:
    """Return the linear correlation, in [-1, 1]; NaN where one is constant. one, other: no NaN, shape (n,)."""
    first, second = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((first @ first) * (second @ second)))
    if scale == 0.0:
        return float("nan")
    return max(-1.0, min(1.0, float(first @ second) / scale))


def finite_mean(values: Floats) -> float:
    """Return the mean of what is not NaN; NaN if nothing is."""
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if len(kept) else float("nan")
