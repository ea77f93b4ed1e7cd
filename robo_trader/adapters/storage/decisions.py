"""Reads the decision ledger of one journal, as of one moment, while somebody may be writing it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, func, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.database import named_errors
from robo_trader.adapters.storage.journal_facts import read_facts
from robo_trader.adapters.storage.projections import RowType, SqlProjections, position_row, typed
from robo_trader.core.domain.order_references import OrderReference
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.ports.decisions import (
    PENDING,
    AllotmentRow,
    DecisionRow,
    OrderMoveRow,
    RejectedBarRow,
    StateChangeRow,
)
from robo_trader.core.ports.projections import BarRow, FillRow, OrderRow, PositionRow, ViolationRow

NAMES_MAX = 500  # of each kind
_ORDERS, _MOVES, _FILLS, _BARS = schema.orders.c, schema.order_moves.c, schema.fills.c, schema.bars.c
_DENIED = schema.violations.c
_DECISIONS = (
    select(
        schema.signals,
        *(column for column in schema.targets.c if column.name not in schema.signals.c),
        *(column for column in schema.outcomes.c if column.name not in schema.signals.c),
    )
    .join(schema.targets, schema.targets.c.signal_id == schema.signals.c.signal_id)
    .outerjoin(schema.outcomes, schema.outcomes.c.signal_id == schema.signals.c.signal_id)
)


class SqlDecisions(SqlProjections):
    """What one journal holds at the moment of opening. A read transaction lasts until `close`: do not keep it long."""

    def __init__(self, path: Path) -> None:
        """Raises JournalDamaged for tables of another version, JournalError if the database cannot be read."""
        super().__init__(path)
        with named_errors(path):
            self._connection = self._engine.connect()
            self._connection.begin()
            self._facts = read_facts(self._connection, path)

    def as_of(self) -> int:
        """As Decisions.as_of."""
        return self._read(select(func.max(schema.equity.c.as_of)))[0][0] or 0

    def warm_up(self) -> dict[str, int]:
        """As Decisions.warm_up."""
        return self._facts.session.warm_up

    def recent_names(self) -> Sequence[str]:
        """As Decisions.recent_names."""
        orders = [str(order.order_id) for order in self.orders(limit=NAMES_MAX)]
        newest = select(_MOVES.broker_order_id).order_by(_MOVES.seq.desc()).limit(NAMES_MAX)
        brokers = [row.broker_order_id for row in self._read(newest) if row.broker_order_id]
        return [*orders, *dict.fromkeys(brokers), *(fill.execution_id for fill in self.fills(limit=NAMES_MAX))]

    def decision(self, signal_id: str) -> DecisionRow | None:
        """As Decisions.decision."""
        row = self._first(_DECISIONS.where(schema.signals.c.signal_id == signal_id))
        return None if row is None else _decision(row)

    def decisions(self, symbol: str, *, until: int, limit: int) -> Sequence[DecisionRow]:
        """As Decisions.decisions."""
        known = _DECISIONS.where(schema.signals.c.symbol == symbol, schema.signals.c.as_of <= until)
        newest = self._read(known.order_by(schema.signals.c.seq.desc()).limit(limit))
        return [_decision(row) for row in reversed(newest)]

    def order(self, order_id: int) -> OrderRow | None:
        """As Decisions.order."""
        return self._one(select(schema.orders).where(_ORDERS.order_id == order_id), OrderRow)

    def reference(self, order_id: int) -> OrderReference | None:
        """As Decisions.reference. An order is written down in the very batch that sends it."""
        journal = schema.journal.c
        moves = select(journal.epoch).join(schema.order_moves, _MOVES.seq == journal.seq)
        first = self._first(moves.where(_MOVES.order_id == order_id).order_by(journal.seq).limit(1))
        return None if first is None else OrderReference(self._facts.identity.install, first.epoch, OrderId(order_id))

    def broker_order(self, broker_order_id: str) -> OrderRow | None:
        """As Decisions.broker_order."""
        found = self._first(select(_MOVES.order_id).where(_MOVES.broker_order_id == broker_order_id))
        return None if found is None or not broker_order_id else self.order(found.order_id)

    def orders_of(self, signal_id: str) -> Sequence[OrderRow]:
        """As Decisions.orders_of."""
        return self._all(
            select(schema.orders).where(_ORDERS.signal_id == signal_id).order_by(_ORDERS.order_id), OrderRow
        )

    def moves(self, order_id: int) -> Sequence[OrderMoveRow]:
        """As Decisions.moves."""
        return self._all(
            select(schema.order_moves).where(_MOVES.order_id == order_id).order_by(_MOVES.seq), OrderMoveRow
        )

    def fill(self, execution_id: str) -> FillRow | None:
        """As Decisions.fill."""
        return self._one(select(schema.fills).where(_FILLS.execution_id == execution_id), FillRow)

    def fills_of(self, order_id: int) -> Sequence[FillRow]:
        """As Decisions.fills_of."""
        return self._all(select(schema.fills).where(_FILLS.order_id == order_id).order_by(_FILLS.seq), FillRow)

    def fills_in(self, symbol: str) -> Sequence[FillRow]:
        """As Decisions.fills_in."""
        return self._all(select(schema.fills).where(_FILLS.symbol == symbol).order_by(_FILLS.seq), FillRow)

    def allotments(self, symbol: str) -> Sequence[AllotmentRow]:
        """As Decisions.allotments."""
        parts = schema.allotments.c
        found = select(schema.allotments).where(parts.symbol == symbol).order_by(parts.seq, parts.position)
        return self._all(found, AllotmentRow)

    def position(self, symbol: str) -> PositionRow | None:
        """As Decisions.position."""
        row = self._first(select(schema.positions).where(schema.positions.c.symbol == symbol))
        return None if row is None else position_row(row)

    def denials(self, symbol: str, *, at: int) -> Sequence[ViolationRow]:
        """As Decisions.denials."""
        found = select(schema.violations).where(_DENIED.symbol == symbol, _DENIED.occurred_at == at)
        return self._all(found.order_by(_DENIED.seq, _DENIED.position), ViolationRow)

    def last_denial(self, signal_id: str, *, until: int) -> Sequence[ViolationRow]:
        """As Decisions.last_denial."""
        bears = (_DENIED.signal_id == signal_id, _DENIED.occurred_at <= until)
        newest = self._first(select(func.max(_DENIED.seq).label("seq")).where(*bears))
        found = select(schema.violations).where(_DENIED.seq == (newest and newest.seq)).order_by(_DENIED.position)
        return self._all(found, ViolationRow)

    def bar(self, symbol: str, *, until: int) -> BarRow | None:
        """As Decisions.bar."""
        found = select(schema.bars).where(_BARS.symbol == symbol, _BARS.ended_at <= until)
        return self._one(found.order_by(_BARS.ended_at.desc()).limit(1), BarRow)

    def bars_seen(self, symbol: str, *, until: int) -> int:
        """As Decisions.bars_seen."""
        counted = select(func.count()).select_from(schema.bars)
        return int(self._read(counted.where(_BARS.symbol == symbol, _BARS.ended_at <= until))[0][0])

    def rejected_bar(self, symbol: str, *, until: int) -> RejectedBarRow | None:
        """As Decisions.rejected_bar."""
        refused = schema.rejected_bars.c
        found = select(schema.rejected_bars).where(refused.symbol == symbol, refused.ended_at <= until)
        return self._one(found.order_by(refused.seq.desc()).limit(1), RejectedBarRow)

    def state_change(self, *, until: int) -> StateChangeRow | None:
        """As Decisions.state_change."""
        changes = schema.state_changes.c
        found = select(schema.state_changes).where(changes.occurred_at <= until)
        return self._one(found.order_by(changes.seq.desc()).limit(1), StateChangeRow)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
        super().close()

    def _read(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        with named_errors(self._path):
            return self._connection.execute(statement).all()

    def _first(self, statement: Select[Any]) -> Row[Any] | None:
        return next(iter(self._read(statement)), None)

    def _one(self, statement: Select[Any], kind: type[RowType]) -> RowType | None:
        row = self._first(statement)
        return None if row is None else typed(row, kind)

    def _all(self, statement: Select[Any], kind: type[RowType]) -> list[RowType]:
        return [typed(row, kind) for row in self._read(statement)]


def _decision(row: Row[Any]) -> DecisionRow:
    fields = {name: getattr(row, name) for name in DecisionRow.__dataclass_fields__}
    return DecisionRow(**{**fields, "outcome": row.outcome or PENDING})
