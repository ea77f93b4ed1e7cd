"""What a person asks of a session reaches it while it runs, is obeyed, and stands in the journal.

The session replays the sample without end at a few bars a second; the commands are given beside it.
"""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import command, environment, rows, run, run_json

pytestmark = pytest.mark.process

PATIENCE_SECONDS = 120


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Path]:
    """The database of a session that runs."""
    yield from running(tmp_path / "s.db")


@pytest.fixture
def blocked_session(tmp_path: Path) -> Iterator[Path]:
    """The same, where no fill is near enough to where it was decided: each blocks its symbol (C32)."""
    yield from running(tmp_path / "s.db", ROBO_RISK__FILL_COLLAR_FRACTION="0.000001")


def running(database: Path, **variables: str) -> Iterator[Path]:
    arguments = ("run", "--database", str(database), "--feed", "sample", "--speed", "20", "--no-web")
    process = subprocess.Popen(
        command(*arguments), env=environment(**variables), stderr=subprocess.DEVNULL
    )  # fmt: skip
    await_(lambda: database.exists() and state(database) == "ACTIVE")
    yield database
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE_SECONDS) == 0


def await_(happens: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < patience, "it did not happen"
        time.sleep(0.1)


def state(database: Path) -> str:
    done = run("status", "--database", str(database), "--json")
    return str(json.loads(done.stdout)["trading_state"]) if done.returncode == 0 else ""


def instruct(database: Path, *arguments: str, typed: str = "") -> str:
    done = subprocess.run(
        command("instruct", *arguments, "--database", str(database), "--actor", "ann"), capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False, input=typed, env=environment(),
    )  # fmt: skip
    return done.stdout + done.stderr


def test_halt_and_resume(session: Path) -> None:
    told = instruct(session, "halt", "--reason", "a test")
    assert "HALT is left for the session, which is ACTIVE" in told
    await_(lambda: state(session) == "HALTED")
    assert "Aborted" in instruct(session, "resume", "--reason", "it was one", typed="no\n")
    assert state(session) == "HALTED"
    instruct(session, "resume", "--reason", "it was one", typed="RESUME\n")
    await_(lambda: state(session) == "ACTIVE")
    inbox = session.with_name(f"{session.name}.inbox")
    await_(lambda: not list(inbox.iterdir()))
    changes = [(row["after"], row["reason"]) for row in rows(session, "state_changes")]
    assert [after for after, _ in changes] == ["HALTED", "ACTIVE"]
    assert "a test" in changes[0][1]
    assert (inbox.stat().st_mode & 0o777) == 0o700


def test_what_cannot_be_read_is_put_aside_and_the_session_goes_on(session: Path) -> None:
    instruct(session, "reduce", "--reason", "a test")
    await_(lambda: state(session) == "REDUCING")
    inbox = session.with_name(f"{session.name}.inbox")
    (inbox / "00000000000000000001.InstructionGiven").write_bytes(b"{")
    await_((inbox / "00000000000000000001.InstructionGiven.unreadable").exists)
    instruct(session, "resume", "--yes", "--reason", "a test")
    await_(lambda: state(session) == "ACTIVE")


def test_what_is_left_for_a_session_that_does_not_run(tmp_path: Path) -> None:
    database = tmp_path / "s.db"
    arguments = ("--symbols", "IBM", "--feed", "sample", "--duration", "400 D")
    before = run_json(database, *arguments)
    assert before["orders"] > 0
    told = instruct(database, "disable", "sma_crossover", "--reason", "a test")
    assert "sma_crossover: OFF is left for the session" in told
    assert "release of IBM is left for the session (nothing blocks it by now)" in instruct(
        database, "release", "ibm", "--adopt", "--reason", "a test"
    )
    assert "is not a symbol" in instruct(database, "release", "A$", "--reason", "a test")
    assert "is no reason" in instruct(database, "enable", "sma_crossover", "--reason", " ")


def test_a_symbol_that_a_fill_has_blocked_is_released(blocked_session: Path) -> None:
    await_(lambda: bool(rows(blocked_session, "blocks")))
    symbol = str(rows(blocked_session, "blocks")[0]["symbol"])
    told = instruct(blocked_session, "release", symbol, "--reason", "the fill stands")
    assert f"release of {symbol} is left for the session (order " in told and "further than" in told

    def is_released() -> bool:
        first = next(row for row in rows(blocked_session, "blocks") if row["symbol"] == symbol)
        if first["released_at"] is None:  # two statements must agree first: one comes with each session
            instruct(blocked_session, "release", symbol, "--reason", "the fill stands")
        return first["released_at"] is not None

    await_(is_released)
