"""A record that changes while a session trades halts it, in either database; what is whole is traded on."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.core.domain.errors import JournalError
from tests.databases import NewPlace, execute, kind, new_place, path, server_database, server_url
from tests.running import command, environment, run

__all__ = ["kind", "new_place", "path", "server_database", "server_url"]

pytestmark = pytest.mark.process

DEADLINE_SECONDS = 60
OFTEN = {"ROBO_STORAGE__VERIFY_MINUTES": "0.01"}


@contextmanager
def trading_slowly(database: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as words:
        process = subprocess.Popen(
            command(
                "run", "--database", str(database), "--speed", "20", "--exit-when-done", "--symbols", "AAPL,IBM",
                "--feed", "sample",
            ),
            env=environment(**OFTEN, ROBO_MONITORING__LOG_FORMAT="json"), stdout=subprocess.DEVNULL, stderr=words,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def eventually(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert process.poll() is None, "it ended by itself"
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.1)


def state_of(database: Path) -> str:
    try:
        with closing(SqlProjections(database)) as projections:
            return projections.session().trading_state if projections.last_seq() > 60 else ""
    except (JournalError, ValueError):  # it is being made
        return ""


def test_a_record_that_changes_halts_trading(path: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with trading_slowly(path, log) as process:
        eventually(lambda: state_of(path) == "ACTIVE", process)
        execute(path, "UPDATE journal SET payload = hash WHERE seq = 20")
        eventually(lambda: state_of(path) == "HALTED", process)
    words = [json.loads(line) for line in log.read_text().splitlines()]
    (told,) = [line for line in words if line["level"] == "error"]
    assert "record 20 " in told["reason"] and told["event"] == "the journal is not what was written; trading is halted"
    ((reason,),) = execute(path, "SELECT reason FROM state_changes")
    assert "record 20 " in reason
    done = run("db", "verify", "--database", str(path))
    assert done.returncode == 6 and "record 20 " in done.stderr


def test_what_is_whole_is_traded_on(new_place: NewPlace, tmp_path: Path) -> None:
    path, log = new_place("session"), tmp_path / "log"
    with trading_slowly(path, log) as process:
        eventually(lambda: state_of(path) == "ACTIVE", process)
        time.sleep(3)
        assert process.poll() is None and state_of(path) == "ACTIVE"
    levels = {json.loads(line)["level"] for line in log.read_text().splitlines()}
    assert "error" not in levels
    done = run("db", "verify", "--database", str(path), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["projections"] == []
