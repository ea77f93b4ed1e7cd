"""`robo-trader check lookahead` catches strategies that know the future, and lets honest ones pass.

The bars: 60 days of AAA and BBB, whose closes swing by 5 % every five days. The ways to peek are those a rule has: it
is shown one bar at a time, so it reads a file, remembers an earlier run, or changes a global.
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

DAYS = pl.read_parquet(SAMPLE_FILE).filter(pl.col("symbol") == "IBM")["date"].dt.to_string("iso").to_list()[:60]
HEAD = '''\
"""Knows more than it should."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl

from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.strategy import Strategy

'''
READS_THE_FILE = '''
FILE = Path(__file__).with_name("bars") / "AAA.csv"
CLOSES = LOADED


def gain_tomorrow(state, close):
    state[0] += 1.0
    t = int(state[0])
    return CLOSES[t] / close - 1.0 if t < len(CLOSES) else 0.0


@dataclass(frozen=True)
class Peek(Strategy):
    """Long before it rises."""

    def features(self, symbol):
        if symbol != "AAA":
            return (sma(1),)
        return (
            Feature(
                name="gain_tomorrow", inputs=("close",), parameters=(), warm_up=1, state_size=1, rule=gain_tomorrow
            ),
        )

    @staticmethod
    def rule(state, gain):
        return 1.0 if 0.0 < gain < 1.0 else 0.0
'''
LOADED = {
    "csv": "np.array([float(row['close']) for row in csv.DictReader(FILE.open())])",
    "polars": "pl.read_csv(FILE)['close'].to_numpy()",
    "a list": "pl.read_csv(str(FILE))['close'].to_list()",
}
REMEMBERS_RUNS = '''
SEEN = {}


def remembered(state, close):
    state[0] += 1.0
    t = int(state[0])
    SEEN.setdefault(t, close)
    return SEEN.get(t + 1, 0.0) - close


@dataclass(frozen=True)
class Peek(Strategy):
    """The second time, it knows what comes."""

    def features(self, symbol):
        return (
            Feature(name="remembered", inputs=("close",), parameters=(), warm_up=1, state_size=1, rule=remembered),
        ) if symbol == "AAA" else ()

    @staticmethod
    def rule(state, gain):
        return 1.0 if gain > 0.0 else 0.0
'''
COUNTS_IN_A_GLOBAL = '''
CALLS = [0.0]


@dataclass(frozen=True)
class Peek(Strategy):
    """Long at every other call, whatever the bars."""

    def features(self, symbol):
        return (sma(1),) if symbol == "BBB" else ()

    @staticmethod
    def rule(state, close):
        CALLS[0] += 1.0
        return CALLS[0] % 7.0 / 7.0
'''
NEEDS_THE_END = READS_THE_FILE.replace("if t < len(CLOSES) else 0.0", "")
HONEST = '''
WEIGHTS = [float(line) for line in Path(__file__).with_name("weights.txt").read_text().split()]


@dataclass(frozen=True)
class Peek(Strategy):
    """Reads a file, but not of bars; and cannot be compiled."""

    state_size: ClassVar[int] = 1

    def features(self, symbol):
        return (sma(5), sma(1))

    @staticmethod
    def rule(state, average, close):
        return sum(WEIGHTS) if close > average else 0.0
