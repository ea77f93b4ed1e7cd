"""An engine that dies is started again as its journal left it; one that froze comes back halted.

What the world refuses is refused once, with its own exit code, and no start follows it.
"""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from robo_trader.adapters.storage.encoding import decode
from robo_trader.app.exit_codes import ExitCode
from robo_trader.core.domain.events import InstructionGiven
from tests.running import rows, run
from tests.supervised import PAPER, is_alive, supervised

pytestmark = pytest.mark.process

NOTICED_WITHIN_SECONDS = 15.0
HANGING = '''
"""Hangs at its fiftieth bar: {how}."""
from dataclasses import dataclass
from pathlib import Path

from robo_trader.core.strategies.event_strategy import EventStrategy


@dataclass(frozen=True)
class Hanging(EventStrategy):
    """Never wants anything."""

    def memory(self):
        return {{"bars": 0}}

    def on_bar(self, memory, bar, values, desk):
        memory["bars"] += 1
        marker = Path(__file__).with_name("hang")
        if memory["bars"] >= 50 and marker.exists():
            {then}
            while True:
                pass
'''
ONCE, EVER = HANGING.format(how="once", then="marker.unlink()"), HANGING.format(how="whenever it is asked", then="")
HANGS = ("--strategy", "hanging.py:Hanging", *PAPER)


def halts(database: Path) -> list[InstructionGiven]:
    """The halts that the journal holds."""
    given = [
        decode(row["kind"], row["payload"]) for row in rows(database, "journal") if row["kind"] == "InstructionGiven"
    ]
    return [one for one in given if one.kind.value == "HALT"]


def state(database: Path) -> str:
    return str(json.loads(run("status", "--database", str(database), "--json").stdout)["trading_state"])


def write_hanging(folder: Path, text: str) -> None:
    (folder / "hanging.py").write_text(text)
    (folder / "hang").touch()


def test_a_killed_engine_goes_on_where_it_was(tmp_path: Path) -> None:
    with supervised(tmp_path) as running:
        for deaths in (1, 2):
            before = running.engine()
            os.kill(before, signal.SIGKILL)
            running.until(lambda before=before: running.is_another(before), "no other engine came")  # type: ignore[misc]
            assert running.told().count("the engine died") == deaths
        assert running.vitals().epoch == 3 and running.vitals().trading_state == "ACTIVE"
        assert running.stop() == ExitCode.OK, running.told()
        assert running.told().count("continuing") == 2 and "Traceback" not in running.told()
        assert not halts(running.database)


def test_a_frozen_engine_is_killed_and_comes_back_halted(tmp_path: Path) -> None:
    with supervised(tmp_path) as running:
        before = running.engine()
        os.kill(before, signal.SIGSTOP)
        stopped_at = time.monotonic()
        running.until(lambda: not is_alive(before), "nobody noticed")
        assert time.monotonic() - stopped_at < NOTICED_WITHIN_SECONDS
        running.until(lambda: running.is_another(before), "no other engine came")
        running.until(lambda: running.vitals().trading_state == "HALTED", "it trades on")
        (halt,) = halts(running.database)
        assert halt.actor == "supervisor" and "did not beat" in halt.reason
        assert running.stop() == ExitCode.OK, running.told()
        assert state(running.database) == "HALTED"
        assert not running.database.with_name("session.db.halt").exists()


def test_a_rule_without_an_end_is_noticed_like_a_process_that_stands_still(tmp_path: Path) -> None:
    write_hanging(tmp_path, ONCE)
    with supervised(tmp_path, options=HANGS) as running:
        running.until(lambda: running.said("did not beat for"), "nobody noticed")
        running.until(lambda: running.trades() and running.vitals().trading_state == "HALTED", "it does not come back")
        assert running.stop() == ExitCode.OK, running.told()


def test_who_dies_again_and_again_stays_down(tmp_path: Path) -> None:
    write_hanging(tmp_path, EVER)
    impatient = {"ROBO_SUPERVISION__DEATHS_MAX": "2", "ROBO_SUPERVISION__FREEZE_SECONDS": "1"}
    with supervised(tmp_path, options=HANGS, variables=impatient) as running:
        assert running.process.wait(timeout=60) == ExitCode.GAVE_UP, running.told()
        assert running.told().count("the engine died") == 2
        assert "is not started again" in running.told()
        assert state(running.database) == "HALTED"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("--symbols", "../x"), ExitCode.CONFIGURATION, id="a setting that cannot be meant"),
        pytest.param(("--feed", "sample", "--symbols", "TSLA"), ExitCode.DATA, id="a symbol that nobody serves"),
        pytest.param(("--no-such-option",), ExitCode.CONFIGURATION, id="an option that there is not"),
    ],
)
def test_a_refusal_is_told_once(arguments: tuple[str, ...], code: ExitCode, tmp_path: Path) -> None:
    with supervised(tmp_path, options=("--no-web", *arguments)) as running:
        assert running.process.wait(timeout=60) == code, running.told()
        assert "the engine died" not in running.told()
        assert "robo-trader:" in running.told() or "No such option" in running.told()


def test_the_summary_is_the_engines(tmp_path: Path) -> None:
    with supervised(tmp_path, "--json") as running:
        running.engine()
        assert running.stop(signal.SIGINT) == ExitCode.OK
        assert running.process.stdout is not None
        assert json.loads(running.process.stdout.read())["trading_state"] == "ACTIVE"
