"""`robo-trader backtest`."""

import asyncio
import os
from pathlib import Path

from robo_trader.app.backtest_window import Window
from robo_trader.app.backtesting import Backtest, backtest
from robo_trader.app.console import print_json, print_pairs, print_progress, print_summary
from robo_trader.app.corporate_actions import chosen_actions
from robo_trader.app.playing import ENGINES
from robo_trader.app.quote_backtesting import RecordFiles
from robo_trader.app.settings import Settings
from robo_trader.app.settings.fields import split_references
from robo_trader.core.domain.errors import InvalidConfig


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
    if as_json:
        print_json({**done.summary, "statistics": done.result.statistics.as_dict(), "feeds": done.feeds})
        return
    print_pairs("Feeds", dict(done.feeds))
    print_summary(done.summary)
    if report is not None:
        print_pairs("Report", {"tear sheet": str(report)})


def _write_report(done: Backtest, settings: Settings, report: Path) -> None:
    from robo_trader.research.reports.tear_sheet import write_tear_sheet

    symbols = ", ".join(map(str, settings.data.symbols))
    strategies = " and ".join(label or reference for label, reference in split_references(settings.strategy.name))
    write_tear_sheet(done.result, report, f"{strategies} on {symbols}")
