"""A run that is killed and started again ends as one that was never touched: same figures, same state, same books."""

import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.running import command, environment, rows, run_json

pytestmark = pytest.mark.process

SYMBOLS = ("--symbols", "AAPL,IBM,META", "--feed", "sample", "--duration", "3 Y")


def figures(summary: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in summary.items() if key != "seconds"}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    database = tmp_path_factory.mktemp("untouched") / "session.db"
    return run_json(database, *SYMBOLS), database


def kill_after(database: Path, journal_rows: int, *options: str) -> None:
    """Start a run and kill it, with no chance to tidy up, once the journal has grown by so many rows.

    It is played at a pace that leaves seconds to kill it in, also where the machine has much to do.
    """
    process = subprocess.Popen(
        command("run", "--database", str(database), "--speed", "500", "--exit-when-done", *SYMBOLS, *options),
        env=environment(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wanted = journal_length(database) + journal_rows
        while journal_length(database) < wanted and process.poll() is None:
            time.sleep(0.002)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def journal_length(database: Path) -> int:
    if not database.exists():
        return 0
    try:
        with closing(sqlite3.connect(database)) as connection:  # counted there: who reads it all comes too late to kill
            return int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])
    except sqlite3.OperationalError:  # its tables are being made
        return 0


def without_seq(database: Path, table: str) -> list[dict[str, Any]]:
    """What a table says; each start asks the broker for statements, which take numbers of the journal's."""
    return [{key: value for key, value in row.items() if key != "seq"} for row in rows(database, table)]


def test_twice_and_from_two_fresh_databases(untouched: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    again = run_json(untouched[1], *SYMBOLS)
    fresh = run_json(tmp_path / "other.db", *SYMBOLS)
    assert figures(again) == figures(untouched[0])
    assert figures(fresh) == figures(untouched[0])
    assert figures(fresh)["fills"] > 30


def test_killed_three_times_in_the_middle(untouched: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    database = tmp_path / "killed.db"
    lengths = []
    for grown in (3, 400, 700):
        kill_after(database, grown)
        lengths.append(journal_length(database))
    summary = run_json(database, *SYMBOLS)
    whole = journal_length(untouched[1])
    assert 0 < lengths[0] < lengths[1] < lengths[2] < whole, "each kill must come in the middle"
    assert figures(summary) == figures(untouched[0])
    written = [row["epoch"] for row in rows(database, "journal")]
    assert written == sorted(written) and set(written) == {1, 2, 3, 4}, "one epoch a start; no table below knows of it"
    for table in ("orders", "fills", "positions", "equity", "violations"):
        assert without_seq(database, table) == without_seq(untouched[1], table)


def test_whose_the_shares_are_survives(tmp_path: Path) -> None:
    """Of several strategies in one account: killed and continued, each owns what it would have owned."""
    options = ("--strategy", "trend=sma_crossover,rsi_reversion", "--param", "trend.fast=10", *SYMBOLS)
    untouched = run_json(tmp_path / "untouched.db", *options)
    for grown in (300, 900):
        kill_after(tmp_path / "killed.db", grown, *options[:4])
    length = journal_length(tmp_path / "killed.db")
    summary = run_json(tmp_path / "killed.db", *options)
    assert 0 < length < journal_length(tmp_path / "untouched.db")
    assert figures(summary) == figures(untouched) and summary["fills"] > 100
    orders = {row["strategy"] for row in rows(tmp_path / "killed.db", "orders")}
    assert orders == {"trend", "rsi_reversion"}


def test_timers_and_memory_of_a_strategy_survive(tmp_path: Path) -> None:
    """It was killed while positions waited for their timers; it knows what it paid, and sells when it would have."""
    example = Path(__file__).parents[2] / "examples/falling_days.py"
    options = ("--strategy", f"{example}:FallingDays", *SYMBOLS)
    untouched = run_json(tmp_path / "untouched.db", *options)
    for grown in (300, 900):
        kill_after(tmp_path / "killed.db", grown, *options[:2])
    length = journal_length(tmp_path / "killed.db")
    summary = run_json(tmp_path / "killed.db", *options)
    assert 0 < length < journal_length(tmp_path / "untouched.db")
    assert figures(summary) == figures(untouched) and summary["fills"] > 100
    kinds = [row["kind"] for row in rows(tmp_path / "killed.db", "journal")]
    assert kinds.count("TimerFired") > 20 and kinds.count("TimerSet") >= kinds.count("TimerFired")


def test_journal_is_the_same_to_the_byte(tmp_path: Path) -> None:
    for name in ("one.db", "other.db"):
        run_json(tmp_path / name, *SYMBOLS)
    # Each was begun once: of a session that was begun more often the epochs differ, and so do the hashes.
    mine, theirs = rows(tmp_path / "one.db", "journal"), rows(tmp_path / "other.db", "journal")
    assert [row["hash"] for row in mine] == [row["hash"] for row in theirs]


def test_a_restart_holds_the_books_against_the_brokers_and_finds_nothing(tmp_path: Path) -> None:
    for grown in (100, 600):
        kill_after(tmp_path / "killed.db", grown)
    run_json(tmp_path / "killed.db", *SYMBOLS)
    kinds = [row["kind"] for row in rows(tmp_path / "killed.db", "journal")]
    assert kinds[1:3] == ["StatementReceived"] * 2, "before the first bar"
    assert kinds.count("StatementReceived") > 700
    assert not rows(tmp_path / "killed.db", "discrepancies") + rows(tmp_path / "killed.db", "blocks")
