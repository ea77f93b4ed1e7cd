"""`robo-trader run`."""

import asyncio
import os

from robo_trader.app.console import print_json, print_summary
from robo_trader.app.logs import configure_logs
from robo_trader.app.running import run_session
from robo_trader.app.settings import Settings


def run_command(settings: Settings, *, exit_when_done: bool, as_json: bool) -> None:
    """Trade, then print how the session stands."""
    configure_logs(settings.monitoring.log_level, settings.monitoring.log_format)
    summary = asyncio.run(run_session(settings, environment=os.environ, exit_when_done=exit_when_done))
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)
