"""What is compiled is kept, and never outlives the rule it was made from.

A copy of the package stands first on the path, so that a rule in it can be edited as a developer would.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import robo_trader
from tests.running import environment, run

pytestmark = pytest.mark.process

PACKAGE = Path(robo_trader.__file__).parent
OPTIONS = (
    "backtest", "--strategy", "sma_crossover", "--param", "fast=2", "--param", "slow=5", "--feed", "sample",
    "--start", "2010-01-04", "--symbols", "IBM", "--engine", "compiled", "--json",
)  # fmt: skip
ANNOUNCED = "robo-trader: compiling the rules, once: about 5 s\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package, to be edited, and an empty cache beside it."""
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(PACKAGE, tmp_path / "tree" / "robo_trader", ignore=ignored)
    return tmp_path


def backtest(copy: Path) -> tuple[dict[str, object], str]:
    """Return the summary, and what was said on standard error."""
    named = {"PYTHONPATH": str(copy / "tree"), "XDG_CACHE_HOME": str(copy / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "robo_trader", *OPTIONS], capture_output=True, text=True, check=False, cwd=copy,
        env=environment(**named), timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    return {name: summary[name] for name in ("equity", "fills", "commission")}, done.stderr


def kept(copy: Path) -> dict[Path, int]:
    """Return every file of compiled code, and when it was written."""
    return {
        path: path.stat().st_mtime_ns for path in (copy / "cache").rglob("*") if path.suffix in {".nbc", ".nbi", ".py"}
    }


def test_it_is_compiled_once_and_anew_when_a_rule_changes(copy: Path) -> None:
    """A crossing that counts from 1 % on makes other trades. The file is neither the loop's nor the strategy's."""
    first, said = backtest(copy)
    assert said == ANNOUNCED
    compiled = kept(copy)
    assert compiled
    assert backtest(copy) == (first, ""), "nothing is announced, because nothing is compiled"
    assert kept(copy) == compiled
    rule = copy / "tree" / "robo_trader" / "core" / "rules" / "comparison.py"
    text = rule.read_text()
    assert text.count("1e-12") == 1
    before = rule.stat()
    rule.write_text(text.replace("1e-12", "1e-02"))
    os.utime(rule, ns=(before.st_atime_ns, before.st_mtime_ns))  # not even the time of the file tells
    edited, said = backtest(copy)
    assert said == ANNOUNCED and edited != first
    assert len(kept(copy)) == 2 * len(compiled)
    rule.write_text(text)
    assert backtest(copy) == (first, ""), "what was compiled from the rule before is still good"


OWN = '''\
"""Takes a number from a file beside it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.strategy import Strategy

WEIGHT = np.array([float(Path(__file__).with_name("weight.txt").read_text())])


@dataclass(frozen=True)
class Own(Strategy):
    """Long above an average, as much as the file says."""

    def features(self, symbol):
        return (sma(20), sma(1))

    @staticmethod
    def rule(state, average, close):
        return WEIGHT[0] if close > average else 0.0
'''


def test_a_number_that_a_strategy_reads_is_taken_as_it_is_now(tmp_path: Path) -> None:
    """Full strength trades, none does not; nothing of the strategy's own file has changed."""
    (tmp_path / "own.py").write_text(OWN)
    fills = []
    for weight in ("1.0", "0.0", "1.0"):
        (tmp_path / "weight.txt").write_text(weight)
        done = run(
            "backtest", "--strategy", "own.py:Own", "--feed", "sample", "--start", "2012-01-03", "--symbols", "IBM",
            "--engine", "compiled", "--json", cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        fills.append(json.loads(done.stdout)["fills"])
    assert fills[0] == fills[2] > 0 == fills[1]


def test_a_folder_that_cannot_be_written_is_told(copy: Path) -> None:
    (copy / "cache").write_text("a file")
    named = {"PYTHONPATH": str(copy / "tree"), "XDG_CACHE_HOME": str(copy / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "robo_trader", *OPTIONS], capture_output=True, text=True, check=False, cwd=copy,
        env=environment(**named), timeout=300,
    )  # fmt: skip
    assert done.returncode == 2
    assert "compiled code cannot be kept in" in done.stderr and "XDG_CACHE_HOME" in done.stderr


def test_another_form_of_the_account_is_announced_once(copy: Path) -> None:
    """What the first run left out, because it had no use for it, takes seconds to compile when it is wanted."""
    assert backtest(copy)[1] == ANNOUNCED
    (copy / "robo_trader.toml").write_text("[stops]\nbars_max = 5\n")
    told = "robo-trader: compiling the account for one strategy with stops, once: about 4 s\n"
    assert [backtest(copy)[1] for _ in range(2)] == [told, ""]
