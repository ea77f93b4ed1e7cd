"""The compiled backtest of one symbol and of many in one account: W1, W2, W2b."""

from collections.abc import Callable

from benchmarks.measuring import Figure, rate
from benchmarks.peers import backtest_peers
from benchmarks.workloads import (
    W1,
    W2,
    W2B,
    Workload,
    columns_of,
    engine_settings,
    generate_prices,
    sessions_of,
    venue_settings,
)
from robo_trader.research.backtest.bar_table import BarTable, build_table
from robo_trader.research.backtest.compiled_run import Played, play_compiled
from robo_trader.research.compiled.compiler import Compiler

RUNS = 7
UNIT = "bars/cpu s"
PROMISES = {W1: 50e6, W2: 40e6, W2B: 40e6}


def measure_compiled_backtest() -> list[Figure]:
    """Return bars a second of CPU time, ours and those of whichever peers are installed."""
    return [figure for workload in PROMISES for figure in _measure(workload)]


def play(workload: Workload, table: BarTable) -> Played:
    """Play a workload's table: features, views and account."""
    settings = engine_settings(workload)
    return play_compiled(table, settings, venue_settings(), cash=workload.cash, compiler=COMPILER)


COMPILER = Compiler()


def _measure(workload: Workload) -> list[Figure]:
    prices = generate_prices(workload)
    columns, sessions = columns_of(workload, prices), sessions_of(workload)
    table = build_table(columns, sessions)
    peers = {
        name: _speed(workload, f"{workload.name} {name}", run, runs=3)
        for name, run in backtest_peers(workload, prices).items()
    }
    run = _speed(workload, f"{workload.name} compiled: features, views, account", lambda: play(workload, table))
    whole = _speed(
        workload,
        f"{workload.name} compiled, making the table included",
        lambda: play(workload, build_table(columns, sessions)),
    )
    return [
        *peers.values(),
        Figure(
            run.name, UNIT, run.values, promise=PROMISES[workload], baseline=peers.get("vectorbt"), more_is_better=True
        ),
        whole,
    ]


def _speed(workload: Workload, name: str, run: Callable[[], object], *, runs: int = RUNS) -> Figure:
    return Figure(name, UNIT, rate(run, workload.all_bars, runs=runs), more_is_better=True)
