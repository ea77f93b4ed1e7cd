"""Ctrl-C in a terminal reaches every process of the group; the program stops in order, and calls it no error."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.running import command, environment, run_json

pytestmark = pytest.mark.process

PATIENCE_SECONDS = 120


def stopped_by_ctrl_c(log: Path, *arguments: str) -> tuple[int, str]:
    """Start a program in a group of its own, wait for its dashboard, interrupt the group; return code and log."""
    with log.open("w") as told:
        process = subprocess.Popen(
            command(*arguments), env=environment(), stderr=told, stdout=subprocess.DEVNULL, start_new_session=True
        )
    patience = time.monotonic() + PATIENCE_SECONDS
    while "#code=" not in log.read_text() and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    return process.wait(timeout=PATIENCE_SECONDS), log.read_text()


def test_a_run_with_its_dashboard(tmp_path: Path) -> None:
    arguments = ("--database", str(tmp_path / "s.db"), "--feed", "sample", "--speed", "5", "--web-port", "0")
    code, log = stopped_by_ctrl_c(tmp_path / "log", "run", *arguments)
    assert code == 0, log
    assert "#code=" in log and "stopped" in log
    assert "died" not in log and "Traceback" not in log


def test_a_dashboard_by_itself(tmp_path: Path) -> None:
    run_json(tmp_path / "s.db", "--symbols", "IBM", "--feed", "sample", "--duration", "90 D")
    code, log = stopped_by_ctrl_c(tmp_path / "log", "web", "--database", str(tmp_path / "s.db"), "--port", "0")
    assert code == 0, log
    assert "#code=" in log and "Traceback" not in log
