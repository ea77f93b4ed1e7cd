"""The supervisor: starts the engine, listens to its beats, ends it in order, and starts it again where that helps.

It does not ask for settings: the engine reads them, and says in its greeting how it wants to be dealt with. What a
user sees and hears is the engine's, which has the same standard output and error.
"""

import contextlib
import os
import random
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from robo_trader.app.supervision.beats import Beat, Greeting, LineReader, Phase, Told
from robo_trader.app.supervision.dead_man import DeadManPing
from robo_trader.app.supervision.restarts import EngineEnd, Restarts, is_final, must_halt
from robo_trader.app.supervision.systemd import ServiceManager

LOOK_SECONDS = 0.25
ABSENT_SECONDS = 2.0  # between two looks: then it was the supervisor that stood still
START_SECONDS = 300.0  # for an engine that has not greeted yet
STOP_MARGIN_SECONDS = 20.0  # beyond what the engine waits for the broker: connections and processes of its own end
KILLING_STOP = 2  # after so many signals the next one kills
GAVE_UP = 14  # as ExitCode.GAVE_UP; a test compares them
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def can_supervise() -> bool:
    """Return whether this system has what a supervisor needs: pipes that a child inherits by number."""
    return os.name == "posix"


def supervise(arguments: Sequence[str]) -> int:
    """Keep an engine running until it ends for good; return the exit code. arguments: of the command `run`."""
    return _Supervisor(tuple(arguments)).run()


class _Supervisor:
    def __init__(self, arguments: tuple[str, ...]) -> None:
        self._arguments = arguments
        self._greeting: Greeting | None = None
        self._stops_asked = 0  # signals that arrived; the handler does no more than count them
        self._stops = 0  # of those that were passed on
        self._stop_by = float("inf")
        self._looked_at = time.monotonic()
        self._has_traded = False
        self._environment = dict(os.environ)
        self._service = ServiceManager(self._environment)
        self._told_service_at = float("-inf")
        self._ping: DeadManPing | None = None
        self._engine: _EngineProcess | None = None
        self._selector = selectors.DefaultSelector()

    def run(self) -> int:
        """Keep an engine running; return the exit code."""
        woken, waker = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        self._selector.register(woken, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, _wake)
        for number in STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup wants none of SIGHUP
                signal.signal(number, self._note_stop)
        restarts = Restarts(random.random)
        while True:
            end = self._run_once(woken)
            if self._stops or is_final(end):
                return _exit_code(end)
            self._tell_failure()
            delay = restarts.delay(self._greeting, now=time.monotonic())
            if must_halt(end):
                self._leave_halt(end)
            if delay is None:
                self._log("error", "the engine died too often and is not started again", last_end=end.words)
                return GAVE_UP
            self._log("error", "the engine died", how=end.words, restart_in_seconds=round(delay, 1))
            if self._rest(woken, until=time.monotonic() + delay):
                return 0

    # ---- one engine ----

    def _run_once(self, woken: int) -> EngineEnd:
        """Run an engine to its end."""
        self._engine = engine = _EngineProcess(self._arguments, self._environment)
        self._selector.register(engine.pipe, selectors.EVENT_READ)
        self._looked_at = time.monotonic()
        frozen = 0.0
        try:
            while not engine.is_over:
                self._wait(woken)
                self._listen(engine)
                if not frozen and (frozen := engine.silent_seconds(self._patience(engine))):
                    engine.kill()
                if time.monotonic() > self._stop_by:
                    self._log("error", "the engine does not stop, and is killed")
                    engine.kill()
                self._tell_well(engine)
        finally:
            self._listen(engine)
            if not engine.has_hung_up:
                self._selector.unregister(engine.pipe)
            self._engine = None
            engine.close()
        return EngineEnd(
            code=engine.wait(), frozen_seconds=frozen, has_traded=self._has_traded, trading_state=engine.trading_state
        )

    def _wait(self, woken: int) -> None:
        """Wait for a beat, a signal or the next look; an absence of our own is not held against the engine."""
        for key, _ in self._selector.select(LOOK_SECONDS):
            if key.fd == woken:
                os.read(woken, 512)
        now = time.monotonic()
        if now - self._looked_at > LOOK_SECONDS + ABSENT_SECONDS and self._engine is not None:
            self._engine.forgive()
        self._looked_at = now
        while self._stops < self._stops_asked:
            self._pass_stop_on()
        self._tell_service()

    def _listen(self, engine: "_EngineProcess") -> None:
        for told in engine.listen():
            if isinstance(told, Greeting):
                self._greet(told)
            elif told.phase is Phase.TRADING and not self._has_traded:
                self._has_traded = True
                self._service.tell("READY=1", f"STATUS=trading, {told.trading_state}")
        if engine.has_hung_up and engine.pipe in self._selector.get_map():
            self._selector.unregister(engine.pipe)

    def _greet(self, greeting: Greeting) -> None:
        self._greeting = greeting
        if greeting.ping_url is not None and self._ping is None:
            self._ping = DeadManPing(
                greeting.ping_url, greeting.ping_seconds,
                lambda words: self._log("warning", "the dead-man ping fails", reason=words),
            )  # fmt: skip

    def _patience(self, engine: "_EngineProcess") -> float:
        """Return how long the engine may be silent now, in seconds."""
        if self._greeting is None:
            return START_SECONDS
        if self._stops or engine.phase in {Phase.STOPPING, Phase.ENDED}:
            return self._greeting.stop_seconds + STOP_MARGIN_SECONDS
        return self._greeting.freeze_seconds if engine.phase is Phase.TRADING else self._greeting.start_seconds

    # ---- stopping ----

    def _note_stop(self, _number: int, _frame: object) -> None:
        self._stops_asked += 1

    def _pass_stop_on(self) -> None:
        """Ask the engine to stop: in order; at the second signal at once; at the third it is killed."""
        self._stops += 1
        if self._stops == 1:
            self._service.tell("STOPPING=1")
            seconds = self._greeting.stop_seconds if self._greeting else 0.0
            self._stop_by = time.monotonic() + seconds + STOP_MARGIN_SECONDS
        if self._engine is not None:
            self._engine.send(signal.SIGTERM if self._stops <= KILLING_STOP else signal.SIGKILL)

    def _rest(self, woken: int, *, until: float) -> bool:
        """Wait for the next start; return whether it was asked to stop meanwhile."""
        while not self._stops and time.monotonic() < until:
            self._wait(woken)
        return bool(self._stops)

    # ---- telling ----

    def _leave_halt(self, end: EngineEnd) -> None:
        if self._greeting is None:
            return  # it never came so far as to trade
        from robo_trader.app.supervision.halt_orders import HaltOrder, leave_halt_order
        from robo_trader.core.domain.errors import JournalUnwritable

        with contextlib.suppress(JournalUnwritable):  # the next engine cannot write either, and says so
            leave_halt_order(Path(self._greeting.database), HaltOrder(actor="supervisor", reason=end.words))

    def _tell_well(self, engine: "_EngineProcess") -> None:
        is_sound = engine.phase is Phase.TRADING and engine.trading_state is not None and not self._stops
        if self._ping is not None and is_sound and engine.is_fresh(self._patience(engine)):
            self._ping.tell_sound(time.monotonic())

    def _tell_failure(self) -> None:
        if self._ping is not None:
            self._ping.tell_failure()

    def _tell_service(self) -> None:
        """Tell systemd that this loop turns, twice as often as it wants to hear it."""
        now, patience = time.monotonic(), self._service.watchdog_seconds
        if patience and now - self._told_service_at >= patience / 2 - LOOK_SECONDS:
            self._told_service_at = now
            self._service.tell("WATCHDOG=1")

    def _log(self, level: str, event: str, **fields: Any) -> None:  # noqa: ANN401 - as structlog takes them
        import structlog

        from robo_trader.app.logs import configure_logs

        greeting = self._greeting
        configure_logs(greeting.log_level if greeting else "info", greeting.log_format if greeting else "console")
        structlog.get_logger().log({"warning": 30, "error": 40}[level], event, **fields)


