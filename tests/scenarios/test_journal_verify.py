"""`robo-trader journal verify` believes an untouched journal, and finds what was done to any other."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import pytest

from robo_trader.core.domain.order_references import parse_reference
from robo_trader.runtime.statement_asking import PASSES_AT_START
from tests.running import run, run_json

pytestmark = pytest.mark.process

SHORT = ("--symbols", "IBM,AAPL", "--feed", "sample", "--duration", "900 D")


@pytest.fixture(scope="module")
def true_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("true") / "session.db"
    done = run(
        "run", "--database", str(database), "--speed", "max", "--exit-when-done", "--json", *SHORT,
        "--strategy", "sma_crossover,mean_reversion", ROBO_PROTECTION__RESTING="true",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    database.with_suffix(".hash").write_text(json.loads(done.stdout)["state_hash"])
    return database


def verified(database: Path, expected: int) -> dict[str, Any]:
    """The verdict on a journal, by the code of each invariant, and on the whole."""
    done = run("journal", "verify", "--database", str(database), "--json")
    assert done.returncode == expected, done.stderr + done.stdout
    verdict: dict[str, Any] = json.loads(done.stdout)
    return {**verdict, "invariants": {one["code"]: one for one in verdict["invariants"]}}


def test_an_untouched_journal_holds_and_leads_to_the_state_that_lived(true_journal: Path) -> None:
    before = true_journal.read_bytes()
    verdict = verified(true_journal, 0)
    assert verdict["result"] == "pass" and verdict["error"] is None
    assert verdict["state_hash"] == true_journal.with_suffix(".hash").read_text(), "I15: replay leads to what lived"
    results = {code: one["result"] for code, one in verdict["invariants"].items()}
    idle = {code for code, result in results.items() if result == "not applicable"}
    assert idle == {"I09", "I13", "I17", "I19", "I27", "I29", "I30", "I31", "I32"}
    assert all(verdict["invariants"][code]["remark"] for code in idle), "each says why"
    assert {result for code, result in results.items() if code not in idle} == {"pass"}
    assert true_journal.read_bytes() == before


def test_a_table_is_printed_for_people(true_journal: Path) -> None:
    done = run("journal", "verify", "--database", str(true_journal))
    assert done.returncode == 0 and "I16" in done.stdout and "protection" not in done.stderr


def copy_of(journal: Path, tmp_path: Path) -> Path:
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(tmp_path / "copy.db")) as target:
        source.backup(target)
    return tmp_path / "copy.db"


def change(database: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute(statement, values).rowcount > 0
        connection.commit()


def flip_a_byte(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        (payload,) = connection.execute("SELECT payload FROM journal WHERE seq = 40").fetchone()
    change(database, "UPDATE journal SET payload = ? WHERE seq = 40", payload[:-1] + bytes([payload[-1] ^ 1]))


DAMAGES = {
    "a gap": "DELETE FROM journal WHERE seq = 40",
    "another batch": "UPDATE journal SET batch = batch + 1 WHERE batch > 5",
    "another time": "UPDATE journal SET occurred_at = occurred_at + 1 WHERE seq = 40",
    "another role": "UPDATE journal SET role = 'input' WHERE seq = "
    "(SELECT min(seq) FROM journal WHERE role = 'command')",
    "a batch that ends elsewhere": "UPDATE journal SET batch = batch + 1 WHERE seq = "
    "(SELECT max(seq) FROM journal WHERE batch = 5)",
    "another epoch": "UPDATE journal SET epoch = 2 WHERE batch = 5",
    "an unknown kind": "UPDATE journal SET kind = 'Nothing' WHERE seq = 40",
}


@pytest.mark.parametrize("damage", [*DAMAGES, "a flipped byte"])
def test_a_damaged_journal_is_found(true_journal: Path, tmp_path: Path, damage: str) -> None:
    database = copy_of(true_journal, tmp_path)
    if damage in DAMAGES:
        change(database, DAMAGES[damage])
    else:
        flip_a_byte(database)
    verdict = verified(database, 6)
    assert verdict["invariants"]["I16"]["result"] == "broken"
    assert "not what was written" in verdict["error"]
    assert verdict["invariants"]["I15"]["result"] == "not reached"


def chained(head: bytes, epoch: int, batch: int, role: str, kind: str, payload: bytes) -> bytes:
    told = (str(epoch).encode(), str(batch).encode(), role.encode(), kind.encode(), payload)
    return blake2b(b"\x00".join((head, *told)), digest_size=16).digest()


def forge(database: Path, kind: str, falsify: Callable[[dict[str, Any]], None]) -> None:
    """Change the first record of a kind and chain everything anew, as somebody would who knows how."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT seq, epoch, batch, role, kind, payload FROM journal ORDER BY seq").fetchall()
        head, is_done = b"\x00" * 16, False
        for seq, epoch, batch, role, own, payload in rows:
            told = payload
            if own == kind and not is_done:
                value = msgspec.msgpack.decode(payload)
                falsify(value)
                told, is_done = msgspec.msgpack.encode(value), True
            head = chained(head, epoch, batch, role, own, told)
            connection.execute("UPDATE journal SET payload = ?, hash = ? WHERE seq = ?", (told, head, seq))
        connection.commit()
        assert is_done


