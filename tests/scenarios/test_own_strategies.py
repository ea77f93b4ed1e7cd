"""A user's own strategy, from the first command to its session: it runs as ours do, and an edit is another session."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from robo_trader.app.exit_codes import ExitCode
from robo_trader.core.strategies.catalogue import ALL_STRATEGIES
from tests.running import environment, run, run_json

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.process

SAMPLE = ("--feed", "sample", "--duration", "800 D")
EXAMPLES = {
    "falling_days": "FallingDays",
    "volatility_filtered_reversal": "VolatilityFilteredReversal",
    "turn_of_month": "TurnOfMonth",
}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A working directory with a strategy just begun."""
    done = run("new", "strategy", "MyReversal", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def next_commands(told: str) -> list[list[str]]:
    return [line.split() for line in told.splitlines() if line.startswith("  ")]


def test_a_new_strategy_does_at_once_what_it_says_next(tmp_path: Path) -> None:
    told = run("new", "strategy", "MyReversal", cwd=tmp_path).stdout
    backtest, show, test, paper = next_commands(told)
    assert "zscore_20" in run(*show[1:], cwd=tmp_path).stdout
    summary = json.loads(run(*backtest[1:], *SAMPLE, "--json", cwd=tmp_path).stdout)
    assert summary["fills"] > 20 and summary["trading_state"] == "ACTIVE"
    tested = subprocess.run(
        [sys.executable, "-m", *test, "-p", "no:cacheprovider"], cwd=tmp_path, capture_output=True, text=True,
        check=False, env=environment(),
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout
    assert "4 passed" in tested.stdout
    assert paper == ["robo-trader", "run", "--strategy", "my_reversal.py:MyReversal"]


def test_its_test_can_fail(desk: Path) -> None:
    file = desk / "my_reversal.py"
    file.write_text(file.read_text().replace("if z <= -enter:", "if z >= enter:"))
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "test_my_reversal.py", "-p", "no:cacheprovider"], cwd=desk,
        capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip
    assert tested.returncode == 1


def test_it_is_written_once(desk: Path) -> None:
    again = run("new", "strategy", "my_reversal", cwd=desk)
    assert again.returncode == ExitCode.CONFIGURATION
    assert "my_reversal.py exists" in again.stderr


def test_what_is_tested_is_what_runs(desk: Path) -> None:
    options = ("--strategy", "my_reversal.py:MyReversal", "--param", "length=30", "--param", "enter=1.5", *SAMPLE)
    tested = json.loads(run("backtest", *options, "--json", cwd=desk).stdout)
    done = run(
        "run", *options, "--database", "s.db", "--speed", "max", "--exit-when-done", "--json", cwd=desk,
    )  # fmt: skip
    ran = json.loads(done.stdout)
    assert tested["fills"] > 20
    assert {key: tested[key] for key in ran if key != "seconds"} == {key: ran[key] for key in ran if key != "seconds"}
    assert json.loads(run("status", "--database", "s.db", "--json", cwd=desk).stdout)["strategy"] == (
        "my_reversal (length 30, leave 0, enter 1.5), fixed_fraction"
    )


def test_an_edited_file_is_another_strategy(desk: Path) -> None:
    options = ("--strategy", "my_reversal.py:MyReversal", "--speed", "max", "--exit-when-done", "--json", *SAMPLE)
    first = run("run", *options, "--database", "s.db", cwd=desk)
    assert first.returncode == 0, first.stderr
    file = desk / "my_reversal.py"
    file.write_text(file.read_text() + "\n# another thought\n")
    refused = run("run", *options, "--database", "s.db", cwd=desk)
    assert refused.returncode == ExitCode.MISMATCH
    assert "strategy.content" in refused.stderr
    home = {"XDG_DATA_HOME": str(desk / "home")}
    for _ in range(2):
        assert run("run", *options, cwd=desk, **home).returncode == 0
    file.write_text(file.read_text() + "# and one more\n")
    assert run("run", *options, cwd=desk, **home).returncode == 0
    databases = sorted(path.name for path in (desk / "home").rglob("*.db"))
    assert len(databases) == 2 and all(name.startswith("paper-my_reversal-1day-") for name in databases)


def test_a_rule_that_answers_nonsense_ends_the_run_with_symbol_and_time(desk: Path) -> None:
    file = desk / "my_reversal.py"
    file.write_text(file.read_text().replace("        return state[0]\n", "        return 2.0 * state[0]\n"))
    done = run("backtest", "--strategy", "my_reversal.py:MyReversal", *SAMPLE, cwd=desk)
    assert done.returncode == ExitCode.STRATEGY
    assert "my_reversal answered 2.0 for " in done.stderr and "Traceback" not in done.stderr


def test_a_mistake_in_the_file_is_told_with_its_line(desk: Path) -> None:
    file = desk / "my_reversal.py"
    file.write_text(file.read_text() + "\nmean = 1 / 0\n")
    done = run("backtest", "--strategy", "my_reversal.py:MyReversal", cwd=desk)
    assert done.returncode == ExitCode.CONFIGURATION
    line = file.read_text().splitlines().index("mean = 1 / 0") + 1
    assert f"my_reversal.py cannot be imported: line {line}: ZeroDivisionError" in done.stderr
    assert "Traceback" not in done.stderr
    assert run("config", "check", cwd=desk, ROBO_STRATEGY__NAME="my_reversal.py:MyReversal").returncode == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--param", "fasst=3"), "Did you mean strategy.parameters.fast?"),
        (("--param", "fast"), "--param 'fast' is not NAME=VALUE"),
        (("--param", "fast="), "--param 'fast=' is not NAME=VALUE"),
        (("--param", "fast=3", "--param", "fast=4"), "--param fast is given twice"),
        (("--param", "fast=quick"), "strategy.parameters.fast: sma_crossover: fast must be a number, was 'quick'"),
        (("--strategy", "sma_crosover"), "Did you mean 'sma_crossover'?"),
        (("--strategy", "gone.py:Mine"), "the strategy file gone.py does not exist"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    for command in ("run", "backtest"):
        done = run(command, *options, cwd=tmp_path)
        assert done.returncode == ExitCode.CONFIGURATION
        assert told in done.stderr


def test_stops_and_sizes_are_settings(tmp_path: Path) -> None:
    (tmp_path / "robo_trader.toml").write_text(
        '[strategy]\nsizing = "fixed_shares"\nquantity = 10\n\n[stops]\ntrailing_fraction = 0.05\n'
    )
    done = run(
        "run", *SAMPLE, "--database", "s.db", "--speed", "max", "--exit-when-done", "--json", cwd=tmp_path
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    fills = json.loads(run("fills", "--database", "s.db", "--json", cwd=tmp_path).stdout)
    assert fills and {int(fill["quantity"]) for fill in fills} == {10}
    plain = run_json(tmp_path / "plain.db", *SAMPLE)
    assert json.loads(done.stdout)["signals"] > plain["signals"], "a stop is a signal of its own"


@pytest.mark.parametrize("module", EXAMPLES)
def test_the_examples_trade(module: str) -> None:
    reference = f"examples/{module}.py:{EXAMPLES[module]}"
    shown = json.loads(run("strategies", "show", reference, "--json", cwd=ROOT).stdout)
    assert shown["name"] == module and shown["parameters"]
    assert shown["features"] if shown["form"] == "rule" else shown["form"] == "event (bar, fill, timer)"
    summary = json.loads(run("backtest", "--strategy", reference, "--feed", "sample", "--json", cwd=ROOT).stdout)
    assert summary["fills"] > 100 and summary["violations"] == {}


def test_every_example_is_tried_here() -> None:
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == EXAMPLES.keys()


def test_our_strategies_are_listed_and_shown() -> None:
    listed = json.loads(run("strategies", "list", "--json").stdout)
    assert [row["name"] for row in listed] == list(ALL_STRATEGIES)
    assert all(row["summary"] for row in listed)
    assert {row["name"]: row["form"] for row in listed}["microstructure_imbalance"] == "event (quote)"
    assert listed[0] == {
        "name": "sma_crossover",
        "form": "rule",
        "summary": "Crossing of two simple moving averages of the close.",
        "parameters": "fast 20, slow 50",
    }
    shown = json.loads(run("strategies", "show", "sma_crossover", "--json").stdout)
    assert shown["features"] == ["sma_20", "sma_50"] and shown["ordered"] == ["fast", "slow"]
    assert shown["parameters"][0] == {
        "name": "fast", "default": 20, "minimum": 1, "maximum": 5000, "unit": "bars",
        "about": "length of the fast average",
    }  # fmt: skip
    names = json.loads(run("strategies", "show", "pairs", "--json").stdout)["parameters"]
    first = next(row for row in names if row["name"] == "first")
    assert (first["minimum"], first["maximum"], first["unit"]) == (None, None, "name") and first["default"].isupper()
    assert "sma_crossover" in run("strategies", "list").stdout
    assert "--param fast=20" in run("strategies", "show", "sma_crossover").stdout
    assert run("strategies", "show", "magic").returncode == ExitCode.CONFIGURATION
