"""A supervised run, as a user starts it, whose engine a test may find, stop and kill."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from robo_trader.app.supervision.beats import Phase
from robo_trader.app.supervision.vitals import Vitals, read_vitals
from tests.gateway_running import ACCOUNT
from tests.running import command, environment

PATIENCE_SECONDS = 60.0
QUICK = {"ROBO_SUPERVISION__FREEZE_SECONDS": "2", "ROBO_SUPERVISION__RESTART_SECONDS": "0.1"}
PAPER = ("--feed", "sample", "--symbols", "AAPL,IBM", "--speed", "20", "--no-web")


def through(port: int) -> tuple[str, ...]:
    """Options of a run through the pretend gateway at a port of this machine."""
    return (
        "--broker", "ibkr", "--gateway", f"127.0.0.1:{port}", "--account", ACCOUNT, "--symbols", "AAPL",
        "--bar-size", "1 hour", "--param", "fast=1", "--param", "slow=2", "--no-web",
    )  # fmt: skip


@dataclass(slots=True)
class SupervisedRun:
    """A supervisor, its engine's session, and what both say."""

    process: subprocess.Popen[str]
    database: Path
    log: Path

    def vitals(self) -> Vitals:
        found = read_vitals(self.database)
        assert found is not None, self.told()
        return found

    def engine(self) -> int:
        """Return the process id of the engine that trades now."""
        self.until(self.trades, "it never traded")
        return self.vitals().pid

    def trades(self) -> bool:
        found = read_vitals(self.database)
        return found is not None and found.phase is Phase.TRADING and is_alive(found.pid)

    def is_another(self, before: int) -> bool:
        """Whether another engine than `before` trades."""
        return self.trades() and self.vitals().pid != before

    def until(self, is_so: Callable[[], object], why: str) -> None:
        patience = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < patience, f"{why}\n{self.told()}"
            time.sleep(0.02)

    def said(self, words: str) -> bool:
        return words in self.told()

    def told(self) -> str:
        return self.log.read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask for the end, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def supervised(
    folder: Path, *arguments: str, options: tuple[str, ...] = PAPER, variables: Mapping[str, str] = QUICK
) -> Iterator[SupervisedRun]:
    """Start a run in a folder; whatever is left of it after the block is killed, the engine included."""
    database, log = folder / "session.db", folder / "log"
    with log.open("a") as words:
        process = subprocess.Popen(
            command("run", "--database", str(database), *options, *arguments), cwd=folder, stderr=words,
            stdout=subprocess.PIPE, text=True, env=environment(**{**QUICK, **variables}),
        )  # fmt: skip
    try:
        yield SupervisedRun(process, database, log)
    finally:
        process.kill()
        process.communicate()
        found = read_vitals(database)
        for pid in () if found is None else (found.supervisor_pid, found.pid):  # he would start another
            if pid is not None and is_alive(pid):
                end(pid)


def end(pid: int) -> None:
    """Kill a process that is no child of ours, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    patience = time.monotonic() + PATIENCE_SECONDS
    while is_alive(pid) and time.monotonic() < patience:
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
