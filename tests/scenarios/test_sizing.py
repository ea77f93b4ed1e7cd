"""Sizers by the command line: both engines and `run` size alike; a session that is opened again knows its trades."""

import json
from pathlib import Path
from typing import Any

import pytest

from robo_trader.app.exit_codes import ExitCode
from tests.running import run, run_json

pytestmark = pytest.mark.process

FIGURES = ("orders", "fills", "commission", "equity", "cash")


@pytest.fixture
def session(tmp_path: Path) -> tuple[str, ...]:
    """By its trades from the tenth on."""
    config = tmp_path / "kelly.toml"
    config.write_text('strategy.sizing = "kelly"\nstrategy.trades_min = 10\nstrategy.name = "bollinger_reversion"\n')
    return ("--feed", "sample", "--config", str(config))


def backtest(*arguments: str) -> dict[str, Any]:
    done = run("backtest", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return {name: found[name] for name in FIGURES}


def test_kelly_is_the_same_in_both_engines_and_in_a_run(session: tuple[str, ...], tmp_path: Path) -> None:
    event = backtest(*session, "--engine", "event")
    assert event == backtest(*session, "--engine", "compiled")
    assert event["fills"] > 50 and event["equity"] != backtest(*session, "--sizing", "fixed_fraction")["equity"]
    first, again = (run_json(tmp_path / "session.db", *session) for _ in range(2))
    assert {name: first[name] for name in FIGURES} == event
    assert again["state_hash"] == first["state_hash"]


def test_an_unknown_sizing_is_told_those_there_are() -> None:
    done = run("backtest", "--sizing", "half_kelly")
    assert done.returncode == ExitCode.CONFIGURATION
    assert "strategy.sizing" in done.stderr and "optimal_f" in done.stderr
