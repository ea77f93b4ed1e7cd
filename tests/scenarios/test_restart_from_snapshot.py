"""A run that is killed and goes on from its last snapshot ends as one that was never touched, to the last digit."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.running import rows, run, run_json
from tests.scenarios.test_restart import SYMBOLS, figures, journal_length, kill_after, without_seq

pytestmark = pytest.mark.process

TWO = ("--strategy", "trend=sma_crossover,rsi_reversion", "--param", "trend.fast=10")


def snapshots(database: Path) -> list[Path]:
    return sorted(database.with_name(database.name + ".snapshots").glob("*.snapshot"))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    database = tmp_path_factory.mktemp("untouched") / "session.db"
    return run_json(database, *TWO, *SYMBOLS), database


def test_killed_and_continued(untouched: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    often = tmp_path / "often.toml"
    often.write_text("[storage]\nsnapshot_events = 20\n")
    database = tmp_path / "killed.db"
    for number, grown in enumerate((150, 400, 500), start=1):
        kill_after(database, grown, *TWO, "--config", str(often))
        kept = snapshots(database)
        assert 1 <= len(kept) <= 2 and int(kept[-1].stem) < journal_length(database), f"kill {number}"
    damaged = snapshots(database)[-1]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x00")
    told = run("run", "--database", str(database), "--speed", "max", "--exit-when-done", "--json", *TWO, *SYMBOLS)
    assert told.returncode == 0 and told.stderr.count("a snapshot is passed over") == 1, told.stderr
    assert "going on from a snapshot" in told.stderr, "the older one serves"
    assert figures(run_json(database, *TWO, *SYMBOLS)) == figures(untouched[0])
    for table in ("orders", "fills", "positions", "equity", "violations"):
        assert without_seq(database, table) == without_seq(untouched[1], table)


def test_a_record_that_was_changed_before_the_snapshot_is_found(tmp_path: Path) -> None:
    database = tmp_path / "flipped.db"
    run_json(database, *SYMBOLS)
    assert snapshots(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        payload = bytearray(connection.execute("SELECT payload FROM journal WHERE seq = 40").fetchone()[0])
        payload[-1] ^= 1
        connection.execute("UPDATE journal SET payload = ? WHERE seq = 40", (bytes(payload),))
    told = run("run", "--database", str(database), "--speed", "max", "--exit-when-done", "--json", *SYMBOLS)
    assert told.returncode != 0 and "record 40 of the journal" in told.stderr
    assert len(rows(database, "journal")) == journal_length(database)
