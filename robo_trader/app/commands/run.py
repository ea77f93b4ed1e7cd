"""`robo-trader run`."""

import asyncio
import gc
import os
import sys

from robo_trader.app.console import print_json, print_summary
from robo_trader.app.logs import configure_logs
from robo_trader.app.risk_policy import PolicyWatch, read_actor
from robo_trader.app.running import run_session
from robo_trader.app.settings import Settings
from robo_trader.app.supervision.heart import Upbringing, own_arguments


def run_command(
    settings: Settings, *, exit_when_done: bool, approved_by: str | None, as_json: bool, beats_to: int | None
) -> None:
    """Trade, then print how the session stands. approved_by: who answers for what the risk policy loosens.

    beats_to: descriptor of the supervisor's pipe, None where nobody keeps the engine.
    """
    gc.freeze()  # what is loaded by now stays: nobody stops trading to look for garbage in it
    configure_logs(settings.monitoring.log_level, settings.monitoring.log_format)
    policy = PolicyWatch(settings, approved_by=read_actor(approved_by))
    upbringing = Upbringing(beats_to, own_arguments(sys.argv))
    if settings.execution.broker == "ibkr":
        from robo_trader.app.live_running import run_live_session

        summary = asyncio.run(run_live_session(settings, environment=os.environ, policy=policy, upbringing=upbringing))
    else:
        session = run_session(
            settings, environment=os.environ, exit_when_done=exit_when_done, policy=policy, upbringing=upbringing
        )
        summary = asyncio.run(session)
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)