class _EngineProcess:
    """One engine: a child in a session of its own, so that Ctrl-C in a terminal reaches us alone."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self.pipe, theirs = os.pipe()
        os.set_blocking(self.pipe, False)
        command, *rest = arguments
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-m", "robo_trader", command, "--beats-to", str(theirs), *rest],
                pass_fds=(theirs,), env=environment, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(theirs)
        self._reader = LineReader()
        self._heard_at = time.monotonic()
        self.has_hung_up = False
        self.phase = Phase.STARTING
        self.trading_state: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def listen(self) -> list[Told]:
        """Return what it has told since; empty if nothing."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self.pipe, 65_536):
                data += part
            self.has_hung_up = True
        told = self._reader.feed(data)
        if told:
            self._heard_at = time.monotonic()
        for one in told:
            if isinstance(one, Beat):
                self.phase, self.trading_state = one.phase, one.trading_state
        return told

    def forgive(self) -> None:
        """Count its silence from now."""
        self._heard_at = time.monotonic()

    def is_fresh(self, patience: float) -> bool:
        """Whether it was heard of within so many seconds."""
        return time.monotonic() - self._heard_at <= patience

    def silent_seconds(self, patience: float) -> float:
        """Return for how long it has been silent if that is longer than it may be; else 0."""
        return 0.0 if self.is_fresh(patience) else time.monotonic() - self._heard_at

    def send(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once. It may stand still: only this reaches it then."""
        self._process.kill()

    def wait(self) -> int:
        """Return its exit code, below 0 the signal that ended it."""
        return self._process.wait()

    def close(self) -> None:
        """Let go of the pipe: whoever is still there stops in order."""
        os.close(self.pipe)


def _exit_code(end: EngineEnd) -> int:
    """Return what the program ends with. That an engine which had hardly begun died of being stopped is no error."""
    if end.code >= 0:
        return end.code
    return 0 if end.code == -signal.SIGTERM else 128 - end.code


def _wake(_number: int, _frame: object) -> None:
    """Do nothing: that a child has ended only has to end the waiting."""
