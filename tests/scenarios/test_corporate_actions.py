"""Raw bars from files, with their splits and dividends: nothing is lost at a split, and who held is paid.

Two shares for one on Monday 11 March 2024, and a dollar a new share the day after: 50 new shares held are paid 50 USD.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.running import run

DAYS = ("04", "05", "06", "07", "08", "11", "12", "13", "14", "15")
CLOSES = (100.0, 101.0, 102.0, 103.0, 104.0, 52.5, 53.0, 53.5, 54.0, 54.5)
SETTINGS = "[strategy]\nsizing = 'fixed_shares'\nquantity = 50\n[strategy.parameters]\nfast = 1\nslow = 2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [f"2024-03-{day},{c},{c},{c},{c},1000000" for day, c in zip(DAYS, CLOSES, strict=True)]
    (tmp_path / "XYZ.csv").write_text("date,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    (tmp_path / "splits.csv").write_text("ex_date,symbol,ratio,kind\n2024-03-11,XYZ,2.0,split\n")
    (tmp_path / "dividends.csv").write_text("ex_date,symbol,amount_usd\n2024-03-12,XYZ,1.00\n2024-03-12,OTHER,9\n")
    (tmp_path / "settings.toml").write_text(SETTINGS)
    return tmp_path


def played(folder: Path, *arguments: str) -> dict[str, Any]:
    given = ("--symbols", "XYZ", "--data", str(folder), "--config", str(folder / "settings.toml"), "--json")
    done = run("backtest", *given, *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.process
def test_both_engines_know_splits_and_dividends(folder: Path) -> None:
    splits = ("--splits", str(folder / "splits.csv"))
    without = played(folder, *splits)
    assert without["fills"] == 1, "one purchase, and no sale at the split"
    paid = [
        played(folder, *splits, "--dividends", str(folder / "dividends.csv"), "--engine", engine)
        for engine in ("event", "compiled")
    ]
    assert [float(one["equity"]) - float(without["equity"]) for one in paid] == pytest.approx([50, 50])


@pytest.mark.process
@pytest.mark.parametrize(
    ("content", "code", "why"),
    [
        pytest.param(None, 2, "There is no file", id="no file"),
        pytest.param("ex_date,symbol\n2024-03-11,XYZ\n", 3, "ratio", id="a column is missing"),
        pytest.param("ex_date,symbol,ratio\nlately,XYZ,2\n", 3, "cannot be read", id="no date"),
        pytest.param("ex_date,symbol,ratio\n2024-03-11,XYZ,0\n", 3, "line 2: ratio is 0", id="no ratio"),
        pytest.param("ex_date,symbol,ratio\n2024-03-10,XYZ,2\n", 3, "split of XYZ on 2024-03-10", id="a Sunday"),
    ],
)
def test_what_cannot_be_meant_is_refused(folder: Path, content: str | None, code: int, why: str) -> None:
    path = folder / "wrong.csv"
    if content is not None:
        path.write_text(content)
    done = run("backtest", "--symbols", "XYZ", "--data", str(folder), "--splits", str(path))
    assert done.returncode == code
    assert why in done.stderr and "Traceback" not in done.stderr
