"""`robo-trader backtest`."""

import asyncio
import os

from robo_trader.app.backtesting import backtest_event_driven
from robo_trader.app.console import print_json, print_pairs, print_summary
from robo_trader.app.settings import Settings


def backtest_command(settings: Settings, *, as_json: bool) -> None:
    """Run a backtest, and print how it ended and which feed served what."""
    done = asyncio.run(backtest_event_driven(settings, environment=os.environ))
    if as_json:
        print_json({**done.summary, "feeds": done.feeds})
        return
    print_pairs("Feeds", dict(done.feeds))
    print_summary(done.summary)
