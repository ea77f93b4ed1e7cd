"""`robo-trader watchdog`."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget
from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.live_plan import target_of
from robo_trader.app.logs import configure_logs
from robo_trader.app.places import chosen_session
from robo_trader.app.settings import Settings
from robo_trader.app.supervision.watchdog import Watchdog
from robo_trader.core.domain.errors import InvalidConfig


def watch_session(settings: Settings, database: Path | None) -> ExitCode:
    """Watch until stopped or alarmed; return the exit code. Raises NoSession, InvalidConfig."""
    configure_logs(settings.monitoring.log_level, settings.monitoring.log_format)
    path = database or settings.storage.database or chosen_session(None, os.environ)
    return asyncio.run(_watch(path, settings, _target(settings)))


async def _watch(database: Path, settings: Settings, target: GatewayTarget | None) -> ExitCode:
    return await Watchdog(database, settings, target).run()


def _target(settings: Settings) -> GatewayTarget | None:
    """Return where orders are canceled, under the watchdog's own number."""
    if settings.watchdog.action != "cancel":
        return None
    if settings.execution.broker != "ibkr":
        raise InvalidConfig(
            "watchdog.action = 'cancel' cancels orders at Interactive Brokers, and execution.broker is another",
            next_step="Choose alarm or restart, or set execution.broker and [ibkr] as the run has them.",
        )
    return replace(target_of(settings), client_id=settings.watchdog.client_id)
