"""Gains as lines of Form 8949: cents that add up, wash sales marked, nothing that a spreadsheet would run."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from robo_trader.app.form_8949 import COLUMNS, form_8949, text_cell
from robo_trader.core.ledger.tax_lots import RealisedGain, Term
from tests.builders import AAPL, Exact


def a_gain(
    *, quantity: Exact = 100, proceeds: Exact = 750, cost: Exact = 1000, disallowed: Exact = 0,
    term: Term = Term.SHORT, is_short: bool = False,
) -> RealisedGain:  # fmt: skip
    return RealisedGain(
        symbol=AAPL, quantity=Decimal(quantity), is_short=is_short, lot_id="L1", closing_id="S1",
        opened_on=date(2024, 1, 2), held_since=date(2024, 1, 2), closed_on=date(2024, 3, 4),
        proceeds=Decimal(proceeds), cost=Decimal(cost), disallowed=Decimal(disallowed), term=term,
    )  # fmt: skip


def lines(*gains: RealisedGain, is_simulated: bool = False) -> list[list[str]]:
    first, *others = csv.reader(io.StringIO(form_8949(gains, is_simulated=is_simulated)))
    assert first == list(COLUMNS)
    return others


def test_a_line_has_what_the_form_asks_for() -> None:
    assert lines(a_gain())[0] == [
        "100 sh. AAPL", "01/02/2024", "03/04/2024", "750.00", "1000.00", "", "", "-250.00", "short",
    ]  # fmt: skip


def test_a_wash_sale_has_its_code_and_what_is_added_back() -> None:
    assert lines(a_gain(disallowed=200))[0][5:8] == ["W", "200.00", "-50.00"]


def test_shares_bought_to_end_a_short_sale_were_acquired_when_it_ended() -> None:
    assert lines(a_gain(is_short=True))[0][:3] == ["100 sh. AAPL short sale", "03/04/2024", "03/04/2024"]


def test_each_term_has_its_lines_and_at_the_end_its_total() -> None:
    rows = lines(a_gain(term=Term.LONG), a_gain(proceeds=1100), a_gain(disallowed=200))
    assert [row[-1] for row in rows] == ["short", "short", "long", "short", "long"]
    assert rows[3] == ["Total short term", "", "", "1850.00", "2000.00", "", "200.00", "50.00", "short"]
    assert rows[4] == ["Total long term", "", "", "750.00", "1000.00", "", "", "-250.00", "long"]


def test_every_line_and_every_column_adds_up_in_cents() -> None:
    rows = lines(*(a_gain(proceeds="10.004", cost="9.996", disallowed="0.006") for _ in range(7)))
    for *_, proceeds, cost, _, adjustment, gain, _ in rows:
        assert Decimal(proceeds) - Decimal(cost) + Decimal(adjustment or 0) == Decimal(gain)
    for column in (3, 4, 6, 7):
        assert sum(Decimal(row[column]) for row in rows[:-2]) == Decimal(rows[-2][column])


def test_simulated_gains_say_so_on_every_line() -> None:
    assert all("(simulated)" in row[0] for row in lines(a_gain(), is_simulated=True))


def test_parts_of_shares_are_written_without_needless_digits() -> None:
    assert lines(a_gain(quantity="33.500000"))[0][0] == "33.5 sh. AAPL"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_would_be_a_formula_is_quoted(text: str) -> None:
    assert text_cell(text) == f"'{text}"
    assert text_cell(f"x{text}") == f"x{text}"