'''


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A working directory with the bars of two symbols."""
    (tmp_path / "bars").mkdir()
    for symbol, begin in (("AAA", 100.0), ("BBB", 50.0)):
        closes = [begin * (1.05 if (number // 5) % 2 else 1.0) for number in range(len(DAYS))]
        lines = [f"{day},{c},{c + 1},{c - 1},{c},100000" for day, c in zip(DAYS, closes, strict=True)]
        (tmp_path / "bars" / f"{symbol}.csv").write_text(
            "\n".join(["date,open,high,low,close,volume", *lines]) + "\n"
        )  # fmt: skip
    return tmp_path


def check(desk: Path, body: str, *more: str) -> subprocess.CompletedProcess[str]:
    (desk / "peek.py").write_text(HEAD + body)
    (desk / "weights.txt").write_text("0.25\n0.5\n")
    options = ("--symbols", "AAA,BBB", "--data", "bars", *more)
    return run("check", "lookahead", "peek.py:Peek", *options, cwd=desk)


@pytest.mark.parametrize("loaded", LOADED.values(), ids=LOADED)
def test_a_rule_that_reads_the_closes_of_the_days_to_come(desk: Path, loaded: str) -> None:
    """The close rises from the fifth day, 2000-03-07, to the sixth: seen with all bars, not when they end there."""
    done = check(desk, READS_THE_FILE.replace("LOADED", loaded))
    assert done.returncode == ExitCode.STRATEGY, done.stderr
    assert (
        "peek looks ahead, interpreted: its strength for AAA at 2000-03-07 21:00 UTC is 1 with all bars and 0 when the "
        "bars end at 2000-03-07 21:00 UTC"
    ) in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_told_as_json_too(desk: Path) -> None:
    done = check(desk, READS_THE_FILE.replace("LOADED", LOADED["csv"]), "--json")
    assert done.returncode == ExitCode.STRATEGY
    told = json.loads(done.stdout)
    peek = told["peek"]
    assert told["looks_ahead"] is True and told["cuts"] == 59
    assert (peek["symbol"], peek["whole"], peek["cut"], peek["form"]) == ("AAA", 1.0, 0.0, "interpreted")


def test_a_rule_that_knows_the_first_run_when_it_is_asked_again(desk: Path) -> None:
    """In the first run no later close is known, and its feature is minus the close; in the second it is the gain."""
    done = check(desk, REMEMBERS_RUNS)
    assert done.returncode == ExitCode.STRATEGY
    assert (
        "its strength for AAA at 2000-03-01 21:00 UTC is 0 with all bars and 0 when it is asked again, "
        "and remembered differs"
    ) in done.stderr


def test_a_rule_that_counts_its_calls_in_a_global(desk: Path) -> None:
    """60 calls in the first run: the 61st, of the second, is answered with 61 mod 7 sevenths, the first with 1."""
    done = check(desk, COUNTS_IN_A_GLOBAL)
    assert done.returncode == ExitCode.STRATEGY
    assert (
        "strength for BBB at 2000-03-01 21:00 UTC is 0.142857 with all bars and 0.714286 when it is asked again"
        in done.stderr
    )


def test_a_rule_that_fails_where_the_bars_end(desk: Path) -> None:
    """On all bars it fails too, at the last one: that is told as any failure of a rule is."""
    done = check(desk, NEEDS_THE_END.replace("LOADED", LOADED["a list"]))
    assert done.returncode == ExitCode.STRATEGY and "IndexError" in done.stderr and "Traceback" not in done.stderr


def test_an_honest_strategy_passes_though_it_reads_a_file_and_cannot_be_compiled(desk: Path) -> None:
    done = check(desk, HONEST)
    assert done.returncode == ExitCode.OK, done.stderr
    assert "peek does not look ahead: the same on 59 beginnings of 60 slices of 2 symbols, interpreted." in done.stdout
    assert "There is no compiled form to check: Peek.rule cannot be compiled" in done.stdout
    assert "weights.txt: what stands there is not checked" in done.stdout


def test_ours_pass_in_both_forms(desk: Path) -> None:
    done = run(
        "check", "lookahead", "sma_crossover", "--param", "fast=2", "--param", "slow=5", "--data", "bars",
        "--symbols", "AAA,BBB", "--start", "2000-03-03", "--json", cwd=desk,
    )  # fmt: skip
    assert done.returncode == ExitCode.OK, done.stderr
    told = json.loads(done.stdout)
    assert (told["looks_ahead"], told["slices"], told["forms"]) == (False, 58, ["interpreted", "compiled"])
    assert {one["name"]: (one["declared"], one["needed"]) for one in told["warm_up"]} == {
        "strength": (5, 5), "sma_2": (2, 2), "sma_5": (5, 5),
    }  # fmt: skip


def test_the_sample_is_cut_too() -> None:
    done = run(
        "check", "lookahead", "rsi_reversion", "--feed", "sample", "--start", "2012-06-01", "--cuts", "9", "--json"
    )
    assert done.returncode == ExitCode.OK, done.stderr
    assert json.loads(done.stdout)["cuts"] == 9


def test_what_cannot_be_meant_is_told(desk: Path) -> None:
    assert run("check", "lookahead", "magic", cwd=desk).returncode == ExitCode.CONFIGURATION
    assert run("check", "lookahead", "peek.py:Peek", cwd=desk).returncode == ExitCode.CONFIGURATION
