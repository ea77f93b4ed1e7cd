"""What a user says about taxes: a method, and files of lots chosen and of splits."""

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.ledger.lot_selection import LotChoice, LotMethod
from robo_trader.core.ledger.tax_book import Choices
from robo_trader.core.ledger.tax_lots import ShareSplit

_COLUMNS = ("closing_id", "lot_id", "quantity")


def lot_method(text: str, choices: Path | None) -> LotMethod:
    """Return the method of a name. Raises InvalidConfig for one there is not, and for choices it has no use for."""
    names = [method.value for method in LotMethod]
    if text not in names:
        raise InvalidConfig(f"--method {text!r} is none", next_step=f"Choose one of: {', '.join(names)}.")
    method = LotMethod(text)
    if (method is LotMethod.SPECIFIC) is (choices is None):
        raise InvalidConfig(
            "--method specific and --choices FILE go together",
            next_step=f"Give both; the file is a CSV of {','.join(_COLUMNS)}.",
        )
    return method


def read_choices(path: Path | None) -> Choices:
    """Return the lots chosen for each sale, from a CSV file `closing_id,lot_id,quantity`; nothing for no file.

    Raises InvalidConfig if the file cannot be read, lacks a column, or holds what is no number above 0.
    """
    if path is None:
        return {}
    chosen: defaultdict[str, list[LotChoice]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                closing_id, lot_id, quantity = (row[column] for column in _COLUMNS)
                chosen[closing_id].append(LotChoice(lot_id=lot_id, quantity=_shares(quantity, f"{path}:{number}")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidConfig(f"{path} cannot be read: {error}", next_step="Name a CSV file in UTF-8.") from error
    except KeyError as error:
        raise InvalidConfig(
            f"{path} lacks the column {error.args[0]}", next_step=f"Begin the file with the line {','.join(_COLUMNS)}."
        ) from error
    return chosen


def read_splits(path: Path | None) -> list[ShareSplit]:
    """Return the splits of a CSV file `ex_date,symbol,ratio`, as a backtest reads it; nothing for no file.

    A ratio is taken as the nearest one of whole numbers, so that 0.333333 means one for three.
    """
    if path is None:
        return []
    from robo_trader.app.corporate_actions import exact_ratio, read_actions

    exact = (
        (symbol, day, exact_ratio(symbol, day, ratio))
        for symbol, ratios in read_actions(path, None).splits.items()
        for day, ratio in ratios.items()
    )
    return [
        ShareSplit(symbol=symbol, new=ratio.numerator, old=ratio.denominator, on=date.fromisoformat(day))
        for symbol, day, ratio in exact
    ]


def _shares(text: str | None, where: str) -> Decimal:
    try:
        shares = Decimal(text or "")
    except InvalidOperation:
        shares = Decimal(0)
    if not (shares.is_finite() and shares > 0):
        raise InvalidConfig(f"{where}: {text!r} is no number of shares", next_step="Write a number above 0.")
    return shares
