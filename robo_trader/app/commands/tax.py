"""`robo-trader tax`: open lots and realised gains of one session."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from pathlib import Path

from robo_trader.app.console import print_json, print_rows
from robo_trader.app.form_8949 import csv_text, form_8949, text_cell
from robo_trader.app.output_files import save_text
from robo_trader.app.tax_options import lot_method, read_choices, read_splits
from robo_trader.app.tax_records import TaxRecords, read_tax_records
from robo_trader.core.domain.money import ZERO
from robo_trader.core.ledger.tax_book import TaxBook, booked
from robo_trader.core.ledger.tax_lots import RealisedGain, TaxLot, Term, long_term_from
from robo_trader.core.ledger.wash_sales import WINDOW

SIMULATED = "Simulated: the account is a paper account, and nothing of this belongs in a tax return."
NO_ADVICE = (
    "Wash sales are flagged as a warning, not as advice: purchases in other accounts, of options, or of other shares "
    "that count as the same are not seen."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxQuestion:
    """Which lots or gains are asked for, and how sales choose their lots."""

    method: str
    choices: Path | None
    splits: Path | None
    strategy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """One open lot."""

    symbol: str
    quantity: Decimal
    opened_on: str
    held_since: str
    basis: Decimal
    deferred: Decimal
    long_term_from: str | None  # none for shares sold short
    lot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GainRow:
    """Shares of one lot that one execution closed."""

    symbol: str
    quantity: Decimal
    is_short: bool
    opened_on: str
    held_since: str
    closed_on: str
    proceeds: Decimal
    cost: Decimal
    disallowed: Decimal
    gain: Decimal
    term: str
    lot_id: str
    closing_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalRow:
    """All gains of one term, or all."""

    term: str
    count: int
    proceeds: Decimal
    cost: Decimal
    disallowed: Decimal
    gain: Decimal


def show_lots(database: Path, question: TaxQuestion, *, csv_file: Path | None, as_json: bool) -> None:
    """Print the open lots. Raises RoboTraderError if they cannot be told."""
    records, book = _booked(database, question)
    rows = [_lot_row(lot) for lot in book.open_lots()]
    notices = _notices(records, [])
    if csv_file is not None:
        names = [field.name for field in fields(LotRow)]
        save_text(csv_file, csv_text([names, *(map(_csv_cell, asdict(row).values()) for row in rows)]))
    if as_json:
        print_json({**_heading(records, question), "lots": [asdict(row) for row in rows], "notices": notices})
        return
    print_rows(_title("Open lots", records, question), rows, columns=_columns(LotRow), as_json=False)
    _tell(notices, csv_file)


def show_gains(
    database: Path, question: TaxQuestion, *, year: int | None, csv_file: Path | None, as_json: bool
) -> None:
    """Print realised gains, of one year or of all. Raises RoboTraderError if they cannot be told."""
    records, book = _booked(database, question)
    gains = [gain for gain in book.gains if year in (None, gain.closed_on.year)]
    rows = [_gain_row(gain) for gain in gains]
    totals = _totals(gains)
    notices = _notices(records, [loss for loss in book.undecided(records.last_day) if loss in gains])
    if csv_file is not None:
        save_text(csv_file, form_8949(gains, is_simulated=records.is_simulated))
    if as_json:
        told = {"gains": [asdict(row) for row in rows], "totals": [asdict(total) for total in totals]}
        print_json({**_heading(records, question), "year": year, **told, "notices": notices})
        return
    title = _title("Realised gains", records, question) + ("" if year is None else f", {year}")
    print_rows(title, rows, columns=_columns(GainRow), as_json=False)
    print_rows("Totals", totals, columns=_columns(TotalRow), as_json=False)
    _tell(notices, csv_file)


def _booked(database: Path, question: TaxQuestion) -> tuple[TaxRecords, TaxBook]:
    method = lot_method(question.method, question.choices)
    choices, told = read_choices(question.choices), read_splits(question.splits)
    records = read_tax_records(database, strategy=question.strategy)
    splits = records.splits or told  # what happened in the journal is what was booked
    return records, booked(records.executions, splits, method=method, choices=choices, until=records.last_day)


def _lot_row(lot: TaxLot) -> LotRow:
    is_bought = lot.quantity > 0
    return LotRow(
        symbol=lot.symbol,
        quantity=lot.quantity,
        opened_on=lot.opened_on.isoformat(),
        held_since=lot.held_since.isoformat(),
        basis=lot.basis,
        deferred=lot.deferred,
        long_term_from=long_term_from(lot.held_since).isoformat() if is_bought else None,
        lot_id=lot.lot_id,
    )


def _gain_row(gain: RealisedGain) -> GainRow:
    return GainRow(
        symbol=gain.symbol,
        quantity=gain.quantity,
        is_short=gain.is_short,
        opened_on=gain.opened_on.isoformat(),
        held_since=gain.held_since.isoformat(),
        closed_on=gain.closed_on.isoformat(),
        proceeds=gain.proceeds,
        cost=gain.cost,
        disallowed=gain.disallowed,
        gain=gain.gain,
        term=gain.term.value,
        lot_id=gain.lot_id,
        closing_id=gain.closing_id,
    )


def _totals(gains: Sequence[RealisedGain]) -> list[TotalRow]:
    parts = [(term.value, [gain for gain in gains if gain.term is term]) for term in Term]
    return [_total(name, part) for name, part in [*parts, ("all", list(gains))]]


def _total(name: str, gains: Sequence[RealisedGain]) -> TotalRow:
    return TotalRow(
        term=name,
        count=len(gains),
        proceeds=sum((gain.proceeds for gain in gains), ZERO),
        cost=sum((gain.cost for gain in gains), ZERO),
        disallowed=sum((gain.disallowed for gain in gains), ZERO),
        gain=sum((gain.gain for gain in gains), ZERO),
    )


def _heading(records: TaxRecords, question: TaxQuestion) -> dict[str, object]:
    return {
        "account": records.account, "simulated": records.is_simulated, "strategy": records.strategy,
        "method": question.method, "last_day": records.last_day.isoformat(),
    }  # fmt: skip


def _title(what: str, records: TaxRecords, question: TaxQuestion) -> str:
    of = f" of {records.strategy}" if records.strategy else ""
    return f"{what}{of}{', simulated' if records.is_simulated else ''}, {question.method}"


def _notices(records: TaxRecords, undecided: Sequence[RealisedGain]) -> list[str]:
    notices = [SIMULATED] if records.is_simulated else []
    notices.append(NO_ADVICE)
    if undecided:
        until = max(loss.closed_on for loss in undecided) + WINDOW
        notices.append(
            f"{len(undecided)} sale(s) at a loss may still become wash sales if the same shares are bought by {until}."
        )
    if records.strategy is not None:
        notices.append(
            "One strategy's part is no tax report: shares it passed to other strategies never left the account."
        )
    return notices


def _tell(notices: Sequence[str], csv_file: Path | None) -> None:
    for notice in notices:
        sys.stdout.write(f"{notice}\n")
    if csv_file is not None:
        sys.stdout.write(f"Written to {csv_file}.\n")


def _columns(row: type[LotRow | GainRow | TotalRow]) -> list[str]:
    """Return what a table has room for: all but what follows from the rest or is rarely asked for."""
    return [field.name for field in fields(row) if field.name not in {"is_short", "held_since"}]


def _csv_cell(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else text_cell(str(value))
