"""All that is said of a selection of features."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from robo_trader.research.analysis.information import (
    Coefficient,
    Stability,
    coefficients,
    is_across,
    stability,
)
from robo_trader.research.analysis.ranking import Floats
from robo_trader.research.analysis.redundancy import AlikePair, alike_pairs, clusters, correlation_matrix
from robo_trader.research.analysis.samples import Samples

THRESHOLD = 0.9
HORIZONS = (1, 2, 5, 10, 21)  # bars


@dataclass(frozen=True, slots=True)
class Study:
    """Redundancy, information, stability and coverage of features."""

    features: tuple[str, ...]
    symbols: tuple[str, ...]
    first: int  # end of the first bar, UTC nanoseconds
    last: int
    across_symbols: bool  # whether the IC is taken across symbols, and not over time
    threshold: float  # absolute correlation from which two features are alike
    correlation: Floats  # shape (features, features)
    alike: list[AlikePair]
    clusters: list[list[str]]
    information: list[Coefficient]
    stability: list[Stability]
    coverage: dict[str, dict[str, float]]  # by feature and symbol: fraction of bars with a value

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values; NaN is None."""
        plain = {**asdict(self), "correlation": self.correlation.tolist()}
        return {key: _without_nan(value) for key, value in plain.items()}


def study(samples: Samples, *, threshold: float = THRESHOLD) -> Study:
    """Return what is to be said of the samples' features. threshold: absolute correlation, in (0, 1]."""
    matrix = correlation_matrix(samples)
    return Study(
        features=samples.features,
        symbols=samples.symbols,
        first=int(samples.ended_at[0]),
        last=int(samples.ended_at[-1]),
        across_symbols=is_across(samples),
        threshold=threshold,
        correlation=matrix,
        alike=alike_pairs(samples.features, matrix, threshold),
        clusters=clusters(samples.features, matrix, threshold),
        information=coefficients(samples),
        stability=stability(samples),
        coverage={name: _coverage(samples, name) for name in samples.features},
    )


def _coverage(samples: Samples, feature: str) -> dict[str, float]:
    there = ~np.isnan(samples.values[feature])
    bars = samples.present.sum(axis=0)
    return {
        symbol: float(there[:, place].sum() / bars[place]) if bars[place] else 0.0
        for place, symbol in enumerate(samples.symbols)
    }


def _without_nan(value: object) -> object:
    match value:
        case float():
            return None if np.isnan(value) else value
        case dict():
            return {key: _without_nan(one) for key, one in value.items()}
        case list() | tuple():
            return [_without_nan(one) for one in value]
    return value
