"""A compiled backtest of W1 as a process of its own: `python -m benchmarks.whole_run FOLDER [--memory]`.

Reads the prices from FOLDER/NAME.npy, plays them, makes the result with its frames and statistics, and prints JSON.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.workloads import (
    W1,
    Prices,
    Workload,
    columns_of,
    engine_settings,
    generate_prices,
    sessions_of,
    venue_settings,
)
from robo_trader.research.backtest.bar_table import build_table
from robo_trader.research.backtest.compiled_result import result_of
from robo_trader.research.backtest.compiled_run import Played, play_compiled
from robo_trader.research.compiled.compiler import Compiler

_PRICES = ("open", "high", "low", "close", "volume")


def save_prices(folder: Path) -> None:
    """Write the prices of W1."""
    prices = generate_prices(W1)
    for name in _PRICES:
        np.save(folder / f"{name}.npy", getattr(prices, name))


def main() -> None:
    """Play W1 once; with --memory, say how much the run added to a program that has everything loaded and compiled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--memory", action="store_true", help="play a small table first, and measure what W1 adds")
    chosen = parser.parse_args()
    before = _peak_bytes(chosen.memory)
    prices = Prices(*(np.load(chosen.folder / f"{name}.npy") for name in _PRICES))
    played = _play(W1, prices)
    account = {"fills": len(played.fills), "equity": float(played.equity[-1])}
    if chosen.memory:
        market = played.table.market
        print(json.dumps({
            **account, "added_bytes": _peak_bytes(small_first=False) - before,
            "array_bytes": sum(column.nbytes for column in (*market[:5], market.started_at, market.ended_at)),
        }))  # fmt: skip
        return
    result = result_of(played, strategies=["sma_crossover"], opening_cash=W1.cash, bar_size="1min")
    print(json.dumps({**account, "statistics": len(result.statistics.as_dict())}))


def _play(workload: Workload, prices: Prices) -> Played:
    table = build_table(columns_of(workload, prices), sessions_of(workload))
    settings = engine_settings(workload)
    return play_compiled(table, settings, venue_settings(), cash=workload.cash, compiler=Compiler())


def _peak_bytes(small_first: bool) -> int:  # noqa: FBT001 - see `main`
    """Return the most memory this program has had resident so far.

    Read from Linux's /proc: what `getrusage` says includes the process that started this one.
    """
    if small_first:
        small = Workload("small", 1, 10_000, W1.cash)
        _play(small, generate_prices(small))
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    main()
