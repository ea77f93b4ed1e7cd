"""Run the benchmarks and print a table, or JSON with --json."""

import argparse
import json
from collections.abc import Callable

from benchmarks.cold_start import measure_cold_start
from benchmarks.compiled_backtest import measure_compiled_backtest
from benchmarks.decision_path import measure_decision_path
from benchmarks.event_backtest import measure_event_backtest
from benchmarks.history import measure_history
from benchmarks.indicators import measure_indicators
from benchmarks.measuring import Figure
from benchmarks.order_path import measure_order_path
from benchmarks.recovery import measure_recovery
from benchmarks.startup import measure_startup
from benchmarks.sweep import measure_sweep
from benchmarks.tick_path import measure_tick_path
from benchmarks.trading_path import measure_trading_path

BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "startup": measure_startup,
    "trading_path": measure_trading_path,
    "decision_path": measure_decision_path,
    "order_path": measure_order_path,
    "compiled_backtest": measure_compiled_backtest,
    "sweep": measure_sweep,
    "indicators": measure_indicators,
    "event_backtest": measure_event_backtest,
    "cold_start": measure_cold_start,
    "history": measure_history,
    "tick_path": measure_tick_path,
    "recovery": measure_recovery,
}


def main() -> None:
    """Measure what is named, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    figures = [figure for name in chosen.names or BENCHMARKS for figure in BENCHMARKS[name]()]
    if chosen.json:
        print(json.dumps([figure.as_dict() for figure in figures], indent=2))
        return
    for figure in figures:
        print(figure)


if __name__ == "__main__":
    main()
