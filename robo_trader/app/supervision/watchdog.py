"""The watchdog: a process outside of supervisor and engine that notices when the engine gives no sign of life.

It touches nothing while the engine is sound. What it does otherwise is the user's choice: tell; tell and cancel every
open order; or end the engine and see to it that another one comes, halted. Where the supervisor lives, that is his
work, and the watchdog only starts a run where nobody did. Two engines cannot come of it: the second finds the lock.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from functools import partial
from pathlib import Path

import structlog

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget
from robo_trader.adapters.storage.writer_lock import is_held
from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.settings import Settings
from robo_trader.app.stopping import StopRequest
from robo_trader.app.supervision.dead_man import DeadManPing
from robo_trader.app.supervision.halt_orders import HaltOrder, leave_halt_order
from robo_trader.app.supervision.vital_signs import Condition, Finding, VitalSigns
from robo_trader.app.supervision.vitals import Vitals, read_vitals
from robo_trader.core.domain.errors import BrokerError, JournalUnwritable

LOOK_SECONDS = 0.5
SUPERVISOR_SECONDS = 90.0  # a supervisor that lives starts another engine within it, or never
CANCEL_SECONDS = 10.0  # until orders that are canceled must be gone

log = structlog.get_logger()


class Watchdog:
    """Watches one session."""

    def __init__(self, database: Path, settings: Settings, target: GatewayTarget | None) -> None:
        """target: where orders are canceled; None where that is not wanted."""
        self._database = database
        self._settings = settings
        self._target = target
        self._signs = VitalSigns(settings.watchdog.stale_seconds, LOOK_SECONDS)
        self._restarts: deque[float] = deque()
        self._left_to_supervisor_at: float | None = None
        self._started: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0

    async def run(self) -> ExitCode:
        """Watch until stopped, or until there is an alarm that ends the watch."""
        stop = StopRequest().asked
        log.info("watching", database=str(self._database), action=self._settings.watchdog.action)
        while not stop.is_set():
            vitals = read_vitals(self._database)
            found = self._signs.look(vitals, is_locked=partial(is_held, self._database), now=time.monotonic())
            if found.condition in {Condition.FROZEN, Condition.DEAD}:
                assert vitals is not None, found
                if not await self._act(found, vitals):
                    return ExitCode.ENGINE_LOST
            if self._started is not None:
                self._started.poll()  # it is our child, and must not stay behind when it ends
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        return ExitCode.OK

    async def _act(self, found: Finding, vitals: Vitals) -> bool:
        """Do what the settings say; return whether to go on watching."""
        words = f"the engine is {found.condition.value.lower()}: no sign of life for {found.silent:.1f} seconds"
        log.error(words, pid=vitals.pid, host=vitals.host, phase=vitals.phase.value, state=vitals.trading_state)
        telling = self._tell_failure()
        action = self._settings.watchdog.action
        goes_on = False
        if action != "alarm":
            self._leave_halt(words)
        if action == "cancel":
            await self._cancel()
        elif action == "restart":
            goes_on = self._bring_back(found, vitals)
        if telling is not None and not goes_on:
            await asyncio.to_thread(telling.wait)
        return goes_on

    def _tell_failure(self) -> DeadManPing | None:
        url = self._settings.monitoring.ping_url
        if url is None:
            return None
        ping = DeadManPing(url, 0, lambda reason: log.warning("the dead-man ping fails", reason=reason))
        ping.tell_failure()
        return ping

    def _leave_halt(self, words: str) -> None:
        try:
            leave_halt_order(self._database, HaltOrder(actor="watchdog", reason=words))
        except JournalUnwritable as error:
            log.error("the engine may come back without a halt", reason=str(error))  # noqa: TRY400 - it says why

    async def _cancel(self) -> None:
        assert self._target is not None, "the command demands a target for this action"
        from robo_trader.adapters.brokers.interactive_brokers.global_cancel import cancel_everything

        try:
            done = await cancel_everything(self._target, seconds=CANCEL_SECONDS)
        except BrokerError as error:
            log.error("orders may be open", reason=str(error), next_step=error.next_step)  # noqa: TRY400 - as above
            return
        if done.left:
            log.error("orders are open still", before=done.before, left=done.left)
        else:
            log.warning("no order is open any more", before=done.before)

    def _bring_back(self, found: Finding, vitals: Vitals) -> bool:
        """End the engine if it is there, and start another if nobody does; return False once that did not help."""
        now = time.monotonic()
        self._signs.forgive(now)
        if found.condition is Condition.DEAD and (self._is_under_way(now) or self._is_left_to_supervisor(vitals, now)):
            return True
        if read_vitals(self._database) != vitals:  # it lives after all
            return True
        supervision = self._settings.supervision
        self._restarts.append(now)
        while self._restarts[0] <= now - supervision.window_seconds:
            self._restarts.popleft()
        if len(self._restarts) > supervision.deaths_max:
            log.error("the engine was lost too often, and is not brought back")
            return False
        if vitals.host != socket.gethostname():
            log.error("the engine is on another machine, and cannot be brought back from here", host=vitals.host)
            return False
        if found.condition is Condition.FROZEN:
            log.warning("the engine is killed, so that its supervisor starts another", pid=vitals.pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(vitals.pid, signal.SIGKILL)
        else:
            log.warning("nobody starts the engine again: the watchdog does", arguments=" ".join(vitals.arguments))
            self._start(vitals)
        return True

    def _is_under_way(self, now: float) -> bool:
        """Whether a run that the watchdog has started may still be coming to life."""
        if self._started is None or self._started.poll() is not None:
            return False
        return now - self._started_at < self._settings.supervision.start_seconds

    def _is_left_to_supervisor(self, vitals: Vitals, now: float) -> bool:
        """Whether there is a supervisor who may be about to start another engine."""
        if not _is_there(vitals.supervisor_pid):
            self._left_to_supervisor_at = None
            return False
        if self._left_to_supervisor_at is None:
            self._left_to_supervisor_at = now
        return now - self._left_to_supervisor_at < SUPERVISOR_SECONDS

    def _start(self, vitals: Vitals) -> None:
        self._started_at = time.monotonic()
        self._started = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", "robo_trader", *vitals.arguments], cwd=vitals.directory,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip


def _is_there(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
