"""The engine's heart: beats while the loop turns, to the supervisor and into a file, and stops the engine when alone.

A beat is a task of the very loop that trades: a rule without an end, or a process that stands still, ends the beats
without anybody's doing. Nothing here waits: a pipe that is full takes no beat; a disk that refuses one is told once.
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from robo_trader.app.settings import Settings
from robo_trader.app.supervision.beats import Beat, Greeting, Phase, Told, encode_line
from robo_trader.app.supervision.vitals import Vitals, write_vitals
from robo_trader.core.engine.engine import Engine

BEAT_SECONDS_MAX = 1.0
BEATS_A_FREEZE = 5  # so many fit into the silence that counts as frozen

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Upbringing:
    """How the engine was started. pipe: the supervisor's, to be beaten into; None where nobody keeps the engine."""

    pipe: int | None = None
    arguments: tuple[str, ...] = ()


ALONE = Upbringing()
PIPE_OPTION = "--beats-to"


def own_arguments(command: Sequence[str]) -> tuple[str, ...]:
    """Return what a user gave to the command, without what the supervisor added. command: of this process."""
    given = list(command[1:])
    if PIPE_OPTION in given:
        place = given.index(PIPE_OPTION)
        del given[place : place + 2]
    return tuple(given)


class Heart:
    """Greets when it begins, and beats from entry to exit."""

    def __init__(
        self, database: Path, settings: Settings, stop: asyncio.Event, upbringing: Upbringing, *, enabled: bool = True
    ) -> None:
        """stop: set when the supervisor is gone, so that the engine ends in order: nobody would notice if it froze."""
        self._database = database
        self._settings = settings
        self._stop = stop
        self._pipe = upbringing.pipe
        self._upbringing = upbringing
        self._enabled = enabled
        self._engine: Engine | None = None
        self._epoch = 0
        self._beats = 0
        self._phase = Phase.STARTING
        self._turned_at: float | None = None
        self._is_complaining = False
        self._beating: asyncio.Task[None] | None = None
        self.seconds = min(BEAT_SECONDS_MAX, settings.supervision.freeze_seconds / BEATS_A_FREEZE)

    def begin(self, engine: Engine, epoch: int) -> None:
        """Greet the supervisor, and leave the first sign of life. Only who holds the writer's lock may do that.

        epoch: under which the engine writes its journal.
        """
        self._engine, self._epoch = engine, epoch
        if not self._enabled:
            return
        if self._pipe is not None:
            os.set_blocking(self._pipe, False)
            self._tell(_greeting(self._database, self._settings))
        self._beat()

    async def __aenter__(self) -> Self:
        """Beat from now on."""
        if self._enabled:
            self._beating = asyncio.create_task(self._keep_beating())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say that it is over, if it ends in order."""
        if self._beating is None:
            return
        self._beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._beating
        if error is None:
            self.enter(Phase.ENDED)
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def enter(self, phase: Phase) -> None:
        """Tell what it is about from now on."""
        is_news = phase is not self._phase
        self._phase = phase
        if self._enabled and is_news:
            self._beat()

    def turn(self) -> None:
        """Note that the trading loop has turned. Once it did, the heart beats only while it goes on turning."""
        self._turned_at = time.monotonic()

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(self.seconds)
            if not self._is_stuck():
                self._beat()

    def _is_stuck(self) -> bool:
        """Whether the trading loop waits for something that does not come, though other tasks get their turn."""
        if self._phase is not Phase.TRADING or self._turned_at is None:
            return False
        return time.monotonic() - self._turned_at > self._settings.supervision.freeze_seconds

    def _beat(self) -> None:
        self._beats += 1
        state = None if self._engine is None else self._engine.account.trading_state.value
        self._tell(Beat(phase=self._phase, trading_state=state))
        vitals = Vitals(
            host=socket.gethostname(), pid=os.getpid(), epoch=self._epoch, beats=self._beats, phase=self._phase,
            supervisor_pid=None if self._pipe is None else os.getppid(), trading_state=state, at=time.time_ns(),
            start_seconds=self._settings.supervision.start_seconds, arguments=self._upbringing.arguments,
            directory=str(Path.cwd()),
        )  # fmt: skip
        try:
            write_vitals(self._database, vitals)
        except OSError as error:
            if not self._is_complaining:
                log.warning("the sign of life cannot be written; a watchdog will miss it", reason=str(error))
            self._is_complaining = True
        else:
            self._is_complaining = False

    def _tell(self, told: Told) -> None:
        if self._pipe is None:
            return
        try:
            os.write(self._pipe, encode_line(told))
        except BlockingIOError:
            pass  # the supervisor stands still: it will read what was told before, and then hear new beats
        except OSError:
            log.warning("the supervisor is gone; the engine stops in order")
            os.close(self._pipe)
            self._pipe = None
            self._stop.set()


def _greeting(database: Path, settings: Settings) -> Greeting:
    supervision, monitoring = settings.supervision, settings.monitoring
    return Greeting(
        database=str(database.absolute()), log_level=monitoring.log_level, log_format=monitoring.log_format,
        freeze_seconds=supervision.freeze_seconds, start_seconds=supervision.start_seconds,
        stop_seconds=settings.shutdown.seconds, restart_seconds=supervision.restart_seconds,
        deaths_max=supervision.deaths_max, window_seconds=supervision.window_seconds,
        ping_url=monitoring.ping_url, ping_seconds=monitoring.ping_seconds,
    )  # fmt: skip
