"""Returns by month and year, and over rolling windows."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.core.market.bar_sizes import SESSIONS_A_YEAR
from robo_trader.core.rules.performance import DEVIATION_MIN

ROLLING_SESSIONS = 126  # half a year


def returns_by(daily: pl.DataFrame, opening_cash: float, *, every: str) -> pl.DataFrame:
    """Return the return of each calendar period: `period` (its first day) and `return`, null without equity before.

    daily: as `session_returns` makes it. every: "1mo" or "1y".
    """
    ends = daily.group_by(pl.col("session").dt.truncate(every).alias("period"), maintain_order=True).agg(
        pl.col("equity").last()
    )
    before = pl.col("equity").shift(1, fill_value=opening_cash)
    return ends.select("period", pl.when(before > 0.0).then(pl.col("equity") / before - 1.0).alias("return"))


def rolling_sharpe(daily: pl.DataFrame) -> NDArray[np.float64]:
    """Return the Sharpe ratio of the last 126 sessions at the end of each, NaN before, and where nothing moved."""
    returns = daily["return"]
    mean = returns.rolling_mean(ROLLING_SESSIONS).to_numpy()
    deviation = returns.rolling_std(ROLLING_SESSIONS).to_numpy()
    flat = ~(deviation > DEVIATION_MIN)
    ratios: NDArray[np.float64] = mean / np.where(flat, np.nan, deviation) * np.sqrt(SESSIONS_A_YEAR)
    return ratios


def scaled_benchmark(equity: pl.DataFrame, opening_cash: float, benchmark: pl.DataFrame) -> NDArray[np.float64]:
    """Return what the opening cash would be worth in the benchmark after each slice, NaN before its first price."""
    prices = equity.select("ended_at").join_asof(benchmark.select("ended_at", "close"), on="ended_at")["close"]
    known = prices.drop_nulls()
    if not len(known):
        return np.full(len(equity), np.nan)
    worth: NDArray[np.float64] = (prices / known[0] * opening_cash).to_numpy()
    return worth
