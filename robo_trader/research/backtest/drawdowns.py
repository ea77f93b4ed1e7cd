"""How far and how long equity lay below its highest value."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.research.backtest.trades import TIME

DRAWDOWNS_SCHEMA = pl.Schema({
    "depth": pl.Float64(),  # the largest fall, as a fraction of the peak
    "peak_at": TIME,  # null where the peak is the opening cash
    "trough_at": TIME,
    "recovered_at": TIME,  # null where it never did
    "bars": pl.Int64(),  # from the peak to the recovery, or to the end
    "sessions": pl.Int64(),  # likewise, in sessions: 0 within one
})  # fmt: skip


def underwater(equity: NDArray[np.float64], opening_cash: float) -> NDArray[np.float64]:
    """Return how far each mark lies below the highest one so far, as a fraction of it, shape (slices,).

    0 at a peak, and as long as no mark was above 0.
    """
    if not len(equity):
        return np.empty(0)
    peaks = np.maximum(np.maximum.accumulate(equity), opening_cash)
    return np.divide(peaks - equity, peaks, out=np.zeros(len(equity)), where=peaks > 0.0)


def find_drawdowns(equity: pl.DataFrame, opening_cash: float) -> pl.DataFrame:
    """Return every drawdown, the deepest first, columns as in `DRAWDOWNS_SCHEMA`.

    A drawdown begins at the last mark on its peak and ends at the first mark that is not below it.

    equity: as in `Result`.
    """
    below = underwater(equity["equity"].to_numpy(), opening_cash)
    is_below = np.concatenate([[False], below > 0.0, [False]])
    edges = np.flatnonzero(np.diff(is_below.astype(np.int8)))
    first, after = edges[::2], edges[1::2]  # runs of marks below a peak: [first, after)
    if not len(first):
        return DRAWDOWNS_SCHEMA.to_frame()
    last = len(below) - 1
    recovered = after <= last
    ended = np.minimum(after, last)
    bounds = edges if recovered[-1] else edges[:-1]  # the last run then goes to the end by itself
    depth = np.maximum.reduceat(below, bounds)[::2]
    number = _session_numbers(equity["session"])
    times = equity["ended_at"]
    frame = pl.DataFrame({
        "depth": depth,
        "peak_at": times.gather(np.maximum(first - 1, 0)),
        "trough_at": times.gather([int(a + np.argmax(below[a:b])) for a, b in zip(first, after, strict=True)]),
        "recovered_at": times.gather(ended),
        "bars": ended - first + 1,
        "sessions": number[ended] - np.where(first > 0, number[first - 1], -1),
        "_from_opening": first == 0,
        "_recovered": recovered,
    })  # fmt: skip
    return frame.select(
        "depth",
        pl.when("_from_opening").then(None).otherwise("peak_at").alias("peak_at"),
        "trough_at",
        pl.when("_recovered").then("recovered_at").alias("recovered_at"),
        "bars",
        "sessions",
    ).sort("depth", descending=True, maintain_order=True)


def _session_numbers(session: pl.Series) -> NDArray[np.int64]:
    """Return the number of each slice's session, counted from 0."""
    days = session.to_physical().to_numpy()
    return np.concatenate([[0], np.cumsum(np.diff(days) != 0)])
