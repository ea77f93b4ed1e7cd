"""The same session in SQLite and in PostgreSQL: the same records, the same tables, the same state, killed or not."""

import json
import os
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from robo_trader.adapters.storage.chain import digest_of
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.core.domain.errors import JournalError
from tests.databases import server_database, server_url
from tests.running import command, environment, run

__all__ = ["server_database", "server_url"]

pytestmark = pytest.mark.process

SESSION = ("--symbols", "AAPL,IBM", "--feed", "sample", "--duration", "900 D", "--exit-when-done", "--json")


def traded(database: Path, url: str = "") -> dict[str, Any]:
    """Trade to the end of the feeds; return the summary."""
    elsewhere = ("--database", str(database), "--speed", "max", *SESSION)
    done = run("run", *elsewhere, ROBO_STORAGE__URL=url) if url else run("run", *elsewhere)
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return {key: value for key, value in summary.items() if key != "seconds"}


def told(database: Path) -> list[bytes]:
    """What each batch says, whoever stored it where."""
    with closing(RecordedJournal(database)) as journal:
        return [digest_of(batch) for batch in journal.batches()]


def records(database: Path) -> int:
    try:
        with closing(SqlProjections(database)) as projections:
            return projections.last_seq()
    except JournalError:  # it is being made
        return 0


def killed(database: Path, *, after: int, url: str) -> None:
    """Trade, and be killed once there are more records than this."""
    process = subprocess.Popen(
        command("run", "--database", str(database), "--speed", "300", *SESSION),
        env=environment(ROBO_STORAGE__URL=url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while records(database) <= after:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_both_hold_the_same_and_a_killed_session_arrives_there_too(tmp_path: Path, server_url: str) -> None:
    in_file, on_server, again = tmp_path / "file.db", tmp_path / "server.db", tmp_path / "killed.db"
    summary = traded(in_file)
    assert traded(on_server, server_url) == summary and summary["fills"] > 10
    assert told(on_server) == told(in_file)
    for after in (0, 600):
        killed(again, after=after, url=server_url)
    assert traded(again) == summary, "its file says where it lives"
    assert told(again)[0] == told(in_file)[0]
    assert run("journal", "verify", "--database", str(again)).returncode == 0
    for words in (["db", "verify"], ["status"], ["why", "AAPL"], ["reconcile"]):
        done = run(*words, "--database", str(on_server), "--json")
        assert done.returncode == 0, done.stderr


def test_a_session_moves_from_a_file_to_a_server_and_back(tmp_path: Path, server_url: str) -> None:
    in_file, copy, on_server = tmp_path / "file.db", tmp_path / "copy.db", tmp_path / "server.db"
    summary = traded(in_file)
    for words in (
        ["backup", str(copy), "--database", str(in_file)],
        ["restore", str(copy), "--database", str(on_server), "--url", server_url],
    ):
        done = run("db", *words)
        assert done.returncode == 0, done.stderr
    refused = run("run", "--database", str(on_server), *SESSION)
    assert refused.returncode == 6 and "restored from a backup" in refused.stderr and "db trust" in refused.stderr
    assert run("db", "trust", "--database", str(on_server)).returncode == 0
    assert traded(on_server) == summary
    archived = run("db", "archive", str(tmp_path / "archive"), "--database", str(on_server), "--json")
    assert archived.returncode == 0, archived.stderr
    assert json.loads(archived.stdout)["files"]
    assert run("db", "verify", "--archive", str(tmp_path / "archive")).returncode == 0
    rebuilt = run("db", "rebuild", "--database", str(on_server), "--json")
    assert rebuilt.returncode == 0 and json.loads(rebuilt.stdout)["orders"] == summary["orders"]
