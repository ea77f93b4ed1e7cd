"""What was researched is what runs: a backtest and a paper run of the same settings end in the same state."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from robo_trader.app.backtesting import backtest_event_driven
from robo_trader.app.settings import load_settings
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


def test_the_result_holds_what_the_journal_would(tmp_path: Path) -> None:
    run_json(tmp_path / "paper.db", "--feed", "sample")
    settings = load_settings(
        config_file=None, overrides={"data": {"feed": "sample"}}, environment={}, working_directory=tmp_path
    )
    result = asyncio.run(backtest_event_driven(settings, environment=os.environ)).result
    journaled = {table: rows(tmp_path / "paper.db", table) for table in ("fills", "equity", "orders", "violations")}
    assert [fill.execution_id for fill in result.fills] == [row["execution_id"] for row in journaled["fills"]]
    assert [f"{mark.equity:f}" for mark in result.equity] == [row["equity"] for row in journaled["equity"]]
    assert {order.order_id: order.status.value for order in result.orders.values()} == {
        row["order_id"]: row["status"] for row in journaled["orders"]
    }
    assert len(result.violations) == len(journaled["violations"])
