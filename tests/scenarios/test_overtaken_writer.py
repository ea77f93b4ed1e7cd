"""A program that was stopped, overtaken by another, and continued, writes nothing more and says why.

The lock of the older one is taken away, as a file system may lose it: what holds is in the database.
"""

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.running import command, environment, rows, run, run_json

pytestmark = pytest.mark.process

SESSION = ("--symbols", "AAPL,IBM", "--feed", "sample", "--duration", "900 D")
DEADLINE_SECONDS = 100
BUSY = 4


def length(database: Path) -> int:
    try:
        return len(rows(database, "journal"))
    except sqlite3.Error:  # it is being made
        return 0


def is_free(database: Path) -> bool:
    """Whether nobody is in the middle of a transaction."""
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
        return True


@contextmanager
def trading_slowly(database: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as words:
        process = subprocess.Popen(
            command("run", "--database", str(database), "--speed", "20", "--exit-when-done", *SESSION),
            env=environment(), stdout=subprocess.DEVNULL, stderr=words,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def stop_between_two_batches(process: subprocess.Popen[bytes], database: Path, *, after: int) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "it ended by itself"
        if length(database) > after:
            process.send_signal(signal.SIGSTOP)
            if is_free(database):
                return
            process.send_signal(signal.SIGCONT)
        time.sleep(0.005)
    pytest.fail("it never came so far")


def test_stopped_overtaken_and_continued(tmp_path: Path) -> None:
    database, log = tmp_path / "session.db", tmp_path / "stale.log"
    with trading_slowly(database, log) as stale:
        stop_between_two_batches(stale, database, after=30)
        refused = run("run", "--database", str(database), "--speed", "max", "--exit-when-done", *SESSION)
        assert refused.returncode == BUSY and "another robo-trader is trading" in refused.stderr, "the lock holds"
        (tmp_path / "session.db.lock").unlink()
        summary = run_json(database, *SESSION)
        whole = rows(database, "journal")
        stale.send_signal(signal.SIGCONT)
        assert stale.wait(timeout=DEADLINE_SECONDS) == BUSY, log.read_text()
    told = " ".join(log.read_text().split())
    assert "has begun to write" in told and "it is epoch 2, this program's was 1" in told
    assert rows(database, "journal") == whole, "nothing was written after the newer one"
    verified = run("journal", "verify", "--database", str(database), "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    untouched = run_json(tmp_path / "untouched.db", *SESSION)
    assert summary["state_hash"] == untouched["state_hash"] and summary["fills"] > 0
