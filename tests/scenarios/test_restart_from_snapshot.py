"""A run that is killed and goes on from its last snapshot ends as one that was never touched, to the last digit."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.adapters.storage.snapshot_files import SnapshotFiles
from robo_trader.app.joining import build_engine_settings
from robo_trader.app.recorded_settings import settings_of
from robo_trader.app.session_memory import REMEMBERED
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.memory import memory_bytes, memory_from
from robo_trader.runtime.snapshots.snapshot import snapshot_bytes, snapshot_from
from tests.running import rows, run, run_json
from tests.scenarios.test_restart import SYMBOLS, figures, journal_length, kill_after, without_seq

pytestmark = pytest.mark.process

TWO = ("--strategy", "trend=sma_crossover,rsi_reversion", "--param", "trend.fast=10")


def snapshots(database: Path) -> list[Path]:
    """The snapshots, once a child that outlived its killed program has written its last."""
    folder, before = database.with_name(database.name + ".snapshots"), [Path()]
    while (found := sorted(folder.glob("*"))) != before:
        before = found
        time.sleep(0.5)
    return [path for path in found if path.suffix == ".snapshot"]


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


def test_verify_plays_the_journal_from_every_snapshot(untouched: tuple[dict[str, Any], Path]) -> None:
    verdict = json.loads(run("journal", "verify", "--database", str(untouched[1]), "--json").stdout)
    assert (verdict["result"], verdict["snapshots"]) == ("pass", 1)
    assert verdict["state_hash"] == untouched[0]["state_hash"]


def test_a_snapshot_that_leads_elsewhere_is_found(tmp_path: Path) -> None:
    """It is whole, it fits, its own hash is right; but it is not what the journal leads to."""
    database = tmp_path / "elsewhere.db"
    run_json(database, *SYMBOLS)
    (path,) = snapshots(database)
    store = SnapshotFiles(database)
    (kept,) = store.newest_first()
    snapshot = snapshot_from(kept.content)
    with closing(RecordedJournal(database)) as journal:
        configuration = Configuration(build_engine_settings(settings_of(journal.session)), REMEMBERED)
    parts = memory_from(snapshot.memory, configuration)
    parts["engine"].account.tally.slices += 1
    forged = structs.replace(
        snapshot, memory=memory_bytes(parts, configuration), state_hash=parts["engine"].state_hash()
    )
    store.keep(int(path.stem), snapshot_bytes(forged))
    told = run("journal", "verify", "--database", str(database), "--json")
    (i15,) = (one for one in json.loads(told.stdout)["invariants"] if one["code"] == "I15")
    assert told.returncode == 6 and i15["result"] == "broken" and "lead to another state" in i15["remark"]
