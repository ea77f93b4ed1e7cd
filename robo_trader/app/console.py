"""What people see: tables on standard output, errors on standard error."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from robo_trader.core.domain.errors import RoboTraderError

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 180
FRACTIONS = frozenset({"capital_share", "drawdown", "max_drawdown", "return_", "risk_contribution", "win_rate"})
_NUMBERS = (int, float, Decimal)
TWO_DIGITS = frozenset({  # also of floats: dollars and ratios
    "average_loss", "average_win", "commission", "net_profit", "profit_factor", "realised", "sharpe", "slippage",
    "unrealised",
})  # fmt: skip
SHARES = frozenset({"quantity", "filled", "target", "held", "asked", "others", "crossed", "working"})


def print_json(value: object) -> None:
    """Print one JSON document. Decimals are text, exact to the digit."""
    json.dump(value, sys.stdout, default=_plain, indent=2 if sys.stdout.isatty() else None)
    sys.stdout.write("\n")


def print_rows(title: str, rows: Sequence[Any], *, columns: Sequence[str], as_json: bool) -> None:
    """Print dataclass rows as a table of `columns`, or all their fields as a JSON array."""
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    from rich.table import Table

    console = _console()
    if not rows:
        console.print(f"{title}: none")
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        numeric = any(isinstance(getattr(row, column), _NUMBERS) for row in rows) and not column.endswith("_at")
        table.add_column(column.replace("_", " "), justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(cell(column, getattr(row, column)) for column in columns))
    console.print(table)


def cell(column: str, value: object) -> str:
    """Return a value as people read it: times in UTC, money with two digits, prices with four."""
    if isinstance(value, Decimal):
        return _number(column, value)
    if column.endswith(("_at", "as_of")) and isinstance(value, int):
        return datetime.fromtimestamp(value / 1e9, UTC).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if column in FRACTIONS and isinstance(value, float):
        return f"{value:.2%}"
    if column in TWO_DIGITS and isinstance(value, float):
        return f"{value:,.2f}"
    return "-" if value is None else str(value)


def _number(column: str, value: Decimal) -> str:
    if column in SHARES:
        return f"{value.normalize():f}"
    return f"{value:,.4f}" if "price" in column else f"{value:,.2f}"


def print_text(text: str) -> None:
    """Print a sentence, on standard output."""
    sys.stdout.write(f"{text}\n")


def print_pairs(title: str, pairs: Mapping[str, str]) -> None:
    """Print names and values, one a line."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_header=False)
    for name, text in pairs.items():
        table.add_row(name.replace("_", " "), text)
    _console().print(table)


def print_summary(summary: Mapping[str, Any]) -> None:
    """Print how a session stands, for people."""
    shown = {key: value for key, value in summary.items() if value != {}}
    money = {key: f"{Decimal(shown[key]):,.2f} USD" for key in ("cash", "commission", "equity")}
    shares = {key: f"{shown[key]:.2%}" for key in ("return", "max_drawdown")}
    print_pairs("Session", {key: _told(value) for key, value in {**shown, **money, **shares}.items()})


def _told(value: object) -> str:
    """Return a figure, or several by their names, in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{count} {name}" for name, count in value.items())
    return str(value)


def print_error(error: RoboTraderError) -> None:
    """Print what happened and what to do next, on standard error."""
    sys.stderr.write(f"robo-trader: {error}\n")
    if error.next_step:
        sys.stderr.write(f"             {error.next_step}\n")


def print_progress(text: str) -> None:
    """Print what takes a while, on standard error."""
    sys.stderr.write(f"robo-trader: {text}\n")
    sys.stderr.flush()


def _console() -> "Console":
    from rich.console import Console

    # A pipe has no width of its own; what reads it should get whole columns.
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value))
