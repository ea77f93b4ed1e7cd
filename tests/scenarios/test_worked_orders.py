"""Orders worked over time, through the whole program: killed at every chance, on real minutes, and as commands."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from robo_trader import backtest
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.research.backtest.result import Result
from tests.parity.kit import minute_table, needs_kit
from tests.running import run
from tests.scenarios import test_every_crash_point as crashes
from tests.unit.core.engine.minutes import minutes

SETTINGS: Mapping[str, Any] = {
    "data": {"symbols": "AAPL", "bar_size": "1 min"},
    "strategy": {"parameters": {"fast": 1, "slow": 2}, "sizing": "fixed_shares", "quantity": 300},
    "execution": {"window_minutes": 4, "participation_max": "0.02"},
}


def some_minutes() -> list[BarSlice]:
    """Twenty minutes up, down and up again: one parent fills, one is turned while it works, one ends with the data."""
    ups = [20.0 + 0.1 * n for n in range(9)] + [20.7 - 0.1 * n for n in range(3)] + [20.6 + 0.1 * n for n in range(8)]
    return minutes(1, len(ups), prices=dict(enumerate(ups, start=1)), volume=4_000.0)


@pytest.mark.parametrize("algorithm", ["twap", "pegged", "iceberg", "smart"])
async def test_death_at_every_chance_leads_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    overrides = {**SETTINGS, "execution": {**SETTINGS["execution"], "algorithm": algorithm}}
    monkeypatch.setattr(crashes, "OVERRIDES", overrides)
    monkeypatch.setattr(crashes, "market", some_minutes)
    counted = crashes.Fate(dies_at=0)
    untouched = await crashes.live(tmp_path / "untouched.db", counted)
    assert untouched.account.tally.fills >= 6 and counted.chances > 40
    for chance in range(1, counted.chances + 1, 3):
        database = tmp_path / f"{chance}.db"
        with pytest.raises(crashes.Death):
            await crashes.live(database, crashes.Fate(dies_at=chance))
        reborn = await crashes.live(database, crashes.Fate(dies_at=0))
        assert reborn.state_hash() == untouched.state_hash(), f"died at chance {chance}"


DAYS = ("2013-10-04", "2013-10-11")


@pytest.fixture(scope="module")
def spy() -> pl.DataFrame:
    """Six sessions of real minutes of one of the most traded funds."""
    table = minute_table("lean_minute_trades.parquet", ["SPY"], *DAYS)
    market = table.market
    begun = pl.from_epoch(pl.Series("ts", market.started_at), time_unit="ns").dt.replace_time_zone("UTC")
    columns = {name: getattr(market, name)[:, 0] for name in ("open", "high", "low", "close", "volume")}
    return pl.DataFrame({"ts": begun, **columns}).filter(pl.col("close").is_not_nan())


def played(spy: pl.DataFrame, **execution: Any) -> Result:  # noqa: ANN401
    return backtest(
        SmaCrossover(30, 120), spy, symbol="SPY", engine="event", sizer=FixedShares(quantity=400), cash=1_000_000,
        limits={"order_notional_max": 1_000_000, "order_notional_fraction": 1}, execution=execution,
    )  # fmt: skip


@needs_kit
@pytest.mark.parametrize("algorithm", ["twap", "vwap", "pov", "pegged", "passive", "iceberg", "smart"])
def test_real_minutes_are_worked_to_the_end(spy: pl.DataFrame, algorithm: str) -> None:
    """What every algorithm trades in all, signal by signal, is what going at once trades; only how differs."""
    at_once = played(spy)
    worked = played(spy, algorithm=algorithm, window_minutes=15, urgency="low")
    parents = worked.parents
    assert at_once.parents.is_empty() and parents.height > 5
    assert (parents["filled"] <= parents["quantity"]).all()
    filled = worked.fills.group_by("signal_id").agg(pl.col("quantity").sum())
    by_signal = parents.group_by("signal_id").agg(pl.col("filled").sum())
    both = filled.join(by_signal, on="signal_id")
    assert (both["quantity"] == both["filled"]).all()
    done = parents.filter(pl.col("reason") == "filled")
    assert done.height > 5 and (done["filled"] == done["quantity"]).all()
    assert (done["realized_bps"].abs() < 50).all(), "against the price as it began: minutes, not days"
    known = parents.filter(pl.col("modelled_bps").is_not_null())
    assert known.height and known["modelled_bps"].is_between(1, 20).all()


@needs_kit
def test_the_square_root_law_costs_more_for_more_shares(spy: pl.DataFrame) -> None:
    """Four times the shares have twice the impact."""
    few = played(spy, slippage_model="square_root", half_spread_bps=0)
    free = played(spy, slippage_bps=0)
    many = backtest(
        SmaCrossover(30, 120), spy, symbol="SPY", engine="event", sizer=FixedShares(quantity=1600), cash=10_000_000,
        limits={"order_notional_max": 10_000_000, "order_notional_fraction": 1},
        execution={"slippage_model": "square_root", "half_spread_bps": 0},
    )  # fmt: skip
    paid = [one.fills.select("slippage", "quantity").to_numpy().sum(axis=0) for one in (free, few, many)]
    cost = [slippage / shares for slippage, shares in paid]
    assert cost[0] < cost[1] < cost[2]
    assert (cost[2] - cost[0]) / (cost[1] - cost[0]) == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("algorithm", "twap", "knows no execution algorithm"),
        ("slippage_model", "square_root", "knows no slippage by the square-root law"),
    ],
)
def test_the_compiled_backtest_refuses_what_it_does_not_know(key: str, value: str, problem: str) -> None:
    done = run(
        "backtest", "--engine", "compiled", "--feed", "synthetic", "--symbols", "AAPL", "--bar-size", "1 hour",
        "--duration", "20 D", cwd=None, **{f"ROBO_EXECUTION__{key.upper()}": value},
    )  # fmt: skip
    assert done.returncode == 2 and problem in done.stderr and "--engine event" in done.stderr


def test_daily_bars_cannot_be_worked(tmp_path: Path) -> None:
    done = run("backtest", "--feed", "sample", "--algorithm", "twap", cwd=tmp_path)
    assert done.returncode == 2
    assert "daily bars show no time of the day" in done.stderr and "1 min" in done.stderr


def test_paper_trading_and_a_backtest_work_orders_alike(tmp_path: Path) -> None:
    arguments = (
        "--symbols", "AAPL", "--bar-size", "5 mins", "--duration", "5 D", "--feed", "synthetic", "--algorithm", "vwap",
    )  # fmt: skip
    settings = {"ROBO_EXECUTION__WINDOW_MINUTES": "30"}
    paper = run(
        "run", "--database", str(tmp_path / "paper.db"), "--speed", "max", "--exit-when-done", "--json", *arguments,
        cwd=None, **settings,
    )  # fmt: skip
    tested = run("backtest", "--json", *arguments, cwd=None, **settings)
    assert paper.returncode == 0 and tested.returncode == 0, paper.stderr + tested.stderr
    one, other = json.loads(paper.stdout), json.loads(tested.stdout)
    assert one["state_hash"] == other["state_hash"] and one["fills"] == other["fills"] > 10