def one_share_more(fill: dict[str, Any]) -> None:
    fill["fill"]["quantity"] = str(int(fill["fill"]["quantity"]) + 1)


def one_dollar_more(mark: dict[str, Any]) -> None:
    mark["mark"]["equity"] = str(float(mark["mark"]["equity"]) + 1)


@pytest.mark.parametrize(
    ("kind", "falsify", "code"), [("FillBooked", one_share_more, "I05"), ("AccountMarked", one_dollar_more, "I08")]
)
def test_a_forged_decision_is_found_though_the_chain_holds(
    true_journal: Path, tmp_path: Path, kind: str, falsify: Callable[[dict[str, Any]], None], code: str
) -> None:
    database = copy_of(true_journal, tmp_path)
    forge(database, kind, falsify)
    verdict = verified(database, 10)
    results = {name: one["result"] for name, one in verdict["invariants"].items()}
    assert (results["I16"], results[code], results["I15"]) == ("pass", "broken", "broken")
    assert f"invariant {code} is broken" in verdict["error"]


@pytest.mark.parametrize(
    ("forged", "newest"),
    [
        pytest.param({6: 2}, 2, id="a batch of an older epoch follows"),
        pytest.param({}, 0, id="nobody took the epoch it was written under"),
    ],
)
def test_a_forged_epoch_is_found_though_the_chain_holds(
    true_journal: Path, tmp_path: Path, forged: dict[int, int], newest: int
) -> None:
    database = copy_of(true_journal, tmp_path)
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT seq, batch, role, kind, payload FROM journal ORDER BY seq").fetchall()
        head = b"\x00" * 16
        for seq, batch, *told in rows:
            epoch = forged.get(batch, 1)
            head = chained(head, epoch, batch, *told)
            connection.execute("UPDATE journal SET epoch = ?, hash = ? WHERE seq = ?", (epoch, head, seq))
        connection.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (str(newest),))
        connection.commit()
    verdict = verified(database, 10)
    results = {name: one["result"] for name, one in verdict["invariants"].items()}
    assert (results["I16"], results["I23"], results["I15"]) == ("pass", "broken", "pass")


def test_a_strategy_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    own, elsewhere = tmp_path / "own", tmp_path / "elsewhere"
    own.mkdir()
    elsewhere.mkdir()
    assert run("new", "strategy", "mine", cwd=own).returncode == 0
    (file,) = [path for path in own.glob("*.py") if not path.name.startswith("test_")]
    name = next(line for line in file.read_text().splitlines() if line.startswith("class ")).split("(")[0][6:]
    database = own / "own.db"
    done = run(
        "run", "--strategy", f"{file.name}:{name}", "--database", str(database), "--speed", "max",
        "--exit-when-done", *SHORT, cwd=own,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert run("journal", "verify", "--database", str(database), cwd=own).returncode == 0
    assert run("journal", "verify", "--database", str(database), cwd=elsewhere).returncode == 2
    shutil.copy(file, elsewhere)
    (elsewhere / file.name).write_text(file.read_text() + "\n# edited\n")
    edited = run("journal", "verify", "--database", str(database), cwd=elsewhere)
    assert edited.returncode == 7, edited.stderr


def test_a_backtest_is_checked_if_asked() -> None:
    asked = ("backtest", *SHORT, "--json")
    plain = run(*asked, ROBO_PROTECTION__RESTING="true")
    checked = run(*asked, "--check-invariants", ROBO_PROTECTION__RESTING="true")
    assert checked.returncode == 0, checked.stderr
    one, other = json.loads(plain.stdout), json.loads(checked.stdout)
    assert other.pop("events_checked") > 600
    assert {**one, "seconds": 0} == {**other, "seconds": 0}
    done = run("backtest", *SHORT, "--check-invariants", "--engine", "compiled")
    assert done.returncode == 2 and "--check-invariants" in done.stderr


def test_no_journal_to_verify(tmp_path: Path) -> None:
    assert run("journal", "verify", "--database", str(tmp_path / "none.db")).returncode == 8


def test_an_interrupted_session_is_verified_as_far_as_it_came(tmp_path: Path) -> None:
    database = tmp_path / "twice.db"
    run_json(database, *SHORT)
    first = verified(database, 0)
    run_json(database, *SHORT)
    second = verified(database, 0)
    assert second["batches"] == first["batches"] + PASSES_AT_START  # the books were held against the broker's
    assert second["install"] == first["install"] and parse_reference(f"{first['install']}.1.1") is not None
    assert (first["epoch"], second["epoch"]) == (1, 2)
    assert second["epochs"] == {"1": first["batches"], "2": PASSES_AT_START}
    people = run("journal", "verify", "--database", str(database)).stdout
    assert f"install {first['install']}, begun 2 times" in people and "epoch 2: 2 batches" in people
