"""Reads from a journal whatever moved shares, while somebody may be writing it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy import select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.database import named_errors, open_database
from robo_trader.adapters.storage.encoding import decode
from robo_trader.adapters.storage.journal import DECISION, damaged_record
from robo_trader.core.domain.action_events import CorporateActionApplied
from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.events import FillBooked, FillRestated

ShareMove = FillBooked | FillRestated | SharesCrossed | CorporateActionApplied


def read_share_moves(path: Path, *, busy_timeout_seconds: float = 5.0) -> Sequence[tuple[int, ShareMove]]:
    """Return the events by which shares came, went, passed or were counted anew, with their journal sequence.

    Raises JournalError if the database cannot be read, JournalDamaged for a record that is not what was written.
    """
    kinds = [kind.__name__ for kind in ShareMove.__args__]
    wanted = schema.journal.c.kind.in_(kinds) & (schema.journal.c.role == DECISION)
    statement = select(schema.journal).where(wanted).order_by(schema.journal.c.seq)
    engine = open_database(path, read_only=True, busy_timeout_seconds=busy_timeout_seconds)
    with named_errors(path), closing(engine.connect()) as connection, connection.begin():
        rows = connection.execute(statement).all()
    engine.dispose()
    moves: list[tuple[int, ShareMove]] = []
    for row in rows:
        try:
            moves.append((row.seq, decode(row.kind, row.payload)))
        except msgspec.DecodeError as error:
            raise damaged_record(path, row.seq) from error
    return moves
