"""What a feature foretells: rank correlation with the returns that follow, per horizon, and how steady it is.

Where most slices have five symbols or more, the information coefficient (IC) is taken across the symbols of each slice.
With fewer that means little; it is then taken over time, within each symbol, and its share of each block of 63 bars
stands for one observation.
Source: Richard C. Grinold and Ronald N. Kahn (1999), "Active Portfolio Management", 2nd ed., chapter 6.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robo_trader.research.analysis.ranking import Floats, average_ranks, finite_mean, spearman
from robo_trader.research.analysis.samples import Samples

SYMBOLS_MIN = 5  # across fewer symbols a rank correlation takes few values
BLOCK_BARS = 63  # a quarter of daily bars
BLOCK_BARS_MIN = 10
YEARS_FOR_YEARS = 3  # a history of fewer years is told by half year
_NANOS_A_YEAR = 365.25 * 86_400 * 1e9


@dataclass(frozen=True, slots=True)
class Coefficient:
    """The IC of a feature at one horizon, over slices or blocks."""

    feature: str
    horizon: int  # bars
    mean: float
    std: float  # sample standard deviation
    t: float  # of the mean; counts only as many observations as do not overlap
    observations: int


@dataclass(frozen=True, slots=True)
class Stability:
    """How a feature holds over time."""

    feature: str
    autocorrelation: float  # rank correlation with the bar before, mean of the symbols
    by_period: dict[str, float]  # mean IC at the shortest horizon, by year or half year


def is_across(samples: Samples) -> bool:
    """Whether the IC is taken across symbols, and not over time."""
    return bool(np.median(samples.present.sum(axis=1)) >= SYMBOLS_MIN)


def coefficients(samples: Samples) -> list[Coefficient]:
    """Return the IC of every feature at every horizon; its fall from horizon to horizon is its decay."""
    found = []
    for name in samples.features:
        for horizon in samples.returns:
            _, series = ic_series(samples, name, horizon)
            found.append(_summed_up(name, horizon, series, overlap=horizon if is_across(samples) else 1))
    return found


def ic_series(samples: Samples, feature: str, horizon: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the times (UTC nanoseconds) and the ICs, NaN left out; one a slice, or one a block."""
    values, returns = samples.values[feature], samples.returns[horizon]
    if is_across(samples):
        known = ~(np.isnan(values) | np.isnan(returns))
        slices = np.flatnonzero(known.sum(axis=1) >= SYMBOLS_MIN)
        series = np.array([spearman(values[t], returns[t]) for t in slices])
        times = samples.ended_at[slices]
    else:
        times, series = _over_time(samples, values, returns)
    there = ~np.isnan(series)
    return times[there], series[there]


def stability(samples: Samples) -> list[Stability]:
    """Return each feature's autocorrelation, and its IC by period at the shortest horizon."""
    horizon = min(samples.returns)
    label = _period_label(samples.ended_at)
    found = []
    for name in samples.features:
        times, series = ic_series(samples, name, horizon)
        labels = np.array([label(int(at)) for at in times], dtype=object)
        by_period = {str(period): float(series[labels == period].mean()) for period in dict.fromkeys(sorted(labels))}
        found.append(Stability(name, _autocorrelation(samples, name), by_period))
    return found


def _over_time(samples: Samples, values: Floats, returns: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return one IC a block: the mean product of the standardised ranks, which over the whole history is Spearman's.

    The ranks are those of the symbol's whole history. Ranks within a block would find what is not there: whatever
    follows the price, such as an average, is high in a block before the price falls back in it, in a random walk too.
    """
    products = np.full(values.shape, np.nan)
    for place in range(values.shape[1]):
        both = np.flatnonzero(~(np.isnan(values[:, place]) | np.isnan(returns[:, place])))
        if len(both) >= BLOCK_BARS_MIN:
            products[both, place] = _standard(values[both, place]) * _standard(returns[both, place])
    known = ~np.isnan(products)
    slices = np.flatnonzero(known.any(axis=1))
    means = np.where(known, products, 0.0)[slices].sum(axis=1) / known[slices].sum(axis=1)
    begins = range(0, len(slices) - BLOCK_BARS_MIN + 1, BLOCK_BARS)
    times = np.array([samples.ended_at[slices[begin]] for begin in begins], np.int64)
    return times, np.array([means[begin : begin + BLOCK_BARS].mean() for begin in begins])


def _standard(values: Floats) -> Floats:
    """Return the ranks less their mean, over their standard deviation; NaN for a constant."""
    ranks = average_ranks(values)
    spread = float(ranks.std())
    standard: Floats = (ranks - ranks.mean()) / (spread if spread > 0.0 else math.nan)
    return standard


def _summed_up(feature: str, horizon: int, series: Floats, *, overlap: int) -> Coefficient:
    """Sum up a series. overlap: how many neighbours share a return; so many count as one in `t`."""
    count = len(series)
    mean = finite_mean(series)
    std = float(series.std(ddof=1)) if count > 1 else math.nan
    t = mean / std * math.sqrt(count / overlap) if std > 0 else math.nan
    return Coefficient(feature, horizon, mean, std, t, count)


def _autocorrelation(samples: Samples, feature: str) -> float:
    found = []
    for place in range(len(samples.symbols)):
        own = samples.values[feature][samples.present[:, place], place]
        found.append(spearman(own[1:], own[:-1]))
    return finite_mean(np.array(found))


def _period_label(ended_at: NDArray[np.int64]) -> Callable[[int], str]:
    """Return how a time is called: by its year, in a short history by its half year."""
    in_halves = (int(ended_at[-1]) - int(ended_at[0])) < YEARS_FOR_YEARS * _NANOS_A_YEAR

    def label(at: int) -> str:
        year, month = str(np.datetime64(at, "ns").astype("datetime64[M]")).split("-")
        return f"{year} H{1 if int(month) <= 6 else 2}" if in_halves else year

    return label
