"""Reads the decision ledger of one journal, as of one moment, while somebody may be writing it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, func, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.database import closed_on_error
from robo_trader.adapters.storage.order_trail import SqlOrderTrail
from robo_trader.adapters.storage.projections import SqlProjections, position_row
from robo_trader.adapters.storage.read_transaction import ReadTransaction
from robo_trader.core.ports.decisions import (
    PENDING,
    AllotmentRow,
    DecisionRow,
    RejectedBarRow,
    StateChangeRow,
)
from robo_trader.core.ports.projections import BarRow, PositionRow, ViolationRow

NAMES_MAX = 500  # of each kind
_MOVES, _BARS, _DENIED = schema.order_moves.c, schema.bars.c, schema.violations.c
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
        with closed_on_error(self._database):
            self._reading = ReadTransaction(self._database, path)
        self.trail = SqlOrderTrail(self._reading)

    def as_of(self) -> int:
        """As Decisions.as_of."""
        return self._reading.rows(select(func.max(schema.equity.c.as_of)))[0][0] or 0

    def warm_up(self) -> dict[str, int]:
        """As Decisions.warm_up."""
        return self._reading.facts.session.warm_up

    def recent_names(self) -> Sequence[str]:
        """As Decisions.recent_names."""
        orders = [str(order.order_id) for order in self.orders(limit=NAMES_MAX)]
        newest = select(_MOVES.broker_order_id).order_by(_MOVES.seq.desc()).limit(NAMES_MAX)
        brokers = [row.broker_order_id for row in self._reading.rows(newest) if row.broker_order_id]
        return [*orders, *dict.fromkeys(brokers), *(fill.execution_id for fill in self.fills(limit=NAMES_MAX))]

    def decision(self, signal_id: str) -> DecisionRow | None:
        """As Decisions.decision."""
        row = self._reading.row(_DECISIONS.where(schema.signals.c.signal_id == signal_id))
        return None if row is None else _decision(row)

    def decisions(self, symbol: str, *, until: int, limit: int) -> Sequence[DecisionRow]:
        """As Decisions.decisions."""
        known = _DECISIONS.where(schema.signals.c.symbol == symbol, schema.signals.c.as_of <= until)
        newest = self._reading.rows(known.order_by(schema.signals.c.seq.desc()).limit(limit))
        return [_decision(row) for row in reversed(newest)]

    def allotments(self, symbol: str) -> Sequence[AllotmentRow]:
        """As Decisions.allotments."""
        parts = schema.allotments.c
        found = select(schema.allotments).where(parts.symbol == symbol).order_by(parts.seq, parts.position)
        return self._reading.all(found, AllotmentRow)

    def position(self, symbol: str) -> PositionRow | None:
        """As Decisions.position."""
        row = self._reading.row(select(schema.positions).where(schema.positions.c.symbol == symbol))
        return None if row is None else position_row(row)

    def denials(self, symbol: str, *, at: int) -> Sequence[ViolationRow]:
        """As Decisions.denials."""
        found = select(schema.violations).where(_DENIED.symbol == symbol, _DENIED.occurred_at == at)
        return self._reading.all(found.order_by(_DENIED.seq, _DENIED.position), ViolationRow)

    def last_denial(self, signal_id: str, *, until: int) -> Sequence[ViolationRow]:
        """As Decisions.last_denial."""
        bears = (_DENIED.signal_id == signal_id, _DENIED.occurred_at <= until)
        newest = self._reading.row(select(func.max(_DENIED.seq).label("seq")).where(*bears))
        found = select(schema.violations).where(_DENIED.seq == (newest and newest.seq)).order_by(_DENIED.position)
        return self._reading.all(found, ViolationRow)

    def bar(self, symbol: str, *, until: int) -> BarRow | None:
        """As Decisions.bar."""
        found = select(schema.bars).where(_BARS.symbol == symbol, _BARS.ended_at <= until)
        return self._reading.one(found.order_by(_BARS.ended_at.desc()).limit(1), BarRow)

    def bars_seen(self, symbol: str, *, until: int) -> int:
        """As Decisions.bars_seen."""
        counted = select(func.count()).select_from(schema.bars)
        return int(self._reading.rows(counted.where(_BARS.symbol == symbol, _BARS.ended_at <= until))[0][0])

    def rejected_bar(self, symbol: str, *, until: int) -> RejectedBarRow | None:
        """As Decisions.rejected_bar."""
        refused = schema.rejected_bars.c
        found = select(schema.rejected_bars).where(refused.symbol == symbol, refused.ended_at <= until)
        return self._reading.one(found.order_by(refused.seq.desc()).limit(1), RejectedBarRow)

    def state_change(self, *, until: int) -> StateChangeRow | None:
        """As Decisions.state_change."""
        changes = schema.state_changes.c
        found = select(schema.state_changes).where(changes.occurred_at <= until)
        return self._reading.one(found.order_by(changes.seq.desc()).limit(1), StateChangeRow)

    def close(self) -> None:
        """Let go of the database."""
        self._reading.close()
        super().close()

    def _read(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self._reading.rows(statement)


def _decision(row: Row[Any]) -> DecisionRow:
    fields = {name: getattr(row, name) for name in DecisionRow.__dataclass_fields__}
    return DecisionRow(**{**fields, "outcome": row.outcome or PENDING})
