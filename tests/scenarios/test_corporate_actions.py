"""Raw bars from files, with their splits and dividends: nothing is lost at a split, and who held is paid.

Two shares for one on Monday 11 March 2024, and a dollar a new share the day after. The event engine buys 20 shares as
they were then, which become 40; the compiled one plays bars that are adjusted beforehand, and buys 40 for half each.
Both pay the same, and are paid 40 USD.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.running import run

DAYS = ("04", "05", "06", "07", "08", "11", "12", "13", "14", "15")
CLOSES = (100.0, 101.0, 102.0, 103.0, 104.0, 52.5, 53.0, 53.5, 54.0, 54.5)
QUANTITIES = {"event": 20, "compiled": 40}
SETTINGS = "[strategy]\nsizing = 'fixed_shares'\nquantity = {}\n[strategy.parameters]\nfast = 1\nslow = 2\n"


def write_bars(path: Path, closes: dict[str, float]) -> None:
    rows = [f"2024-03-{day},{c},{c},{c},{c},1000000" for day, c in closes.items()]
    path.write_text("date,open,high,low,close,volume\n" + "\n".join(rows) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bars(tmp_path / "XYZ.csv", dict(zip(DAYS, CLOSES, strict=True)))
    (tmp_path / "splits.csv").write_text("ex_date,symbol,ratio,kind\n2024-03-11,XYZ,2.0,split\n")
    (tmp_path / "dividends.csv").write_text("ex_date,symbol,amount_usd\n2024-03-12,XYZ,1.00\n2024-03-12,OTHER,9\n")
    for engine, quantity in QUANTITIES.items():
        (tmp_path / f"{engine}.toml").write_text(SETTINGS.format(quantity))
    return tmp_path


def played(folder: Path, engine: str, *arguments: str) -> dict[str, Any]:
    given = ("--symbols", "XYZ", "--data", str(folder), "--config", str(folder / f"{engine}.toml"), "--json")
    done = run("backtest", *given, *arguments, "--engine", engine)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.process
def test_both_engines_know_splits_and_dividends(folder: Path) -> None:
    splits = ("--splits", str(folder / "splits.csv"))
    without = played(folder, "event", *splits)
    assert without["fills"] == 1, "one purchase, and no sale at the split"
    paid = [played(folder, engine, *splits, "--dividends", str(folder / "dividends.csv")) for engine in QUANTITIES]
    # the commission goes by shares, of which there were fewer then
    earned = [float(one["equity"]) + float(one["commission"]) for one in (without, *paid)]
    assert [one - earned[0] for one in earned[1:]] == pytest.approx([40, 40])


def traded(folder: Path, *arguments: str) -> Path:
    """The database of a run that buys 33 shares at about 102 dollars."""
    (folder / "paper.toml").write_text(SETTINGS.format(33))
    database = folder / "paper.db"
    given = ("--symbols", "XYZ,NEW", "--data", str(folder), "--config", str(folder / "paper.toml"))
    done = run("run", *given, *arguments, "--database", str(database), "--speed", "max", "--exit-when-done", "--no-web")
    assert done.returncode == 0, done.stderr
    return database


def told(database: Path, *arguments: str) -> Any:  # noqa: ANN401 - whatever the command prints
    done = run(*arguments, "--database", str(database), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.process
def test_lots_know_the_splits_of_the_journal_and_the_part_that_was_paid_out(folder: Path) -> None:
    write_bars(folder / "NEW.csv", dict.fromkeys(DAYS, 10.0))
    closes = (100.0, 101.0, 102.0, 103.0, 104.0, 70.0, 71.0, 72.0, 73.0, 74.0)
    write_bars(folder / "XYZ.csv", dict(zip(DAYS, closes, strict=True)))
    (folder / "splits.csv").write_text("ex_date,symbol,ratio\n2024-03-11,XYZ,1.5\n")
    database = traded(folder, "--splits", str(folder / "splits.csv"))
    (lot,) = told(database, "tax", "lots")["lots"]
    (gain,) = told(database, "tax", "gains")["gains"]
    assert [float(lot["quantity"]), float(gain["quantity"])] == [49, 0.5], "33 shares became 49.5"
    assert float(gain["proceeds"]) == pytest.approx(0.5 * 104 / 1.5, abs=1e-4)
    (position,) = [one for one in told(database, "positions") if float(one["quantity"])]
    assert float(position["quantity"]) == 49


@pytest.mark.process
def test_shares_go_on_under_a_new_name_and_end(folder: Path) -> None:
    bars = dict(zip(DAYS, (100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0, 107.0, 108.0, 109.0), strict=True))
    write_bars(folder / "XYZ.csv", {day: bars[day] for day in DAYS[:5]})
    write_bars(folder / "NEW.csv", {day: bars[day] for day in DAYS[5:8]})
    (folder / "names.csv").write_text("ex_date,symbol,new_symbol\n2024-03-11,XYZ,NEW\n")
    (folder / "ends.csv").write_text("ex_date,symbol,price_usd\n2024-03-13,NEW,90\n")
    files = ("--symbol-changes", str(folder / "names.csv"), "--delistings", str(folder / "ends.csv"))
    database = traded(folder, *files)
    assert told(database, "tax", "lots")["lots"] == []
    (gain,) = told(database, "tax", "gains")["gains"]
    assert gain["symbol"] == "NEW" and float(gain["proceeds"]) == 33 * 90
    assert not [one for one in told(database, "positions") if float(one["quantity"])]


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
