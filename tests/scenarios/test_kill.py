"""The kill file halts a session as soon as it exists, and holds it while it does; `kill` needs no file to be set."""

import json
from pathlib import Path

import pytest

from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.supervision.halt_orders import halt_order_file
from tests.running import run
from tests.supervised import PAPER, SupervisedRun, supervised

pytestmark = pytest.mark.process


def is_state(running: SupervisedRun, state: str) -> bool:
    return running.vitals().trading_state == state


def resume(database: Path) -> None:
    done = run("instruct", "resume", "--yes", "--reason", "checked", "--database", str(database))
    assert done.returncode == 0, done.stderr


def test_the_kill_file_halts_and_a_person_resumes_once_it_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "STOP"
    with supervised(tmp_path, variables={"ROBO_SAFETY__KILL_FILE": "STOP"}) as running:
        running.engine()
        file.touch()
        running.until(lambda: is_state(running, "HALTED"), "it trades on")
        assert "remove it, then `robo-trader instruct resume`" in " ".join(running.told().split())
        resume(running.database)
        running.until(lambda: running.told().count("trading state") == 3, "it may not trade while the file exists")
        running.until(lambda: is_state(running, "HALTED"), "its sign of life, a little later, tells another")
        assert file.exists()
        file.unlink()
        resume(running.database)
        running.until(lambda: is_state(running, "ACTIVE"), "nobody can resume it")
        assert running.stop() == ExitCode.OK


def test_a_session_that_starts_with_the_file_there_sends_nothing(tmp_path: Path) -> None:
    (tmp_path / "STOP").touch()
    with supervised(
        tmp_path, options=(*PAPER, "--speed", "500"), variables={"ROBO_SAFETY__KILL_FILE": "STOP"}
    ) as running:
        running.engine()
        running.until(lambda: running.said("the feeds have ended") or running.said("order denied"), "it does nothing")
        assert running.stop() == ExitCode.OK
    assert json.loads(run("orders", "--database", str(running.database), "--json").stdout) == []


def test_kill_makes_the_file_that_is_set(tmp_path: Path) -> None:
    done = run("kill", "--reason", "prices look wrong", cwd=tmp_path, ROBO_SAFETY__KILL_FILE="folder/STOP")
    assert done.returncode == 0 and "remove it" in done.stdout, done.stderr
    assert "prices look wrong" in (tmp_path / "folder" / "STOP").read_text()


def test_kill_without_one_halts_the_session_whatever_its_state(tmp_path: Path) -> None:
    with supervised(tmp_path) as running:
        running.engine()
        assert run("kill", "--reason", "prices look wrong", "--database", str(running.database)).returncode == 0
        running.until(lambda: is_state(running, "HALTED"), "it trades on")
        running.until(lambda: not halt_order_file(running.database).exists(), "it is never done with it")
        assert "prices look wrong" in running.told()
        assert running.stop() == ExitCode.OK


def test_a_halt_order_that_nobody_can_read_halts(tmp_path: Path) -> None:
    halt_order_file(tmp_path / "session.db").write_bytes(b"{")
    with supervised(tmp_path) as running:
        running.engine()
        assert is_state(running, "HALTED") and "cannot be read" in running.told()
        assert running.stop() == ExitCode.OK


def test_kill_wants_a_reason(tmp_path: Path) -> None:
    assert run("kill", "--reason", " ", "--database", str(tmp_path / "x.db")).returncode == ExitCode.CONFIGURATION
