"""What was researched is what runs: a backtest and a paper run of the same settings end in the same state."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from robo_trader.app.backtesting import backtest
from robo_trader.app.settings import load_settings
from tests.running import rows, run, run_json

pytestmark = pytest.mark.process

SETTINGS = {
    "the sample": ("--feed", "sample"),
    "simulated hours": ("--symbols", "AAPL,TSLA", "--bar-size", "1 hour", "--duration", "90 D", "--feed", "synthetic"),
    "several strategies": (
        "--feed", "sample", "--strategy", "trend=sma_crossover,rsi_reversion", "--param", "trend.fast=10",
        "--capital", "trend=0.7", "--capital", "rsi_reversion=0.3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("arguments", SETTINGS.values(), ids=SETTINGS)
def test_same_figures_and_state_as_paper_trading(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    paper = run_json(tmp_path / "paper.db", *arguments)
    done = run("backtest", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    tested = json.loads(done.stdout)
    more = {key: tested[key] for key in ("feeds", "statistics", "by_strategy") if key in tested} | {"seconds": 0}
    assert {**tested, "seconds": 0} == {**paper, **more}
    assert paper["fills"] > 10
    assert len(rows(tmp_path / "paper.db", "fills")) == tested["fills"]


def test_the_result_holds_what_the_journal_would(tmp_path: Path) -> None:
    run_json(tmp_path / "paper.db", "--feed", "sample")
    settings = load_settings(
        config_file=None, overrides={"data": {"feed": "sample"}}, environment={}, working_directory=tmp_path
    )
    result = asyncio.run(backtest(settings, environment=os.environ)).result
    journaled = {table: rows(tmp_path / "paper.db", table) for table in ("fills", "equity", "orders", "violations")}
    fills = result.fills.select("order_id", "quantity", "price", "commission").rows()
    assert fills == [
        (row["order_id"], *(float(row[name]) for name in ("quantity", "price", "commission")))
        for row in journaled["fills"]
    ]
    assert result.equity["equity"].to_list() == [float(row["equity"]) for row in journaled["equity"]]
    assert dict(result.orders.select("order_id", "status").iter_rows()) == {
        row["order_id"]: row["status"] for row in journaled["orders"]
    }
    assert len(result.violations) == len(journaled["violations"])


def test_a_long_history_is_played_as_a_short_one_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Above a number of bars the engine is shown only what may concern it: the end is the same."""
    settings = load_settings(
        config_file=None, overrides={"data": {"feed": "sample"}}, environment={}, working_directory=tmp_path
    )
    short = asyncio.run(backtest(settings, environment=os.environ))
    monkeypatch.setattr("robo_trader.app.playing.WORTH_COMPILING", 1)
    long = asyncio.run(backtest(settings, environment=os.environ))
    assert {**long.summary, "seconds": 0} == {**short.summary, "seconds": 0}
    for frame in ("equity", "fills", "orders", "violations", "trades"):
        assert getattr(long.result, frame).equals(getattr(short.result, frame)), frame
