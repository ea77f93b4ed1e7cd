"""`why` and `why-not` as a user meets them: on the sample, while it runs and after, and when the name is wrong."""

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from robo_trader.app.exit_codes import ExitCode
from tests.running import command, environment, rows, run, run_json

pytestmark = pytest.mark.process

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The sample with little room for exposure: the database and the summary."""
    path = tmp_path_factory.mktemp("why") / "s.db"
    options = ("--database", str(path), "--feed", "sample", "--speed", "max", "--exit-when-done", "--json")
    done = run("run", *options, ROBO_RISK__GROSS_EXPOSURE_FRACTION="0.12")
    assert done.returncode == ExitCode.OK, done.stderr
    return path, json.loads(done.stdout)


def asked(path: Path, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    done = run(*arguments, "--database", str(path), "--json")
    assert done.returncode == ExitCode.OK, done.stderr
    return json.loads(done.stdout)


def test_signals_are_orders_refusals_and_holds(sample: tuple[Path, dict[str, Any]]) -> None:
    path, summary = sample
    outcomes = Counter(row["outcome"] for row in rows(path, "outcomes"))
    assert summary["signals"] == sum(summary["outcomes"].values()) == len(rows(path, "signals"))
    assert {**summary["outcomes"], "PENDING": 0} == {**outcomes, "PENDING": 0}
    assert outcomes["ORDERED"] > 100 and outcomes["DENIED"] > 20


def test_the_chain_of_an_order_is_the_same_by_each_of_its_names(sample: tuple[Path, dict[str, Any]]) -> None:
    path, _ = sample
    entry = next(row["order_id"] for row in rows(path, "orders") if row["side"] == "BUY")
    by_id, by_broker, by_fill = (asked(path, "why", name) for name in (str(entry), f"SIM{entry}", f"SIM{entry}.1"))
    assert by_id == by_broker and {**by_fill, "asked_for": "order", "execution_id": None} == by_id
    decision, order = by_id["decision"], by_id["order"]
    assert decision["order_id"] == order["order_id"] == entry and decision["target"] == order["quantity"]
    assert by_id["bar"]["ended_at"] == decision["as_of"] == order["created_at"]
    assert int(decision["asked"]) == int(float(decision["equity"]) * 0.05 / by_id["bar"]["close"])


def test_an_audit_of_every_refusal(sample: tuple[Path, dict[str, Any]]) -> None:
    path, _ = sample
    ends = {row["signal_id"]: row for row in rows(path, "outcomes")}
    denied = [row for row in rows(path, "signals") if ends[row["signal_id"]]["outcome"] == "DENIED"]
    last = denied[-1]
    told = asked(path, "why-not", last["symbol"], "--at", moment(last["as_of"]))
    (found,) = told["findings"]
    assert (found["found"], found["decision"]["signal_id"]) == ("DENIED", last["signal_id"])
    assert all(float(one["value"]) > float(one["limit"]) for one in found["denials"])


def moment(nanos: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(nanos // 10**9))


@pytest.mark.parametrize("name", ["GOOGL", "9999", "SIM9999"])
def test_a_name_that_is_wrong(sample: tuple[Path, dict[str, Any]], name: str) -> None:
    for chosen in ("why", "why-not"):
        done = run(chosen, name, "--database", str(sample[0]))
        assert done.returncode == ExitCode.CONFIGURATION and "Traceback" not in done.stderr
        assert f"'{name}' is not in this journal" in done.stderr
        assert "did you mean GOOG?" in done.stderr or name != "GOOGL"


def test_a_session_that_does_not_exist(tmp_path: Path) -> None:
    assert run("why", "1", "--database", str(tmp_path / "none.db")).returncode == ExitCode.NO_SESSION


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """A session that trades slowly enough to be asked meanwhile."""
    path = tmp_path / "s.db"
    options = ("--database", str(path), "--feed", "sample", "--symbols", "IBM", "--speed", "40", "--no-web")
    process = subprocess.Popen(
        command("run", *options), env=environment(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        yield path
        assert process.poll() is None, "it went on trading while it was asked"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE_SECONDS)


def test_a_session_that_runs_is_asked_and_goes_on(running: Path) -> None:
    patience = time.monotonic() + PATIENCE_SECONDS
    done = run("why", "1", "--database", str(running), "--json")
    while done.returncode != ExitCode.OK and time.monotonic() < patience:
        done = run("why", "1", "--database", str(running), "--json")
    assert done.returncode == ExitCode.OK, done.stderr
    assert json.loads(done.stdout)["order"]["symbol"] == "IBM"
    first, second = (asked(running, "why-not", "IBM")["bars_seen"] for _ in range(2))
    assert 0 < first < second


def test_equal_sessions_tell_the_same(tmp_path: Path) -> None:
    options = ("--symbols", "IBM", "--feed", "sample", "--duration", "400 D", "--param", "fast=5", "--param", "slow=20")
    told = []
    for name in ("one.db", "two.db"):
        run_json(tmp_path / name, *options)
        told.append((asked(tmp_path / name, "why", "IBM"), asked(tmp_path / name, "why-not", "IBM")))
    assert told[0] == told[1]
