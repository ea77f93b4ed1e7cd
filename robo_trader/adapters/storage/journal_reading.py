"""Reads a whole journal, while somebody may be writing it; never writes, not even a table that is missing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select

from robo_trader.adapters.storage.database import closed_on_error, open_database, rows_of
from robo_trader.adapters.storage.journal import demand_mark, stored_batches
from robo_trader.adapters.storage.journal_facts import read_facts
from robo_trader.adapters.storage.journal_records import StoredRecord, length, records
from robo_trader.core.ports.journal import START, Batch, JournalMark


class RecordedJournal:
    """One journal, as of the moment of opening. A read transaction lasts until `close`: do not keep it long."""

    def __init__(self, path: Path, *, busy_timeout_seconds: float = 5.0) -> None:
        """Raises JournalDamaged for tables of another version, JournalError if the database cannot be read."""
        self._path = path
        self._database = open_database(path, read_only=True, busy_timeout_seconds=busy_timeout_seconds)
        with closed_on_error(self._database):
            self._held = self._database.hold()
            with closed_on_error(self._held):
                facts = self._held.run(lambda connection: read_facts(connection, path))
        self.session, self.identity = facts.session, facts.identity

    def batches(self, after: JournalMark = START) -> Iterator[Batch]:
        """Yield every batch behind a mark in order. Raises JournalDamaged at the first that is not what was written."""
        yield from stored_batches(self._read, self._path, after)

    def demand_mark(self, mark: JournalMark) -> None:
        """Raise JournalDamaged unless a batch of this journal ends at the mark."""
        demand_mark(self._read, self._path, mark)

    def _read(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self._held.run(rows_of(statement))

    @property
    def length(self) -> int:
        """The sequence of the last record, 0 if there is none."""
        return self._held.run(length)

    def records(self, first: int, last: int) -> list[StoredRecord]:
        """Return the records of these sequences and all between. Their hashes are not checked."""
        return self._held.run(lambda connection: records(connection, first, last))

    def close(self) -> None:
        """Let go of the database."""
        self._held.close()
        self._database.close()
