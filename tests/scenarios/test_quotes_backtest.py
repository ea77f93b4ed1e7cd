"""A strategy that reads quotes, from the command line, on the best quotes of IBM and BAC on one real morning.

What the program did is held against the quotes themselves, in polars: the price and size of every fill, and the books.
"""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from robo_trader.app.backtesting import Backtest, backtest
from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.quote_backtesting import RecordFiles
from robo_trader.app.settings import load_settings
from tests.parity.kit import KIT, consolidated_quotes, needs_kit
from tests.running import run

pytestmark = pytest.mark.process

SLIPPAGE = 2 / 10_000
NAME = "microstructure_imbalance"
SMALL = """ts,symbol,bid,ask,bid_size,ask_size
2013-10-07T13:30:01Z,IBM,181.00,181.10,500,200
2013-10-07T13:30:02Z,IBM,181.00,181.10,900,100
2013-10-07T13:31:03Z,IBM,181.02,181.12,900,100
"""


@pytest.fixture(scope="module")
def quotes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty minutes from the open, as one file."""
    path = tmp_path_factory.mktemp("quotes") / "quotes.parquet"
    span = "2013-10-07T13:30:00Z", "2013-10-07T14:10:00Z"
    pl.concat([consolidated_quotes(symbol, *span) for symbol in ("IBM", "BAC")]).write_parquet(path)
    return path


def on_command_line(*arguments: str | Path, strategy: str = NAME, cwd: Path | None = None) -> dict[str, Any]:
    done = run("backtest", "--strategy", strategy, "--json", *map(str, arguments), cwd=cwd)
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def in_memory(quotes: Path, **execution: str) -> Backtest:
    """The same by the function behind the command, whose frames can be looked into."""
    overrides = {
        "data": {"symbols": "IBM,BAC"}, "strategy": {"name": NAME}, "risk": {"daily_loss_fraction": "0.05"},
        "execution": execution,
    }  # fmt: skip
    settings = load_settings(config_file=None, overrides=overrides, environment={}, working_directory=Path.cwd())
    return asyncio.run(backtest(settings, environment={}, records=RecordFiles(quotes=quotes)))


@pytest.fixture(scope="module")
def played(quotes: Path) -> Backtest:
    return in_memory(quotes)


def sound(quotes: Path) -> pl.DataFrame:
    """The quotes that may fill an order, each with the price it fills at and the shares it shows."""
    frame = pl.read_parquet(quotes).filter(pl.col("bid") < pl.col("ask"))
    buys = frame.select("ts", "symbol", pl.lit("BUY").alias("side"), price="ask", size="ask_size", sign=pl.lit(1.0))
    sales = frame.select("ts", "symbol", pl.lit("SELL").alias("side"), price="bid", size="bid_size", sign=pl.lit(-1.0))
    slipped = (pl.col("price") * (1 + pl.col("sign") * SLIPPAGE)).alias("slipped")
    return pl.concat([buys, sales]).with_columns(slipped)


@needs_kit
def test_it_trades_and_the_same_again(quotes: Path) -> None:
    first = on_command_line("--symbols", "IBM,BAC", "--quotes", quotes)
    again = on_command_line("--symbols", "IBM,BAC", "--quotes", quotes)
    assert first["fills"] > 100 and first["orders"] > 100 and first["quotes"] > 20_000
    assert first["bars"] == 80, "a bar a minute for two symbols, so that equity is marked every minute"
    assert set(first["quotes_rejected"]) == {"CROSSED", "LOCKED"}
    assert first["feeds"] == {"IBM": "quotes", "BAC": "quotes"}
    assert {**first, "seconds": 0} == {**again, "seconds": 0} and len(first["state_hash"]) == 32


@needs_kit
def test_every_fill_lies_at_the_far_side_of_its_moment_slipped(played: Backtest, quotes: Path) -> None:
    """Of the quotes of the very millisecond of a fill, one must have its price, and show that many shares."""
    fills = played.result.fills.with_row_index("fill")
    near = (pl.col("price") - pl.col("slipped")).abs() <= 0.00005001  # prices are to a hundredth of a cent
    matched = fills.join(
        sound(quotes).rename({"price": "far"}), left_on=["occurred_at", "symbol", "side"],
        right_on=["ts", "symbol", "side"], how="inner",
    ).filter(near & (pl.col("quantity") <= pl.col("size")))  # fmt: skip
    assert fills.height > 200
    assert set(matched["fill"]) == set(fills["fill"])


@needs_kit
def test_no_order_fills_before_a_later_quote(played: Backtest) -> None:
    both = played.result.fills.join(played.result.orders.select("order_id", "created_at"), on="order_id")
    assert (both["occurred_at"] > both["created_at"]).all()


@needs_kit
def test_the_books_follow_from_the_fills(played: Backtest, quotes: Path) -> None:
    """Cash after each minute, and equity with positions at the mid of the last sound quote, recomputed."""
    result = played.result
    signed = pl.when(pl.col("side") == "BUY").then(1.0).otherwise(-1.0) * pl.col("quantity")
    fills = result.fills.with_columns(signed.alias("signed"))
    mids = (
        pl.read_parquet(quotes).filter(pl.col("bid") < pl.col("ask")).sort("ts", maintain_order=True)
        .with_columns(((pl.col("bid") + pl.col("ask")) / 2).alias("mid"))
    )  # fmt: skip
    for ended_at, _, equity, cash, gross in result.equity.iter_rows():
        before = fills.filter(pl.col("occurred_at") <= ended_at)
        paid = float(np.dot(before["signed"], before["price"]) + before["commission"].to_numpy().sum())
        assert cash == pytest.approx(100_000 - paid, abs=1e-6)
        values = [
            before.filter(pl.col("symbol") == symbol)["signed"].sum()
            * mids.filter((pl.col("symbol") == symbol) & (pl.col("ts") <= ended_at))["mid"][-1]
            for symbol in ("IBM", "BAC")
        ]
        assert equity == pytest.approx(cash + sum(values), abs=0.01)
        assert gross == pytest.approx(sum(map(abs, values)), abs=0.01)
    assert result.equity.height == 40
    assert any("quotes and prints were refused" in warning for warning in result.warnings)


@needs_kit
def test_limit_orders_fill_at_their_limit_or_better(quotes: Path) -> None:
    result = in_memory(quotes, order_type="limit", limit_offset_bps="0").result
    both = result.fills.join(result.orders.select("order_id", "limit_price"), on="order_id")
    worse = pl.when(pl.col("side") == "BUY").then(1).otherwise(-1) * (pl.col("price") - pl.col("limit_price"))
    assert both.height > 10 and both.select(worse.max()).item() <= 0


@needs_kit
def test_with_bars_of_ones_own(quotes: Path, tmp_path: Path) -> None:
    """The minutes are those of the file; what fills is the same, for a quoted symbol fills against quotes only."""
    minutes = pl.read_parquet(KIT / "minute/lean_minute_trades.parquet").filter(
        (pl.col("symbol") == "IBM") & (pl.col("ts").dt.date() == pl.date(2013, 10, 7)) & (pl.col("session") == "rth")
    )
    (tmp_path / "1-min").mkdir()
    columns = ("ts", "open", "high", "low", "close", "volume")
    minutes.select(columns).write_parquet(tmp_path / "1-min/IBM.parquet")
    ours = on_command_line("--symbols", "IBM", "--quotes", quotes, "--data", tmp_path, "--bar-size", "1 min")
    built = on_command_line("--symbols", "IBM", "--quotes", quotes)
    assert ours["bars"] == minutes.height > built["bars"]
    assert ours["feeds"] == {"IBM": "files and quotes"}
    assert ours["fills"] >= built["fills"] > 50


def test_a_folder_of_csv_files_and_prints(tmp_path: Path) -> None:
    (tmp_path / "quotes").mkdir()
    (tmp_path / "quotes/IBM.csv").write_text(SMALL)
    (tmp_path / "prints.csv").write_text("ts,price,size\n2013-10-07T13:30:01.5Z,181.1,100\n2013-10-07T13:30:59Z,-1,1\n")
    (tmp_path / "tape.py").write_text(
        "from dataclasses import dataclass\n"
        "from robo_trader.core.strategies.event_strategy import EventStrategy\n"
        "from robo_trader.core.features.microstructure import trade_sign\n\n"
        "@dataclass(frozen=True)\n"
        "class Tape(EventStrategy):\n"
        '    """Goes with who began the last print."""\n\n'
        "    def trade_features(self, symbol):\n        return (trade_sign(),)\n\n"
        "    def on_trade(self, memory, trade, values, desk):\n"
        '        desk.want(trade.symbol, values[0], "the tape")\n'
    )
    arguments = ("--symbols", "IBM", "--quotes", "quotes", "--trades", "prints.csv", "--report", "report.html")
    summary = on_command_line(*arguments, strategy="tape.py:Tape", cwd=tmp_path)
    assert (summary["quotes"], summary["prints"], summary["fills"]) == (3, 1, 1)
    assert summary["quotes_rejected"] == {"NOT_POSITIVE": 1}
    assert "At most the shares that a quote shows" in (tmp_path / "report.html").read_text()
    shown = run("strategies", "show", "tape.py:Tape", "--json", cwd=tmp_path)
    assert json.loads(shown.stdout)["form"] == "event (trade)" and "trade_sign" in shown.stdout


def test_the_documented_strategy_trades(tmp_path: Path) -> None:
    """The bid rises to 181.00, stays, and rises to 181.02: buy, sell, buy. The last order has no quote to fill at."""
    page = (Path(__file__).parents[2] / "docs/strategies.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "riser.py").write_text(program)
    (tmp_path / "q.csv").write_text(SMALL)
    summary = on_command_line("--symbols", "IBM", "--quotes", "q.csv", strategy="riser.py:Riser", cwd=tmp_path)
    assert (summary["signals"], summary["orders"], summary["fills"]) == (3, 3, 2)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("backtest",), ExitCode.CONFIGURATION, "microstructure_imbalance reads quotes, and there are none in this"),
        (("backtest", "--quotes", "q.csv", "--engine", "compiled"), ExitCode.STRATEGY, "is in event form"),
        (("backtest", "--trades", "q.csv"), ExitCode.CONFIGURATION, "Prints are played with quotes only"),
        (("backtest", "--quotes", "gone.csv"), ExitCode.DATA, "gone.csv is neither a folder nor a file"),
        (("backtest", "--quotes", "q.csv", "--start", "2014-01-02"), ExitCode.CONFIGURATION, "There are no bars from"),
        (("backtest", "--quotes", "q.csv", "--splits", "s.csv"), ExitCode.CONFIGURATION, "quotes are played as they"),
        (("backtest", "--quotes", "crossed.csv"), ExitCode.DATA, "There is not one sound quote: 1 CROSSED"),
        (("backtest", "--quotes", "q.csv", "--strategy", f"{NAME},momentum"), ExitCode.CONFIGURATION, "shares its acc"),
        (("run", "--exit-when-done"), ExitCode.CONFIGURATION, "there are none on any feed of a paper session"),
    ],
)
def test_what_cannot_be(tmp_path: Path, arguments: tuple[str, ...], code: ExitCode, said: str) -> None:
    (tmp_path / "q.csv").write_text(SMALL)
    (tmp_path / "crossed.csv").write_text(f"{SMALL.splitlines()[0]}\n2013-10-07T13:30:01Z,IBM,181.2,181.1,5,2\n")
    (tmp_path / "s.csv").write_text("ex_date,symbol,ratio\n2013-10-08,IBM,2\n")
    strategy = () if "--strategy" in arguments else ("--strategy", NAME)
    done = run(*arguments, *strategy, "--symbols", "IBM", cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_a_rule_sees_no_quotes(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text(SMALL)
    done = run("backtest", "--symbols", "IBM", "--quotes", "q.csv", cwd=tmp_path)
    assert done.returncode == ExitCode.CONFIGURATION and "sma_crossover is a rule" in done.stderr


def test_the_check_for_lookahead_says_why_it_has_nothing_to_do() -> None:
    done = run("check", "lookahead", NAME, "--symbols", "IBM")
    assert done.returncode == ExitCode.CONFIGURATION and "one event after the other" in done.stderr
