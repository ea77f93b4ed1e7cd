"""Every command answers, help answers without heavy imports, and the exit codes are the documented ones."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from robo_trader import __version__
from robo_trader.app.exit_codes import ExitCode
from tests.running import environment, run

ROOT = Path(__file__).parents[2]
HEAVY = ("polars", "numpy", "pandas", "exchange_calendars", "sqlalchemy", "fastapi", "uvicorn", "pydantic_settings")


def test_version_is_the_packages() -> None:
    assert json.loads(run("version", "--json").stdout) == {"version": __version__}
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    "command",
    [
        "run", "backtest", "web", "status", "positions", "orders", "fills", "why", "why-not", "config", "strategies",
        "features", "new",
        "version",
    ],
)  # fmt: skip
def test_every_command_explains_itself(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_help_imports_nothing_heavy() -> None:
    probe = "import sys, robo_trader.app.command_line; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, env=environment()
    )  # fmt: skip
    assert not set(HEAVY) & set(done.stdout.split())


def test_a_run_imports_neither_compiler_nor_pandas_plotting_nor_web_server() -> None:
    probe = "import sys, robo_trader.app.running; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, env=environment()
    )  # fmt: skip
    assert not {"numba", "fastapi", "uvicorn", "matplotlib"} & set(done.stdout.split())


def test_config_show_says_where_each_value_came_from(tmp_path: Path) -> None:
    (tmp_path / "robo_trader.toml").write_text("[risk]\ndaily_loss_fraction = 0.01\n")
    done = run("config", "show", "--json", cwd=tmp_path, ROBO_STRATEGY__PARAMETERS__FAST="5")
    shown = {row["key"]: row for row in json.loads(done.stdout)}
    assert shown["risk.daily_loss_fraction"]["value"] == "0.01"
    assert "robo_trader.toml" in shown["risk.daily_loss_fraction"]["origin"]
    assert shown["strategy.parameters.fast"]["value"] == 5
    assert "ROBO_STRATEGY__PARAMETERS__FAST" in shown["strategy.parameters.fast"]["origin"]
    assert shown["strategy.parameters.slow"] == {"key": "strategy.parameters.slow", "value": 50, "origin": "default"}


def test_config_check_and_schema(tmp_path: Path) -> None:
    assert run("config", "check", cwd=tmp_path).returncode == 0
    assert "risk" in json.loads(run("config", "schema").stdout)["properties"]


def test_the_command_line_wins_over_environment_and_file(tmp_path: Path) -> None:
    (tmp_path / "robo_trader.toml").write_text("[strategy.parameters]\nfast = 60\n")
    options = ("--param", "fast=70", "--param", "slow=65")
    done = run("run", *options, cwd=tmp_path, ROBO_STRATEGY__PARAMETERS__FAST="80")
    assert done.returncode == ExitCode.CONFIGURATION
    assert "sma_crossover needs fast < slow, was fast 70, slow 65" in done.stderr


def test_the_documented_exit_codes_are_the_real_ones() -> None:
    text = (ROOT / "docs" / "command_line.md").read_text()
    documented = {(int(code), name) for code, name in re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", text, re.MULTILINE)}
    assert documented == {(code.value, code.name) for code in ExitCode}
