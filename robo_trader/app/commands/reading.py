"""The reading commands: each shows one projection of a session's database."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.adapters.storage.writer_lock import is_held
from robo_trader.app.console import cell, print_json, print_pairs, print_rows


def show_status(database: Path, *, as_json: bool) -> None:
    """Print whether the session runs, what it is about, and what the account is worth."""
    with _opened(database) as projections:
        session = projections.session()
        newest = projections.equity(limit=1)
    mark = asdict(newest[-1]) if newest else {}
    mark.pop("seq", None)
    facts = {"running": is_held(database), "database": str(database), **asdict(session), **mark}
    if as_json:
        print_json(facts)
    else:
        print_pairs("Session", {key: cell(key, value) for key, value in facts.items()})


def show_positions(database: Path, *, as_json: bool) -> None:
    """Print open positions at the last mark."""
    with _opened(database) as projections:
        rows = [row for row in projections.positions() if row.quantity]
    columns = ("symbol", "quantity", "cost", "mark_price", "market_value", "unrealised", "realised")
    print_rows("Positions", sorted(rows, key=lambda row: row.symbol), columns=columns, as_json=as_json)


def show_orders(database: Path, *, limit: int, as_json: bool) -> None:
    """Print the newest orders."""
    with _opened(database) as projections:
        rows = projections.orders(limit=limit)
    columns = (
        "order_id", "updated_at", "symbol", "side", "order_type", "quantity", "filled", "average_price",
        "commission", "status", "signal_id",
    )  # fmt: skip
    print_rows("Orders", rows, columns=columns, as_json=as_json)


def show_fills(database: Path, *, limit: int, as_json: bool) -> None:
    """Print the newest fills."""
    with _opened(database) as projections:
        rows = projections.fills(limit=limit)
    columns = (
        "occurred_at", "symbol", "side", "quantity", "price", "commission", "realised", "order_id", "signal_id",
    )  # fmt: skip
    print_rows("Fills", rows, columns=columns, as_json=as_json)


@contextmanager
def _opened(database: Path) -> Iterator[SqlProjections]:
    with closing(SqlProjections(database)) as projections:
        yield projections
