"""How alike features are: correlation, pairs that say nearly the same, and clusters of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robo_trader.research.analysis.ranking import PAIRS_MIN, Floats, average_ranks, finite_mean, pearson
from robo_trader.research.analysis.samples import Samples


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two features whose values rank times nearly alike, or nearly opposite."""

    first: str
    second: str
    correlation: float


def correlation_matrix(samples: Samples) -> Floats:
    """Return the rank correlation of each two features, shape (features, features), NaN where there is none.

    It is taken over time within each symbol, then averaged over the symbols: pooled, features in dollars would look
    alike only because some shares cost more than others.
    """
    count = len(samples.features)
    per_symbol = np.array([_of_symbol(samples, place) for place in range(len(samples.symbols))])
    matrix = np.empty((count, count))
    for row in range(count):
        for column in range(count):
            matrix[row, column] = finite_mean(per_symbol[:, row, column])
    return matrix


def alike_pairs(names: tuple[str, ...], matrix: Floats, threshold: float) -> list[AlikePair]:
    """Return the pairs with an absolute correlation of `threshold` or more, the closest first."""
    pairs = [
        AlikePair(names[row], names[column], float(matrix[row, column]))
        for row in range(len(names))
        for column in range(row + 1, len(names))
        if abs(matrix[row, column]) >= threshold
    ]
    return sorted(pairs, key=lambda pair: -abs(pair.correlation))


def clusters(names: tuple[str, ...], matrix: Floats, threshold: float) -> list[list[str]]:
    """Return the features in groups that hang together by alike pairs, the largest group first; each stands once."""
    group = list(range(len(names)))
    for row in range(len(names)):
        for column in range(row + 1, len(names)):
            if abs(matrix[row, column]) >= threshold:
                kept, gone = sorted((group[row], group[column]))
                group = [kept if one == gone else one for one in group]
    found = [[name for name, one in zip(names, group, strict=True) if one == number] for number in sorted(set(group))]
    return sorted(found, key=lambda members: -len(members))


def _of_symbol(samples: Samples, place: int) -> Floats:
    columns = [samples.values[name][:, place] for name in samples.features]
    there = [~np.isnan(column) for column in columns]
    ranks: dict[tuple[int, bytes], Floats] = {}

    def ranked(number: int, both: NDArray[np.bool_]) -> Floats:
        key = (number, np.packbits(both).tobytes())
        if key not in ranks:
            ranks[key] = average_ranks(columns[number][both])
        return ranks[key]

    matrix = np.full((len(columns), len(columns)), np.nan)
    for row in range(len(columns)):
        for column in range(row, len(columns)):
            both = there[row] & there[column]
            if np.count_nonzero(both) >= PAIRS_MIN:
                matrix[row, column] = matrix[column, row] = pearson(ranked(row, both), ranked(column, both))
    return matrix
