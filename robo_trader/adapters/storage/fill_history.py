"""Reads from a journal whatever moved shares, and what was worked over time, while somebody may be writing it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.chain import DECISION, damaged_record
from robo_trader.adapters.storage.database import open_database, rows_of
from robo_trader.adapters.storage.encoding import decode
from robo_trader.core.domain.action_events import CorporateActionApplied
from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.events import FillBooked, FillRestated, ParentOrderUpdated
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.parent_orders import ParentOrder, ParentOrderId

Kind = TypeVar("Kind")
ShareMove = FillBooked | FillRestated | SharesCrossed | CorporateActionApplied


def read_share_moves(path: Path, *, busy_timeout_seconds: float = 5.0) -> Sequence[tuple[int, ShareMove]]:
    """Return the events by which shares came, went, passed or were counted anew, with their journal sequence.

    Raises JournalError if the database cannot be read, JournalDamaged for a record that is not what was written.
    """
    return _decisions(path, ShareMove.__args__, busy_timeout_seconds=busy_timeout_seconds)


def read_worked_orders(path: Path, *, busy_timeout_seconds: float = 5.0) -> tuple[list[ParentOrder], list[Fill]]:
    """Return every parent order as it stands, in the order they began, and every fill as it counts now.

    Raises as `read_share_moves`.
    """
    kinds = (ParentOrderUpdated, FillBooked, FillRestated)
    parents: dict[ParentOrderId, ParentOrder] = {}
    fills: dict[ExecutionId, Fill] = {}
    for _, event in _decisions(path, kinds, busy_timeout_seconds=busy_timeout_seconds):
        if isinstance(event, ParentOrderUpdated):
            parents[event.parent.parent_id] = event.parent
        elif isinstance(event, (FillBooked, FillRestated)):
            fills[event.fill.execution_id] = event.fill
    return list(parents.values()), [fill for fill in fills.values() if fill.quantity]


def _decisions(path: Path, kinds: tuple[type[Kind], ...], *, busy_timeout_seconds: float) -> list[tuple[int, Kind]]:
    """Return the decisions of these kinds, in order, with their journal sequence."""
    names = [kind.__name__ for kind in kinds]
    wanted = schema.journal.c.kind.in_(names) & (schema.journal.c.role == DECISION)
    statement = select(schema.journal).where(wanted).order_by(schema.journal.c.seq)
    with closing(open_database(path, read_only=True, busy_timeout_seconds=busy_timeout_seconds)) as database:
        rows = database.run(rows_of(statement))
    found: list[tuple[int, Kind]] = []
    for row in rows:
        try:
            found.append((row.seq, decode(row.kind, row.payload)))
        except msgspec.DecodeError as error:
            raise damaged_record(path, row.seq) from error
    return found
