"""A snapshot is the same bytes whatever the hash seed, and another process goes on from it to the same end."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.engine.engine import Engine
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.memory import memory_bytes, memory_from
from tests.builders import OPEN
from tests.snapshots import PACKAGES
from tests.unit.core.engine.desk import CASH
from tests.unit.core.engine.test_determinism import SETTINGS, traded

ROOT = Path(__file__).parents[4]
PARTS = 4


def play_part(number: int, folder: Path) -> str:
    """Go on from the part before, play a part, and save; return what can be compared."""
    desk = traded()
    places = [len(desk.inputs) * part // PARTS for part in range(PARTS + 1)]
    first, last = list(pairwise(places))[number]
    configuration = Configuration(SETTINGS, PACKAGES)
    if number:
        engine = memory_from((folder / str(number - 1)).read_bytes(), configuration)["engine"]
    else:
        engine = Engine(SETTINGS)
        engine.process(SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=CASH))
    for event, step in zip(desk.inputs[first:last], desk.steps[first:last], strict=True):
        assert engine.process(event) == step
    state_hash = engine.state_hash()
    (folder / str(number)).write_bytes(memory_bytes({"engine": engine}, configuration))
    return f"{state_hash} {desk.engine.state_hash()}"


@pytest.mark.process
def test_every_part_in_another_process_with_another_hash_seed(tmp_path: Path) -> None:
    ends = []
    for number in range(PARTS):
        script = (
            "from pathlib import Path; from tests.unit.runtime.snapshots.test_other_process import play_part; "
            f"print(play_part({number}, Path({str(tmp_path)!r})))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": str(number * 77)},
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        ends.append(done.stdout.split())
    assert ends[-1][0] == ends[-1][1], "the state of one who was never saved"
    again = tmp_path / "again"
    again.mkdir()
    for number in range(PARTS):
        play_part(number, again)
        assert (again / str(number)).read_bytes() == (tmp_path / str(number)).read_bytes(), f"part {number}"
