"""`robo-trader backtest`."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import polars as pl

from robo_trader.app.backtest_window import Window
from robo_trader.app.backtesting import Backtest, backtest
from robo_trader.app.console import print_json, print_pairs, print_progress, print_rows, print_summary
from robo_trader.app.corporate_actions import chosen_actions
from robo_trader.app.playing import ENGINES
from robo_trader.app.quote_backtesting import RecordFiles
from robo_trader.app.settings import Settings
from robo_trader.app.settings.fields import split_references
from robo_trader.app.strategy_ranking import round_trip_figures
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.research.backtest.result import Result
from robo_trader.research.backtest.statistics import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestedStrategy:
    """What one of several strategies has made, in dollars, and how its round trips ended."""

    strategy: str
    net_profit: float
    realised: float  # before commission
    unrealised: float
    commission: float
    slippage: float  # contained in realised and unrealised
    trades: Figure  # closed round trips
    open_trades: Figure
    win_rate: Figure
    profit_factor: Figure
    average_win: Figure
    average_loss: Figure


def backtest_command(  # noqa: PLR0913 - each is one option
    settings: Settings,
    *,
    engine: str,
    window: Window,
    records: RecordFiles,
    report: Path | None,
    is_checked: bool,
    as_json: bool,
) -> None:
    """Run a backtest; print how it ended and which feed served what; write the tear sheet if one is wanted."""
    if engine not in ENGINES:
        raise InvalidConfig(f"There is no engine {engine!r}", next_step=f"Use one of {', '.join(ENGINES)}.")
    if report is not None and not report.parent.is_dir():
        raise InvalidConfig(f"{report.parent} is no folder", next_step="Make it first, or name another file.")
    done = asyncio.run(
        backtest(
            settings,
            environment=os.environ,
            engine=engine,
            window=window,
            actions=chosen_actions(settings),
            records=records,
            announce=print_progress,
            is_checked=is_checked,
        )
    )
    if report is not None:
        _write_report(done, settings, report)
    strategies = list(_by_strategy(done.result)) if len(split_references(settings.strategy.name)) > 1 else []
    if as_json:
        parts = {"by_strategy": [asdict(row) for row in strategies]} if strategies else {}
        print_json({**done.summary, "statistics": done.result.statistics.as_dict(), **parts, "feeds": done.feeds})
        return
    print_pairs("Feeds", dict(done.feeds))
    print_summary(done.summary)
    if strategies:
        columns = [field.name for field in fields(BacktestedStrategy)]
        print_rows("Strategies by pnl", strategies, columns=columns, as_json=False)
    if report is not None:
        print_pairs("Report", {"tear sheet": str(report)})


def _by_strategy(result: Result) -> Iterator[BacktestedStrategy]:
    """Yield the strategies that traded, the most profitable first."""
    for row in result.by_strategy.iter_rows(named=True):
        yield BacktestedStrategy(
            strategy=row["strategy"],
            net_profit=row["net_profit"],
            realised=row["realised"],
            unrealised=row["unrealised"],
            commission=row["commission"],
            slippage=row["slippage"],
            **round_trip_figures(result.trades.filter(pl.col("strategy") == row["strategy"])),
        )


def _write_report(done: Backtest, settings: Settings, report: Path) -> None:
    from robo_trader.research.reports.tear_sheet import write_tear_sheet

    symbols = ", ".join(map(str, settings.data.symbols))
    strategies = " and ".join(label or reference for label, reference in split_references(settings.strategy.name))
    write_tear_sheet(done.result, report, f"{strategies} on {symbols}")
