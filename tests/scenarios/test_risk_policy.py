"""A session under a risk policy: tightened as it runs, never loosened by the file alone, the same after a restart."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.running import TIMEOUT_SECONDS, command, environment, rows, run

pytestmark = pytest.mark.process

OPTIONS = (
    "--symbols",
    "AAPL,IBM,META",
    "--feed",
    "sample",
    "--duration",
    "3 Y",
    "--exit-when-done",
    "--json",
    "--no-web",
)
STEPS = (
    "[account]\nmax_position_fraction = 0.04\n",
    "[account]\nmax_position_fraction = 0.4\n",  # percent were meant, or it is a mistake: looser
    "[account]\nmax_position_fraction = \n",  # broken
    "[account]\nmax_position_fraction = 0.04\nheat_fraction = 0.06\n",
)


def kinds(database: Path) -> list[str]:
    try:
        return [row["kind"] for row in rows(database, "journal")]
    except Exception:  # noqa: BLE001 - the database is being made, or its tables are
        return []


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def slices(database: Path) -> int:
    return kinds(database).count("SliceClosed")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, Any]]:
    """A session whose policy is written four times; the last one stays."""
    folder = tmp_path_factory.mktemp("policy")
    database, policy = folder / "session.db", folder / "policy.toml"
    policy.write_text(STEPS[0])
    process = subprocess.Popen(
        command("run", "--database", str(database), "--speed", "150", *OPTIONS), cwd=folder, text=True,
        env=environment(ROBO_RISK__POLICY="policy.toml"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        for number, text in enumerate(STEPS[1:], start=1):
            wait_until(lambda: slices(database) >= 100 * number)  # noqa: B023 - asked within the turn
            policy.write_text(text)
        out, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    return database, errors, json.loads(out)


def test_each_version_did_what_it_may(played: tuple[Path, str, dict[str, Any]]) -> None:
    database, errors, summary = played
    told = [kind for kind in kinds(database) if kind in {"PolicyChanged", "LimitChanged", "LooseningRefused"}]
    assert told == [
        "PolicyChanged",
        "LimitChanged",
        "PolicyChanged",
        "LooseningRefused",
        "PolicyChanged",
        "LimitChanged",
    ]
    assert errors.count("loosening refused") == 1 and errors.count("risk policy cannot be used") == 1
    assert "is not TOML" in errors
    assert summary["violations"]["PORTFOLIO_HEAT"] > 0


def test_it_goes_on_with_the_limits_in_force(played: tuple[Path, str, dict[str, Any]]) -> None:
    """Started again: the journal replays, file or not; a looser file is refused, and the state is what it was."""
    database, _, summary = played
    policy = database.parent / "policy.toml"
    again = ("run", "--database", str(database), "--speed", "max", *OPTIONS)
    settings = {"ROBO_RISK__POLICY": "policy.toml"}
    done = run(*again, cwd=database.parent, **settings)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state_hash"] == summary["state_hash"]
    policy.write_text("[account]\nheat_fraction = 0.5\n")
    done = run(*again, cwd=database.parent, **settings)
    assert done.stderr.count("loosening refused") == 2 and "limit changed" not in done.stderr
    assert json.loads(done.stdout)["state_hash"] == summary["state_hash"]
    done = run(*again, "--approve-policy", "anna", cwd=database.parent, **settings)
    assert done.stderr.count("limit changed") == 2 and "anna" in done.stderr
    assert json.loads(done.stdout)["state_hash"] != summary["state_hash"]


def test_a_backtest_plays_by_it(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("symbol:\n  META:\n    sector_fraction: 0.01\n")
    play = ("backtest", "--symbols", "AAPL,IBM,META", "--feed", "sample", "--duration", "3 Y", "--json")
    done = run(*play, cwd=tmp_path, ROBO_RISK__POLICY="policy.yaml")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["violations"]["SECTOR_EXPOSURE"] > 0
    refused = run(*play, "--engine", "compiled", cwd=tmp_path, ROBO_RISK__POLICY="policy.yaml")
    assert refused.returncode == 2 and "risk.policy is set" in refused.stderr and "--engine event" in refused.stderr


def test_the_commands(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(STEPS[0])
    assert run("risk", "check", "policy.toml", cwd=tmp_path).stdout == (
        "The risk policy is sound: 1 limits (account).\n"
    )
    shown = json.loads(run("risk", "show", "--policy", "policy.toml", "--json", cwd=tmp_path).stdout)
    first = shown[0]
    assert first == {
        "level": "account", "limit": "max_position_fraction", "value": "0.04",
        "must_be": "a fraction above 0 and at most 1", "from": "policy.toml:2",
    }  # fmt: skip
    (tmp_path / "policy.toml").write_text(STEPS[2])
    refused = run("risk", "check", "policy.toml", cwd=tmp_path)
    assert refused.returncode == 2 and "is not TOML" in refused.stderr
