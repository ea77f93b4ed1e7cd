"""The example of docs/backtesting.md runs as it stands, and says what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import environment

pytestmark = pytest.mark.process

PAGE = (Path(__file__).parents[2] / "docs" / "backtesting.md").read_text()


def test_the_python_example_runs(tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "example.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "-W", "error", "example.py"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=environment(), timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown, warned, *_ = done.stdout.splitlines()
    assert re.match(r"<Result -?[\d,.]+ USD \(.*\), drawdown .*%, \d+ trades, 1 day bars, 1 warnings>", shown)
    assert "SWING, 1 day: 115 bars on days without a session were left out" in warned
    assert "net_profit" in done.stdout and "SWING" in done.stdout


def test_every_argument_stands_on_the_page() -> None:
    import inspect

    import robo_trader

    table = PAGE.partition("| argument |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table)) | {"bars", "bar_size", "symbol"}
    assert set(inspect.signature(robo_trader.backtest).parameters) <= named
    for told in ("symbol=", "bar_size="):
        assert told in PAGE
