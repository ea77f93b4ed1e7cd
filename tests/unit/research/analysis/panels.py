"""Frames of closes and features for tests: one bar a day from 1 January 2020 on."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from robo_trader.research.analysis.samples import Samples, gather

DAY = 86_400_000_000_000
FIRST = 18_262 * DAY


def at(day: int) -> int:
    """The end of a day's bar, UTC nanoseconds."""
    return FIRST + day * DAY


def a_frame(first: int = 0, **columns: Sequence[float]) -> pl.DataFrame:
    """One row a day, from day `first` on."""
    length = len(next(iter(columns.values())))
    return pl.DataFrame({"ended_at": [at(first + n) for n in range(length)], **columns})


def random_samples(
    symbols: int = 6, bars: int = 300, horizons: Sequence[int] = (1, 5), as_of: int | None = None, seed: int = 1
) -> Samples:
    """Features that foretell everything ("oracle"), nothing ("noise"), and the opposite of noise ("echo")."""
    rng = np.random.default_rng(seed)
    frames: dict[str, pl.DataFrame] = {}
    closes: dict[str, pl.DataFrame] = {}
    for number in range(symbols):
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, bars)))
        ahead = np.append(close[1:] / close[:-1] - 1, np.nan)
        noise = rng.normal(0, 1, bars)
        noise[:10] = np.nan
        frames[f"S{number}"] = a_frame(oracle=ahead.tolist(), noise=noise.tolist(), echo=(-3 * noise + 1).tolist())
        closes[f"S{number}"] = a_frame(close=close.tolist())
    return gather(frames, closes, horizons=horizons, as_of=as_of)


def samples_of(
    closes: Mapping[str, Sequence[float]], values: Mapping[str, Sequence[float]], horizons: Sequence[int] = (1,)
) -> Samples:
    """One feature, "x", and closes of the same days."""
    frames = {symbol: a_frame(x=column) for symbol, column in values.items()}
    prices = {symbol: a_frame(close=column) for symbol, column in closes.items()}
    return gather(frames, prices, horizons=horizons)
