"""Reads the projections of one journal, without disturbing whoever writes it."""

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row, Select, Table, func, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.database import open_database, rows_of
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.core.ports.projections import (
    BarRow,
    BlockRow,
    DiscrepancyRow,
    EquityRow,
    FillRow,
    OrderRow,
    PositionRow,
    SessionRow,
    ViolationRow,
)

RowType = TypeVar("RowType")


class SqlProjections:
    """The views of one journal, read-only. Not safe for use by several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = open_database(path, read_only=True, busy_timeout_seconds=5.0)

    def last_seq(self) -> int:
        """Return the newest journal sequence, 0 for an empty journal."""
        return self._read(select(func.max(schema.journal.c.seq)))[0][0] or 0

    def session(self) -> SessionRow:
        """Return what the journal is about, and how far it has come."""
        (stored,) = self._read(select(schema.meta.c.value).where(schema.meta.c.key == "session"))
        record = msgspec.json.decode(stored[0], type=SessionRecord)
        state = self._read(select(schema.trading_state.c.state))
        return SessionRow(
            account=record.account,
            mode=record.mode,
            broker=record.broker,
            bar_size=record.bar_size,
            strategy=record.strategy,
            feeds=record.feeds,
            opening_cash=record.opening_cash,
            trading_state=state[0][0] if state else "ACTIVE",
            last_seq=self.last_seq(),
        )

    def orders(self, *, after: int = 0, limit: int | None = None) -> Sequence[OrderRow]:
        """Return orders, working and ended."""
        return self._rows(schema.orders, OrderRow, after, limit)

    def fills(self, *, after: int = 0, limit: int | None = None) -> Sequence[FillRow]:
        """Return fills."""
        return self._rows(schema.fills, FillRow, after, limit)

    def positions(self, *, after: int = 0) -> Sequence[PositionRow]:
        """Return positions, closed ones (quantity 0) included."""
        rows = self._read(_newest(schema.positions, after, None))
        return [position_row(row) for row in reversed(rows)]

    def equity(self, *, after: int = 0, limit: int | None = None) -> Sequence[EquityRow]:
        """Return the equity curve."""
        return self._rows(schema.equity, EquityRow, after, limit)

    def bars(self, symbol: str, *, after: int = 0, limit: int | None = None) -> Sequence[BarRow]:
        """Return the bars of one symbol."""
        statement = _newest(schema.bars, after, limit).where(schema.bars.c.symbol == symbol)
        return self._rows_of(statement, BarRow)

    def violations(self, *, after: int = 0, limit: int | None = None) -> Sequence[ViolationRow]:
        """Return refusals."""
        return self._rows(schema.violations, ViolationRow, after, limit)

    def discrepancies(self, *, after: int = 0, limit: int | None = None) -> Sequence[DiscrepancyRow]:
        """Return where the broker had it otherwise, resolved or not."""
        return self._rows(schema.discrepancies, DiscrepancyRow, after, limit)

    def blocks(self, *, after: int = 0) -> Sequence[BlockRow]:
        """Return causes for blocking a symbol, lifted ones included."""
        return self._rows(schema.blocks, BlockRow, after, None)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _rows(self, table: Table, row_type: type[RowType], after: int, limit: int | None) -> list[RowType]:
        return self._rows_of(_newest(table, after, limit), row_type)

    def _rows_of(self, statement: Select[Any], row_type: type[RowType]) -> list[RowType]:
        return [typed(row, row_type) for row in reversed(self._read(statement))]

    def _read(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self._database.run(rows_of(statement))


def _newest(table: Table, after: int, limit: int | None) -> Select[Any]:
    return select(table).where(table.c.seq > after).order_by(table.c.seq.desc()).limit(limit)


def typed(row: Row[Any], row_type: type[RowType]) -> RowType:
    """Return a row of a table as the dataclass whose fields are among its columns."""
    return row_type(**{field.name: getattr(row, field.name) for field in fields(row_type)})  # type: ignore[arg-type]


def position_row(row: Row[Any]) -> PositionRow:
    """Return a row of `positions` with what follows from it."""
    value: Decimal = row.quantity * row.mark_price
    return PositionRow(
        seq=row.seq,
        symbol=row.symbol,
        quantity=row.quantity,
        cost=row.cost,
        mark_price=row.mark_price,
        market_value=value,
        unrealised=value - row.cost,
        realised=row.realised,
    )
