"""Taxes of the sample run, against the same worked out share by share from the fills, with nothing of ours."""

import csv
import json
from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.running import rows, run, run_json
from tests.share_by_share import Closed, Share, Trade, taxes

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tax") / "session.db"
    run_json(path, "--feed", "sample")
    return path


@pytest.fixture(scope="module")
def by_share(database: Path) -> tuple[list[Closed], list[Share]]:
    zone = ZoneInfo("America/New_York")
    trades: list[Trade] = []
    for fill in rows(database, "fills"):
        made = datetime.fromtimestamp(fill["occurred_at"] / 1e9, UTC).astimezone(zone)
        quantity = int(fill["quantity"]) * (1 if fill["side"] == "BUY" else -1)
        price, commission = Fraction(fill["price"]), Fraction(fill["commission"])
        order = str(fill["order_id"])
        trades.append((fill["execution_id"], order, fill["symbol"], quantity, price, commission, made.date()))
    return taxes(trades)


class Sums(defaultdict[tuple[str, str, bool], list[Fraction]]):
    """Figures summed by key."""

    def __init__(self) -> None:
        super().__init__(lambda: [Fraction(0)] * 4)

    def add(self, key: tuple[str, str, bool], *figures: int | Fraction) -> None:
        self[key] = [one + more for one, more in zip(self[key], figures, strict=True)]


def asked(*arguments: str) -> dict[str, Any]:
    done = run("tax", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_every_gain_is_what_its_shares_give(database: Path, by_share: tuple[list[Closed], list[Share]]) -> None:
    told = asked("gains", "--database", str(database))
    assert told["simulated"] is True and any("paper account" in notice for notice in told["notices"])
    ours, theirs = Sums(), Sums()
    for one in by_share[0]:
        theirs.add((one.share.lot, one.sale, one.is_long_term), 1, one.proceeds, one.cost, one.disallowed)
    for gain in told["gains"]:
        amounts = (Fraction(gain[name]) for name in ("quantity", "proceeds", "cost", "disallowed"))
        ours.add((gain["lot_id"], gain["closing_id"], gain["term"] == "long"), *amounts)
    assert len(ours) > 100 and ours.keys() == theirs.keys()
    assert sum(1 for figures in ours.values() if figures[3]) > 10, "the sample has wash sales"
    for key, figures in ours.items():
        assert [float(one) for one in figures] == pytest.approx([float(one) for one in theirs[key]], abs=1e-4)


def test_gains_less_open_basis_are_the_cash_of_the_account(database: Path) -> None:
    gains, lots = asked("gains", "--database", str(database)), asked("lots", "--database", str(database))
    cash = Fraction(rows(database, "equity")[-1]["cash"])
    total = sum(Fraction(gain["gain"]) for gain in gains["gains"])
    assert 100_000 + total - sum(Fraction(lot["basis"]) for lot in lots["lots"]) == cash
    assert Fraction(gains["totals"][-1]["gain"]) == total


def test_the_form_has_the_lines_of_one_year_and_their_totals(
    database: Path, by_share: tuple[list[Closed], list[Share]], tmp_path: Path
) -> None:
    form = tmp_path / "form.csv"
    told = asked("gains", "--database", str(database), "--year", "2003", "--csv", str(form))
    with form.open(newline="") as file:
        _, *lines = csv.reader(file)
    assert len(lines) == len(told["gains"]) + 2 > 5
    assert all(line[2].endswith("/2003") for line in lines[:-2])
    year = [one for one in by_share[0] if one.day.year == 2003]
    for line, is_long in zip(lines[-2:], (False, True), strict=True):
        total = sum(one.gain for one in year if one.is_long_term is is_long)
        assert float(line[7]) == pytest.approx(float(total), abs=0.01 * len(lines))


def test_a_method_changes_which_shares_went_and_not_what_was_paid(database: Path) -> None:
    cash: set[Fraction] = set()
    for method in ("fifo", "lifo", "highest-cost"):
        told = asked("gains", "--database", str(database), "--method", method)
        cash.add(sum((Fraction(gain["proceeds"]) for gain in told["gains"]), Fraction(0)))
    assert len(cash) == 1


def test_lots_chosen_in_a_file_are_the_ones_that_close(database: Path, tmp_path: Path) -> None:
    first = asked("gains", "--database", str(database))
    choices = tmp_path / "choices.csv"
    lines = [f"{gain['closing_id']},{gain['lot_id']},{gain['quantity']}" for gain in first["gains"]]
    choices.write_text("\n".join(["closing_id,lot_id,quantity", *lines]))
    given = ("--database", str(database), "--method", "specific", "--choices", str(choices))
    assert asked("gains", *given)["gains"] == first["gains"]
    choices.write_text("\n".join(["closing_id,lot_id,quantity", lines[-1].replace(first["gains"][-1]["lot_id"], "no")]))
    done = run("tax", "gains", *given)
    assert done.returncode == 2 and "lot no" in done.stderr


def test_a_split_doubles_open_shares_at_the_same_cost(database: Path, tmp_path: Path) -> None:
    splits = tmp_path / "splits.csv"
    splits.write_text("ex_date,symbol,ratio\n2013-02-11,GOOG,2\n")
    before = {lot["symbol"]: lot for lot in asked("lots", "--database", str(database))["lots"]}
    after = {lot["symbol"]: lot for lot in asked("lots", "--database", str(database), "--splits", str(splits))["lots"]}
    assert Fraction(after["GOOG"]["quantity"]) == 2 * Fraction(before["GOOG"]["quantity"]) > 0
    assert after["GOOG"]["basis"] == before["GOOG"]["basis"]
    assert after["IBM"] == before["IBM"]


def test_tables_say_that_they_are_simulated_and_no_advice(database: Path, tmp_path: Path) -> None:
    lots = tmp_path / "lots.csv"
    done = run("tax", "lots", "--database", str(database), "--csv", str(lots))
    assert done.returncode == 0, done.stderr
    assert "simulated" in done.stdout and "not as advice" in done.stdout
    assert lots.read_text().startswith("symbol,quantity,")


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        pytest.param(("--method", "best"), 2, "fifo, lifo, highest-cost, specific", id="no such method"),
        pytest.param(("--method", "specific"), 2, "--choices FILE go together", id="nothing chosen"),
        pytest.param(("--strategy", "momentum"), 2, "sma_crossover", id="no such strategy"),
        pytest.param(("--csv", "nowhere/at/all.csv"), 2, "is not a directory", id="no such folder"),
        pytest.param(("--database", "nowhere.db"), 8, "there is no database", id="no such database"),
    ],
)
def test_what_cannot_be_meant_is_refused(database: Path, arguments: tuple[str, ...], code: int, why: str) -> None:
    done = run("tax", "gains", "--database", str(database), *arguments)
    assert done.returncode == code
    assert why in done.stderr and "Traceback" not in done.stderr


def test_the_database_is_left_as_it_was(database: Path) -> None:
    before = database.read_bytes()
    asked("gains", "--database", str(database))
    assert database.read_bytes() == before
