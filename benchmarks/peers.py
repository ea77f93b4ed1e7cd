"""Other programs on the same bars, each only where it is installed; robo_trader needs none of them.

Both take ready-made entries and exits, do whole averages of their own, fill at the next open and slip by one basis
point. vectorbt charges one dollar an order, as ours does for 100 shares; raptorbt knows fractions only.
"""

import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.workloads import SHARES, SLIPPAGE_BPS, Prices, Workload

Run = Callable[[], object]
_SLIPPAGE = SLIPPAGE_BPS / 10_000


def backtest_peers(
    workload: Workload, prices: Prices, fast: int = 20, slows: tuple[int, ...] = (50,)
) -> dict[str, Run]:
    """Return by name what plays the workload; several `slows` are so many backtests side by side, one symbol only."""
    peers: dict[str, Run] = {}
    if (vectorbt := installed("vectorbt")) is not None:
        peers["vectorbt"] = lambda: run_vectorbt(vectorbt, workload, prices, fast, slows)
    raptorbt = installed("raptorbt")
    if raptorbt is not None and workload.symbols == 1:
        peers["raptorbt"] = lambda: [run_raptorbt(raptorbt, workload, prices, fast, slow) for slow in slows]
    return peers


def installed(name: str) -> Any:  # noqa: ANN401 - whatever module it is
    """Return a module, None if it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return import_module(name)
        except ImportError:
            return None


def run_vectorbt(vectorbt: Any, workload: Workload, prices: Prices, fast: int, slows: tuple[int, ...]) -> int:  # noqa: ANN401
    """Play through vectorbt; return how many orders it filled."""
    close, open_ = (np.ascontiguousarray(column.T) for column in (prices.close, prices.open))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quick = vectorbt.MA.run(close, fast).ma.to_numpy().reshape(close.shape)
        above = np.hstack([quick > vectorbt.MA.run(close, slow).ma.to_numpy().reshape(close.shape) for slow in slows])
        wanted = np.zeros_like(above)
        wanted[1:] = above[:-1]
        shared = {"cash_sharing": True, "group_by": True} if workload.symbols > 1 else {}
        portfolio = vectorbt.Portfolio.from_signals(
            np.broadcast_to(close, above.shape), wanted, ~wanted, price=np.broadcast_to(open_, above.shape),
            size=SHARES, size_type="amount", init_cash=workload.cash, fixed_fees=1.0, slippage=_SLIPPAGE, freq="1min",
            **shared,
        )  # fmt: skip
        return len(portfolio.orders.records)


def run_raptorbt(raptorbt: Any, workload: Workload, prices: Prices, fast: int, slow: int) -> int:  # noqa: ANN401
    """Play one symbol through raptorbt; return how many positions it closed."""
    close = prices.close[0]
    above = raptorbt.sma(close, fast) > raptorbt.sma(close, slow)
    entries, exits = np.zeros_like(above), np.zeros_like(above)
    entries[1:] = above[1:] & ~above[:-1]
    exits[1:] = ~above[1:] & above[:-1]
    config = raptorbt.BacktestConfig(
        initial_capital=workload.cash, fees=1e-4, slippage=_SLIPPAGE, fill_timing="next_bar_open"
    )
    result = raptorbt.run_single_backtest(
        np.arange(workload.bars, dtype=np.int64) * 60_000_000_000, prices.open[0], prices.high[0], prices.low[0],
        close, prices.volume[0], entries, exits, config=config,
    )  # fmt: skip
    return int(result.metrics.total_trades)
