"""`robo-trader bundle`: what an incident needs is in it; no account number, no secret and no name of the user is."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from robo_trader.app.masking import Masking
from tests.running import run, run_json

pytestmark = pytest.mark.process

ACCOUNT = "DU7654321"
CANARIES = {
    "ROBO_WEB__LOGIN_CODE": "canary-of-the-login-code",
    "APCA_API_SECRET_KEY": "canary-of-a-broker-key",
    "HOOK_TOKEN": "canary-of-a-hook",
}


def test_no_canary_is_in_it(tmp_path: Path) -> None:
    database, out, log = tmp_path / "session.db", tmp_path / "incident.zip", tmp_path / "engine.log"
    run_json(database, "--symbols", "AAPL", "--feed", "sample", "--duration", "1 M")
    name_account(database)
    log.write_text(
        f"trading account={ACCOUNT} home={tmp_path}/x\n"
        "posting to https://user:canary-in-an-address@example.org/hook\n"
        'headers {"Authorization": "Bearer canary-in-a-header", "x": 1}\n'
        f"another account U1234567 and {' '.join(CANARIES.values())}\n"
    )
    environment = CANARIES | {"HOME": str(tmp_path)}
    done = run(
        "bundle", str(out), "--database", str(database), "--log", str(log), "--records", "20", cwd=None, **environment
    )
    assert done.returncode == 0, done.stderr
    with ZipFile(out) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    whole = "\n".join(parts.values())
    for hidden in (*CANARIES.values(), ACCOUNT, "U1234567", "canary", str(tmp_path)):
        assert hidden not in whole, hidden
    assert "account=ACCOUNT-1 home=~/x" in parts["log.txt"] and "another account ACCOUNT-2" in parts["log.txt"]
    lines = [json.loads(line) for line in parts["journal.jsonl"].splitlines()]
    assert len(lines) == 20 and lines[-1]["kind"] and json.loads(parts["session.json"])["account"] == "ACCOUNT-1"
    assert json.loads(parts["about.json"])["records"] == lines[-1]["seq"]
    assert json.loads(parts["settings.json"])["web.login_code"]["value"]
    again = run("bundle", str(out), "--database", str(database))
    assert again.returncode == 2 and "is there already" in again.stderr


def name_account(database: Path) -> None:
    """Let the journal be of an account at a broker."""
    with closing(sqlite3.connect(database)) as connection, connection:
        session = msgspec.json.decode(connection.execute("SELECT value FROM meta WHERE key = 'session'").fetchone()[0])
        told = msgspec.json.encode(session | {"account": ACCOUNT}).decode()
        connection.execute("UPDATE meta SET value = ? WHERE key = 'session'", (told,))


def test_words_that_only_look_alike_stay() -> None:
    masking = Masking([], ["abc"], Path("/"))
    text = '{"signal_id": "sma_crossover.2", "token": null, "F22": "U12", "keys": {"a": 1}, "abc": "/"}'
    assert masking.apply(text) == text
