"""However a supervisor ends, no engine is left that nobody watches; and a second run is told who is first."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.supervision.beats import Phase
from tests.supervised import is_alive, supervised

pytestmark = pytest.mark.process


def test_a_killed_supervisor_takes_its_engine_along_in_order(tmp_path: Path) -> None:
    with supervised(tmp_path) as running:
        engine = running.engine()
        running.process.kill()
        running.process.wait()
        running.until(lambda: not is_alive(engine), "an engine is left that nobody watches")
        assert "the supervisor is gone" in running.told() and "stopped" in running.told()
        assert running.vitals().phase is Phase.ENDED, "it ended in order"


def test_a_supervisor_that_stood_still_does_not_take_its_engine_for_frozen(tmp_path: Path) -> None:
    """Both are held, as on a machine that sleeps; the supervisor has heard all, and is the first to go on."""
    with supervised(tmp_path) as running:
        engine = running.engine()
        os.kill(engine, signal.SIGSTOP)
        time.sleep(0.6)
        os.kill(running.process.pid, signal.SIGSTOP)
        time.sleep(3)
        os.kill(running.process.pid, signal.SIGCONT)
        time.sleep(0.5)
        os.kill(engine, signal.SIGCONT)
        beats = running.vitals().beats
        running.until(lambda: running.vitals().beats > beats + 5, "it beats no more")
        assert running.vitals().pid == engine and not running.said("died")
        assert running.stop() == ExitCode.OK


def test_a_second_run_is_told_who_is_first(tmp_path: Path) -> None:
    with supervised(tmp_path) as first:
        engine = first.engine()
        with supervised(tmp_path) as second:
            assert second.process.wait(timeout=60) == ExitCode.BUSY
        assert f"process {engine} on {socket.gethostname()}" in " ".join(first.told().split())
        assert first.vitals().pid == engine
        assert first.stop() == ExitCode.OK
