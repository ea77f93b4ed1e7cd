"""`robo-trader run`."""

import asyncio
import gc
import os

from robo_trader.app.console import print_json, print_summary
from robo_trader.app.logs import configure_logs
from robo_trader.app.risk_policy import PolicyWatch, read_actor
from robo_trader.app.running import run_session
from robo_trader.app.settings import Settings


def run_command(settings: Settings, *, exit_when_done: bool, approved_by: str | None, as_json: bool) -> None:
    """Trade, then print how the session stands. approved_by: who answers for what the risk policy loosens."""
    gc.freeze()  # what is loaded by now stays: nobody stops trading to look for garbage in it
    configure_logs(settings.monitoring.log_level, settings.monitoring.log_format)
    policy = PolicyWatch(settings, approved_by=read_actor(approved_by))
    if settings.execution.broker == "ibkr":
        from robo_trader.app.live_running import run_live_session

        summary = asyncio.run(run_live_session(settings, environment=os.environ, policy=policy))
    else:
        session = run_session(settings, environment=os.environ, exit_when_done=exit_when_done, policy=policy)
        summary = asyncio.run(session)
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)
