"""Feature values beside the returns that followed them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.core.domain.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Samples:
    """Values of many symbols on one scale of time; where a symbol has no bar, everything is NaN."""

    features: tuple[str, ...]
    symbols: tuple[str, ...]
    ended_at: NDArray[np.int64]  # UTC nanoseconds, ascending, shape (slices,)
    values: Mapping[str, Floats]  # by feature, shape (slices, symbols)
    returns: Mapping[int, Floats]  # by horizon in bars, shape (slices, symbols): from this close to the one so far on
    present: NDArray[np.bool_]  # whether the symbol has a bar, shape (slices, symbols)


def gather(
    frames: Mapping[str, pl.DataFrame],
    closes: Mapping[str, pl.DataFrame],
    *,
    horizons: Sequence[int],
    as_of: int | None = None,
) -> Samples:
    """Return the samples of these symbols.

    frames: by symbol, `ended_at` (UTC nanoseconds) and one column a feature. closes: by symbol, `ended_at` and `close`.
    as_of: UTC nanoseconds; neither a value nor a close that ended later is used: a return that ends later is NaN.

    Raises DataError if no bar is left.
    """
    symbols = tuple(sorted(frames))
    names = tuple(name for name in next(iter(frames.values())).columns if name != "ended_at")
    kept = {symbol: _until(closes[symbol], as_of) for symbol in symbols}
    ended_at = np.unique(np.concatenate([kept[symbol]["ended_at"].to_numpy() for symbol in symbols]))
    if not len(ended_at):
        raise DataError("There is no bar to analyse", next_step="Choose other dates, or a later --as-of.")
    shape = (len(ended_at), len(symbols))
    values = {name: np.full(shape, np.nan) for name in names}
    returns = {horizon: np.full(shape, np.nan) for horizon in horizons}
    present = np.zeros(shape, np.bool_)
    for place, symbol in enumerate(symbols):
        own = kept[symbol]
        present[np.searchsorted(ended_at, own["ended_at"].to_numpy()), place] = True
        _place_returns(own, ended_at, place, returns)
        frame = _until(frames[symbol], as_of).join(own.select("ended_at"), on="ended_at", how="semi")
        rows = np.searchsorted(ended_at, frame["ended_at"].to_numpy())
        for name in names:
            values[name][rows, place] = frame[name].to_numpy()
    return Samples(names, symbols, ended_at, values, returns, present)


def forward_returns(closes: Floats, horizon: int) -> Floats:
    """Return by which fraction the close changes over the next `horizon` bars, shape (n,); NaN for the last ones."""
    found = np.full(len(closes), np.nan)
    if horizon < len(closes):
        found[:-horizon] = closes[horizon:] / closes[:-horizon] - 1.0
    return found


def _until(frame: pl.DataFrame, as_of: int | None) -> pl.DataFrame:
    return frame if as_of is None else frame.filter(pl.col("ended_at") <= as_of)


def _place_returns(own: pl.DataFrame, ended_at: NDArray[np.int64], place: int, returns: Mapping[int, Floats]) -> None:
    rows = np.searchsorted(ended_at, own["ended_at"].to_numpy())
    closes = own["close"].to_numpy()
    for horizon, matrix in returns.items():
        matrix[rows, place] = forward_returns(closes, horizon)
