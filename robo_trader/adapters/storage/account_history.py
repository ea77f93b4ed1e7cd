"""Reads from a journal what became of the account, session by session, while somebody may be writing it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.chain import DECISION, damaged_record
from robo_trader.adapters.storage.decisions import SqlDecisions
from robo_trader.adapters.storage.encoding import decode
from robo_trader.adapters.storage.fill_history import ShareMove
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.core.domain.events import AccountMarked, CashBooked
from robo_trader.core.domain.strategy_modes import StrategiesReviewed, StrategyModeChanged

AccountEvent = ShareMove | CashBooked | StrategyModeChanged | StrategiesReviewed | AccountMarked


class SqlAccountHistory(SqlDecisions):
    """One journal, as of the moment of opening. A read transaction lasts until `close`: do not keep it long."""

    def __init__(self, path: Path) -> None:
        """As SqlDecisions."""
        super().__init__(path)
        (stored,) = self._read(select(schema.meta.c.value).where(schema.meta.c.key == "session"))
        self.record = msgspec.json.decode(stored[0], type=SessionRecord)

    def events(self) -> Iterator[tuple[int, AccountEvent]]:
        """Yield all that moved shares and cash, what strategies may do, and the last report of each session.

        In order, with the journal sequence. Raises JournalDamaged for a record that is not what was written.
        """
        journal, marks = schema.journal.c, schema.equity.c
        kinds = [kind.__name__ for kind in AccountEvent.__args__ if kind is not AccountMarked]
        last_marks = select(func.max(marks.seq)).group_by(marks.session)
        wanted = (journal.role == DECISION) & (journal.kind.in_(kinds) | journal.seq.in_(last_marks))
        for row in self._read(select(schema.journal).where(wanted).order_by(journal.seq)):
            try:
                yield row.seq, decode(row.kind, row.payload)
            except msgspec.DecodeError as error:
                raise damaged_record(self._path, row.seq) from error
