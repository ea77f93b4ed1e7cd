"""`run` and `backtest` take the same actions from the same files, and agree to the last digit, killed or not.

GILD around its split of two for one on 28 January 2013, and KO around that of 13 August 2012, raw, with KO's dividends.
"""

import json
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.parity.kit import KIT, needs_kit
from tests.running import command, environment, run

pytestmark = [pytest.mark.process, needs_kit]

SYMBOLS = "GILD,KO"
FIRST, LAST = "2012-05-01", "2013-03-28"


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    """The options that both commands take."""
    bars = pl.scan_parquet(KIT / "daily/us_large_cap_daily_raw.parquet").with_columns(pl.col("date").cast(pl.String))
    bars = bars.filter(pl.col("date").is_between(pl.lit(FIRST), pl.lit(LAST)))
    for symbol in SYMBOLS.split(","):
        own = bars.filter(pl.col("symbol") == symbol).select("date", "open", "high", "low", "close", "volume")
        own.collect().write_csv(tmp_path / f"{symbol}.csv")
    kit = KIT / "corporate_actions"
    files = ["--splits", str(kit / "splits.csv"), "--dividends", str(kit / "dividends.csv")]
    strategy = ["--strategy", "sma_crossover", "--param", "fast=5", "--param", "slow=20"]
    return ["--symbols", SYMBOLS, "--data", str(tmp_path), *files, *strategy]


def journaled(database: Path, kind: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM journal WHERE kind = ?", (kind,)).fetchone()[0])


def done(database: Path, given: list[str]) -> dict[str, Any]:
    finished = run("run", *given, "--database", str(database), "--speed", "max", "--exit-when-done", "--json")
    assert finished.returncode == 0, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    return found


def kill_between_actions(database: Path, given: list[str]) -> None:
    """Let the program run until it has applied one split and not yet the other, and kill it."""
    arguments = command("run", *given, "--database", str(database), "--speed", "60", "--no-web", "--exit-when-done")
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL, env=environment()) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
            if database.exists() and _splits(database):
                break
        process.send_signal(signal.SIGKILL)
    assert _splits(database) == 1


def _splits(database: Path) -> int:
    try:
        return journaled(database, "StockSplit")
    except sqlite3.OperationalError:  # its tables are being made
        return 0


def test_run_is_backtest_over_splits_and_dividends_whether_killed_or_not(tmp_path: Path, given: list[str]) -> None:
    played = run("backtest", *given, "--json")
    assert played.returncode == 0, played.stderr
    backtest = json.loads(played.stdout)
    whole = done(tmp_path / "whole.db", given)
    kill_between_actions(tmp_path / "killed.db", given)
    continued = done(tmp_path / "killed.db", given)
    assert backtest["equity"] == whole["equity"] == continued["equity"]
    assert backtest["fills"] == whole["fills"] == continued["fills"] >= 6
    for name in ("whole.db", "killed.db"):
        assert journaled(tmp_path / name, "StockSplit") == 2
        assert journaled(tmp_path / name, "CashBooked") >= 1
        assert journaled(tmp_path / name, "CorporateActionRefused") == 0
    assert _held_over_a_split(tmp_path / "whole.db")


def _held_over_a_split(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT payload FROM journal WHERE kind = 'CorporateActionApplied'").fetchall()
    import msgspec

    return any(float(msgspec.msgpack.decode(row[0])["position"]["quantity"]) for row in rows)


def test_of_several_strategies_each_is_paid_for_its_shares(tmp_path: Path, given: list[str]) -> None:
    """Dividends are paid on whole shares at the close before: their sum is the cash that no trade explains."""
    database = tmp_path / "shared.db"
    shared = "quick=sma_crossover,slow=sma_crossover"
    lengths = ["quick.fast=2", "quick.slow=5", "slow.fast=5", "slow.slow=20"]
    options = [*given[: given.index("--strategy")], "--strategy", shared]
    summary = done(database, [*options, *(word for one in lengths for word in ("--param", one))])
    verified = run("journal", "verify", "--database", str(database), "--json")
    assert json.loads(verified.stdout)["result"] == "pass", verified.stderr
    ranked = run("strategies", "rank", "--database", str(database), "--json")
    assert ranked.returncode == 0, ranked.stderr
    told = json.loads(ranked.stdout)
    assert [row["strategy"] for row in told["strategies"] if Decimal(row["other_cash"])] != []
    assert sum(Decimal(row["net_profit"]) for row in told["strategies"]) == Decimal(summary["equity"]) - 100_000
    with closing(sqlite3.connect(database)) as connection:
        cash, realised, commission = map(
            Decimal,
            connection.execute("SELECT cash, realised, commission FROM equity ORDER BY seq DESC LIMIT 1").fetchone(),
        )
        held = connection.execute("SELECT quantity, cost FROM positions").fetchall()
    cost = sum((Decimal(one[1]) for one in held), Decimal(0))
    paid = cash - (100_000 + realised - commission - cost)
    assert sum(Decimal(row["other_cash"]) for row in told["strategies"]) == paid > 0
