"""What may be wrong with the bars, the strategy or the command of a backtest: told, by both engines, never played over.

Each test sees what a user sees: the message, the next step and the exit code; or the count of what was left out.
"""

import json
import subprocess
from pathlib import Path

import polars as pl
import pytest

from robo_trader.adapters.feeds.sample import SAMPLE_FILE
from robo_trader.app.exit_codes import ExitCode
from tests.running import run

pytestmark = pytest.mark.process

ENGINES = ("event", "compiled")
DAYS = pl.read_parquet(SAMPLE_FILE).filter(pl.col("symbol") == "IBM")["date"].dt.to_string("iso").to_list()[:60]
IMPORT = "from robo_trader.core.features.feature import Feature"
OWN = '''\
"""A strategy that is wrong in one way."""

import math
from dataclasses import dataclass

from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.strategy import Strategy

SEEN = {}


@dataclass(frozen=True)
class Own(Strategy):
    """Long above a short average."""

    def features(self, symbol):
        return (sma(3), sma(1))

    @staticmethod
    def rule(state, average, close):
        return ANSWER
'''


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def rows(begin: float = 100.0, days: list[str] = DAYS) -> list[str]:
    """Lines of a file: the close swings by 5 % every five days, so that a short average is crossed often."""
    closes = [begin * (1.05 if (number // 5) % 2 else 1.0) for number in range(len(days))]
    return [f"{day},{close},{close + 1},{close - 1},{close},100000" for day, close in zip(days, closes, strict=True)]


def write(folder: Path, symbol: str, lines: list[str]) -> None:
    (folder / f"{symbol}.csv").write_text("\n".join(["date,open,high,low,close,volume", *lines]) + "\n")


def own(folder: Path, answer: str) -> str:
    (folder / "own.py").write_text(OWN.replace("ANSWER", answer))
    return "own.py:Own"


def backtest(folder: Path, engine: str, *more: str, symbols: str = "AAA") -> subprocess.CompletedProcess[str]:
    options = ("--strategy", "sma_crossover", "--param", "fast=1", "--param", "slow=3")
    chosen = more if "--strategy" in more else (*options, *more)
    return run("backtest", "--symbols", symbols, "--data", ".", "--engine", engine, *chosen, "--json", cwd=folder)


def played(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.returncode == ExitCode.OK, done.stderr
    summary: dict[str, object] = json.loads(done.stdout)
    return summary


def refused(done: subprocess.CompletedProcess[str], code: ExitCode) -> str:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and not done.stdout
    said = done.stderr.replace("robo-trader: compiling the rules, once: about 5 s\n", "")
    assert said.startswith("robo-trader: ")
    assert "\n             " in said, "there is a next step"
    return said


def test_a_bar_without_a_price_or_below_zero_is_left_out_and_counted(tmp_path: Path, engine: str) -> None:
    lines = rows()
    lines[20] = f"{DAYS[20]},100,101,99,NaN,1000"
    lines[21] = f"{DAYS[21]},100,101,-99,100,1000"
    lines[22] = f"{DAYS[22]},100,99,101,100,1000"
    lines[23] = f"{DAYS[23]},100,101,99,100,-1"
    write(tmp_path, "AAA", lines)
    summary = played(backtest(tmp_path, engine))
    assert summary["bars"] == 56
    assert summary["bars_rejected"] == {
        "HIGH_BELOW_LOW": 1, "NEGATIVE_VOLUME": 1, "NOT_FINITE": 1, "NOT_POSITIVE": 1,
    }  # fmt: skip


def test_bars_that_stand_twice_or_late_are_put_in_order_and_counted(tmp_path: Path, engine: str) -> None:
    sound = rows()
    write(tmp_path, "AAA", sound)
    whole = played(backtest(tmp_path, engine))
    write(tmp_path, "AAA", [*sound[30:], *sound[:30], sound[7]])
    summary = played(backtest(tmp_path, engine))
    assert summary["bars_rejected"] == {"DUPLICATE": 1}
    assert {name: summary[name] for name in ("bars", "fills", "equity")} == {
        name: whole[name] for name in ("bars", "fills", "equity")
    }


def test_symbols_may_have_different_days(tmp_path: Path, engine: str) -> None:
    write(tmp_path, "AAA", rows())
    write(tmp_path, "BBB", [line for number, line in enumerate(rows(50.0)) if number % 7 and number > 10])
    summary = played(backtest(tmp_path, engine, symbols="AAA,BBB"))
    assert summary["bars"] == 60 + 49 - 7
    assert summary["bars_rejected"] == {}
    assert isinstance(summary["fills"], int) and summary["fills"] > 10


def test_nothing_fills_where_nothing_trades(tmp_path: Path, engine: str) -> None:
    write(tmp_path, "AAA", [line.replace(",100000", ",0") for line in rows()])
    summary = played(backtest(tmp_path, engine))
    assert summary["fills"] == 0 and summary["bars"] == 60 and float(str(summary["equity"])) == 100_000


def test_not_one_sound_bar(tmp_path: Path) -> None:
    write(tmp_path, "AAA", [f"{day},100,101,99,NaN,1000" for day in DAYS])
    said = refused(backtest(tmp_path, "compiled"), ExitCode.DATA)
    assert "not one sound bar" in said


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("math.nan * average", "answered nan for AAA at "),
        ("2.0 * close / close", "answered 2.0"),
        ("'long'", "answered 'long' for AAA at "),
        ("(1.0, close)", "answered (1.0, 100.0) for AAA at "),
        ("None", "answered None for AAA at "),
        ("state[3]", "failed for AAA at 2000-03-03"),
    ],
)
def test_an_answer_that_is_no_strength(tmp_path: Path, engine: str, answer: str, told: str) -> None:
    write(tmp_path, "AAA", rows())
    said = refused(backtest(tmp_path, engine, "--strategy", own(tmp_path, answer)), ExitCode.STRATEGY)
    assert f"own {told}" in said
    assert "Correct the strategy's rule" in said


def test_a_late_answer_that_is_no_strength_is_told_with_its_time(tmp_path: Path, engine: str) -> None:
    """The first close of 105 is that of the sixth day, 2000-03-08."""
    write(tmp_path, "AAA", rows())
    strategy = own(tmp_path, "1.0 if close < 101.0 else close")
    said = refused(backtest(tmp_path, engine, "--strategy", strategy), ExitCode.STRATEGY)
    assert "own answered 105.0 for AAA at 2000-03-08T21:00:00" in said


def test_a_rule_that_writes_where_it_has_no_memory(tmp_path: Path, engine: str) -> None:
    """Only late, when the close is 105: a rule that fails at once is told by the first try."""
    write(tmp_path, "AAA", rows())
    strategy = own(tmp_path, "1.0 if close < 101.0 else remember(state)")
    file = tmp_path / "own.py"
    file.write_text(file.read_text().replace("SEEN = {}", "def remember(state):\n    state[2] = 1.0\n    return 0.0"))
    said = refused(backtest(tmp_path, engine, "--strategy", strategy), ExitCode.STRATEGY)
    assert (
        "own failed for AAA at 2000-03-08" if engine == "event" else "Own.rule reads or writes beyond an array"
    ) in said


def test_a_feature_of_ones_own_that_fails(tmp_path: Path, engine: str) -> None:
    """It has no state, and counts its bars in it: told with the bar, or, compiled, with the rule."""
    write(tmp_path, "AAA", rows())
    strategy = own(tmp_path, "1.0")
    file = tmp_path / "own.py"
    made = 'Feature(name="count", inputs=("close",), parameters=(), warm_up=1, state_size=1, rule=count)'
    text = file.read_text().replace("(sma(3), sma(1))", f"({made}, sma(1))")
    text = text.replace("SEEN = {}", "def count(state, close):\n    state[3] += 1.0\n    return state[3]")
    file.write_text(
        text.replace("from robo_trader.core.features.trend", f"{IMPORT}\nfrom robo_trader.core.features.trend")
    )
    said = refused(backtest(tmp_path, engine, "--strategy", strategy), ExitCode.STRATEGY)
    told = (
        "a feature failed for AAA at 2000-03-01T21:00:00+00:00: IndexError" if engine == "event" else "count reads or"
    )
    assert told in said


def test_features_that_are_no_tuple(tmp_path: Path, engine: str) -> None:
    write(tmp_path, "AAA", rows())
    strategy = own(tmp_path, "1.0")
    file = tmp_path / "own.py"
    file.write_text(file.read_text().replace("(sma(3), sma(1))", "sma(3)"))
    said = refused(backtest(tmp_path, engine, "--strategy", strategy), ExitCode.CONFIGURATION)
    assert "own.features answered Feature" in said and "comma" in said


def test_a_rule_that_cannot_be_compiled_runs_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, "AAA", rows())
    strategy = own(tmp_path, "SEEN.get('limit', 1.0)")
    said = refused(backtest(tmp_path, "compiled", "--strategy", strategy), ExitCode.STRATEGY)
    assert "Own.rule cannot be compiled: " in said and "SEEN" in said.splitlines()[0]
    assert "--engine event" in said
    assert played(backtest(tmp_path, "event", "--strategy", strategy))["fills"] == 1


def test_start_after_end(tmp_path: Path, engine: str) -> None:
    write(tmp_path, "AAA", rows())
    said = refused(
        backtest(tmp_path, engine, "--start", "2000-05-01", "--end", "2000-04-03"), ExitCode.CONFIGURATION
    )  # fmt: skip
    assert "no bars from 2000-05-01 to 2000-04-03" in said
    assert "'May' is no date" in refused(backtest(tmp_path, engine, "--start", "May"), ExitCode.CONFIGURATION)


def test_a_benchmark_that_nobody_serves(tmp_path: Path, engine: str) -> None:
    write(tmp_path, "AAA", rows())
    assert "SPY" in refused(backtest(tmp_path, engine, "--benchmark", "SPY"), ExitCode.DATA)


def test_a_folder_for_the_report_that_is_not_there(tmp_path: Path, engine: str) -> None:
    write(tmp_path, "AAA", rows())
    said = refused(backtest(tmp_path, engine, "--report", "gone/report.html"), ExitCode.CONFIGURATION)
    assert "gone is no folder" in said


def test_there_are_two_engines(tmp_path: Path) -> None:
    write(tmp_path, "AAA", rows())
    assert "event, compiled" in refused(backtest(tmp_path, "vector"), ExitCode.CONFIGURATION)


def test_a_control_that_is_not_compiled_is_refused_by_its_key(tmp_path: Path) -> None:
    write(tmp_path, "AAA", rows())
    arguments = ("backtest", "--symbols", "AAA", "--data", ".", "--json")
    limits = {"ROBO_RISK__PRICE_MIN": "1", "ROBO_RISK__ENTRIES_PER_SESSION": "3", "ROBO_RISK__ORDER_SHARES_MAX": "10"}
    said = refused(run(*arguments, "--engine", "compiled", cwd=tmp_path, **limits), ExitCode.CONFIGURATION)
    assert "risk.price_min, risk.entries_per_session: the compiled backtest does not play these" in said
    assert "--engine event" in said
    assert run(*arguments, "--engine", "event", cwd=tmp_path, **limits).returncode == 0
