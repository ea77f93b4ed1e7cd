"""Realised gains as lines of Form 8949 of the IRS, in CSV.

The form wants cents: each amount is rounded by itself, and gain and totals are reckoned from the rounded ones, so that
every line and every column adds up as it stands.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from robo_trader.core.domain.money import ZERO
from robo_trader.core.ledger.tax_lots import RealisedGain, Term

COLUMNS = (
    "(a) Description of property", "(b) Date acquired", "(c) Date sold or disposed of", "(d) Proceeds",
    "(e) Cost or other basis", "(f) Code", "(g) Amount of adjustment", "(h) Gain or (loss)", "Term",
)  # fmt: skip
WASH_SALE = "W"
_CENT = Decimal("0.01")
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Columns d, e and g. Dollars and cents."""

    proceeds: Decimal = ZERO
    cost: Decimal = ZERO
    adjustment: Decimal = ZERO

    @property
    def gain(self) -> Decimal:
        """Column h."""
        return self.proceeds - self.cost + self.adjustment


def form_8949(gains: Sequence[RealisedGain], *, is_simulated: bool) -> str:
    """Return the form's lines, short term first, each part with its total at the end."""
    lines: list[tuple[str, ...]] = [COLUMNS]
    totals: list[tuple[str, ...]] = []
    for term in Term:
        part = [(gain, _amounts(gain)) for gain in gains if gain.term is term]
        lines += [_line(gain, amounts, is_simulated=is_simulated) for gain, amounts in part]
        total = _sum(amounts for _, amounts in part)
        label = f"Total {term.value} term" + (" (simulated)" if is_simulated else "")
        totals.append((label, "", "", *_written(total, ""), term.value))
    return csv_text(lines + totals)


def csv_text(lines: Iterable[Iterable[str]]) -> str:
    """Return lines of cells as CSV."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(lines)
    return file.getvalue()


def text_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) else text


def _line(gain: RealisedGain, amounts: Amounts, *, is_simulated: bool) -> tuple[str, ...]:
    what = f"{gain.quantity.normalize():f} sh. {gain.symbol}"
    what += (" short sale" if gain.is_short else "") + (" (simulated)" if is_simulated else "")
    code = WASH_SALE if gain.disallowed else ""
    return (
        text_cell(what), _day(gain.acquired_on), _day(gain.closed_on), *_written(amounts, code), gain.term.value,
    )  # fmt: skip


def _written(amounts: Amounts, code: str) -> tuple[str, ...]:
    adjustment = f"{amounts.adjustment:.2f}" if amounts.adjustment else ""
    return f"{amounts.proceeds:.2f}", f"{amounts.cost:.2f}", code, adjustment, f"{amounts.gain:.2f}"


def _amounts(gain: RealisedGain) -> Amounts:
    return Amounts(*(value.quantize(_CENT, ROUND_HALF_EVEN) for value in (gain.proceeds, gain.cost, gain.disallowed)))


def _sum(parts: Iterable[Amounts]) -> Amounts:
    proceeds = cost = adjustment = ZERO
    for part in parts:
        proceeds, cost, adjustment = proceeds + part.proceeds, cost + part.cost, adjustment + part.adjustment
    return Amounts(proceeds, cost, adjustment)


def _day(day: date) -> str:
    return f"{day:%m/%d/%Y}"
