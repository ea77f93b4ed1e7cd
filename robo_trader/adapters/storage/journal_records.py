"""Single records of a journal, as people and tools look at them."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.encoding import decode


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One record. `value` is ready for JSON: exact decimals are text."""

    seq: int
    batch: int
    epoch: int
    role: str  # input, decision, command
    kind: str
    occurred_at: int  # UTC ns
    value: dict[str, Any]
    hash: str


def length(connection: Connection) -> int:
    """Return the sequence of the last record, 0 if there is none."""
    return int(connection.execute(select(func.max(schema.journal.c.seq))).scalar() or 0)


def records(connection: Connection, first: int, last: int) -> list[StoredRecord]:
    """Return the records of these sequences and all between. Their hashes are not checked."""
    rows = schema.journal.c
    asked = select(schema.journal).where(rows.seq.between(first, last)).order_by(rows.seq)
    return [_record(row) for row in connection.execute(asked)]


def _record(row: Row[Any]) -> StoredRecord:
    return StoredRecord(
        seq=row.seq, batch=row.batch, epoch=row.epoch, role=row.role, kind=row.kind, occurred_at=row.occurred_at,
        value=_value(row), hash=row.hash.hex(),
    )  # fmt: skip


def _value(row: Row[Any]) -> dict[str, Any]:
    """Return what a record says, or its bytes where this program cannot read it: people look where things are wrong."""
    try:
        value = msgspec.to_builtins(decode(row.kind, row.payload), order=None, str_keys=True)
    except (KeyError, msgspec.DecodeError) as error:
        return {"unreadable": f"{type(error).__name__}: {error}", "payload": row.payload.hex()}
    assert isinstance(value, dict), value
    return value
