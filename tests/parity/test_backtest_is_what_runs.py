"""What was researched is what runs: a backtest and a paper run of the same settings end in the same state."""

import json
from pathlib import Path

import pytest

from tests.running import rows, run, run_json

pytestmark = pytest.mark.process

SETTINGS = {
    "the sample": ("--feed", "sample"),
    "simulated hours": ("--symbols", "AAPL,TSLA", "--bar-size", "1 hour", "--duration", "90 D", "--feed", "synthetic"),
}


@pytest.mark.parametrize("arguments", SETTINGS.values(), ids=SETTINGS)
def test_same_figures_and_state_as_paper_trading(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    paper = run_json(tmp_path / "paper.db", *arguments)
    done = run("backtest", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    tested = json.loads(done.stdout)
    assert {**tested, "seconds": 0} == {**paper, "seconds": 0, "feeds": tested["feeds"]}
    assert paper["fills"] > 10
    assert len(rows(tmp_path / "paper.db", "fills")) == tested["fills"]
