"""`replay`, `journal show` and `journal tail`: a recorded session looked at again, and run again up to any place."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from robo_trader.adapters.storage.chain import GENESIS, next_hash
from tests.running import rows, run, run_json

pytestmark = pytest.mark.process

SYMBOLS = ("--symbols", "AAPL,IBM", "--feed", "sample", "--duration", "1 Y")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    database = tmp_path_factory.mktemp("recorded") / "session.db"
    return run_json(database, *SYMBOLS), database


def told(*arguments: str) -> Any:  # noqa: ANN401 - JSON
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_whole_session_is_the_same_again(recorded: tuple[dict[str, Any], Path]) -> None:
    summary, database = recorded
    before = database.read_bytes()
    again = told("replay", str(database))
    assert again["identical"] and again["state_hash"] == summary["state_hash"] and again["equity"] == summary["equity"]
    assert database.read_bytes() == before


def test_up_to_a_record_or_a_time_the_books_are_those_of_then(recorded: tuple[dict[str, Any], Path]) -> None:
    _, database = recorded
    day = rows(database, "equity")[100]
    by_record = told("replay", str(database), "--until", str(day["seq"]))
    by_time = told("replay", str(database), "--until", day["session"])
    assert by_record["equity"] == by_time["equity"] == day["equity"]
    assert by_record["last_seq"] < day["seq"] <= by_record["last_seq"] + 20 and by_record["last_at"] == day["as_of"]


def test_a_decision_that_is_another_now_is_shown_with_both_sides(
    recorded: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    """The journal says that more was wanted than the program wants, in a chain that holds."""
    forged = tmp_path / "forged.db"
    seq = forge(recorded[1], forged, "TargetSet", lambda one: one["target"] | {"quantity": "777"})
    done = run("replay", str(forged), "--diff")
    assert done.returncode == 6 and "decided on otherwise now" in done.stderr
    assert (
        "TargetSet then, TargetSet now" in done.stdout and "target.quantity" in done.stdout and "777 ->" in done.stdout
    )
    difference = json.loads(run("replay", str(forged), "--json").stdout)["difference"]
    assert difference["seq"] < seq and difference["values"].keys() == {"target.quantity"}


def forge(database: Path, forged: Path, kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Copy a journal with its first record of a kind changed, and the chain made anew; return its sequence."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(forged)) as copy:
        source.backup(copy)
        found = copy.execute("SELECT seq, payload FROM journal WHERE kind = ? ORDER BY seq", (kind,)).fetchone()
        value = msgspec.msgpack.decode(found[1])
        value["target"] = change(value)
        copy.execute("UPDATE journal SET payload = ? WHERE seq = ?", (msgspec.msgpack.encode(value), found[0]))
        head = GENESIS
        told = "SELECT seq, epoch, batch, role, kind, payload FROM journal ORDER BY seq"
        for seq, *record in copy.execute(told).fetchall():
            head = next_hash(head, *record)
            copy.execute("UPDATE journal SET hash = ? WHERE seq = ?", (head, seq))
        copy.commit()
    return int(found[0])


def test_a_record_is_shown_with_all_it_says(recorded: tuple[dict[str, Any], Path]) -> None:
    database = recorded[1]
    stored = rows(database, "journal")[41]
    shown = told("journal", "show", "42", "--database", str(database))
    assert (shown["seq"], shown["kind"], shown["hash"]) == (42, stored["kind"], stored["hash"].hex())
    assert shown["value"] and shown["occurred_at"] == stored["occurred_at"]
    done = run("journal", "show", "999999", "--database", str(database))
    assert done.returncode == 2 and f"Its last one is {len(rows(database, 'journal'))}" in done.stderr


def test_the_tail_is_the_newest_records(recorded: tuple[dict[str, Any], Path]) -> None:
    database = recorded[1]
    length = len(rows(database, "journal"))
    assert [one["seq"] for one in told("journal", "tail", "-n", "3", "--database", str(database))] == [
        length - 2, length - 1, length,
    ]  # fmt: skip
    assert str(length) in run("journal", "tail", "--database", str(database)).stdout
