"""What is under deploy/ agrees with the program: exit codes that end the service, patience longer than its own."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.settings import Settings
from robo_trader.app.supervision.restarts import EngineEnd, is_final
from robo_trader.app.supervision.supervisor import STOP_MARGIN_SECONDS

DEPLOY = Path(__file__).parents[3] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OF_OTHER_COMMANDS = {ExitCode.DIFFERENT, ExitCode.LEFT_OPEN, ExitCode.ENGINE_LOST}


def service(name: str) -> Any:  # noqa: ANN401 - a section of configparser
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / "systemd" / name).read_text())
    return parser["Service"]


def test_codes_that_only_come_again_end_the_service() -> None:
    ends = {ExitCode(int(code)) for code in service("robo-trader.service")["RestartPreventExitStatus"].split()}
    again = {code for code in ExitCode if not is_final(EngineEnd(code=code, has_traded=True))}
    assert ends == set(ExitCode) - again - OF_OTHER_COMMANDS - {ExitCode.OK}


def test_a_stop_is_waited_for_as_long_as_the_program_may_take() -> None:
    longest = Settings().shutdown.seconds + STOP_MARGIN_SECONDS
    assert int(service("robo-trader.service")["TimeoutStopSec"]) > longest
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert int(compose["services"]["engine"]["stop_grace_period"].rstrip("s")) > longest


def test_the_container_starts_commands_that_there_are() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert [services["command"][0] for services in compose["services"].values()] == ["run", "watchdog"]
    assert set(compose["volumes"]) == {"sessions"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    """With the interpreter in place of the program, which is not installed where the unit looks for it."""
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/robo-trader/bin/robo-trader", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip
    told = [line for line in (done.stdout + done.stderr).splitlines() if unit.name in line]
    assert not told and done.returncode == 0, done.stderr
