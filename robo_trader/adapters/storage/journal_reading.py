"""Reads a whole journal, while somebody may be writing it; never writes, not even a table that is missing."""

from collections.abc import Iterator
from pathlib import Path

from robo_trader.adapters.storage.database import named_errors, open_database
from robo_trader.adapters.storage.journal import demand_mark, stored_batches
from robo_trader.adapters.storage.journal_facts import read_facts
from robo_trader.adapters.storage.journal_records import StoredRecord, length, records
from robo_trader.core.ports.journal import START, Batch, JournalMark


class RecordedJournal:
    """One journal, as of the moment of opening. A read transaction lasts until `close`: do not keep it long."""

    def __init__(self, path: Path, *, busy_timeout_seconds: float = 5.0) -> None:
        """Raises JournalDamaged for tables of another version, JournalError if the database cannot be read."""
        self._path = path
        self._engine = open_database(path, read_only=True, busy_timeout_seconds=busy_timeout_seconds)
        with named_errors(path):
            self._connection = self._engine.connect()
            self._connection.begin()
            facts = read_facts(self._connection, path)
        self.session, self.identity = facts.session, facts.identity

    def batches(self, after: JournalMark = START) -> Iterator[Batch]:
        """Yield every batch behind a mark in order. Raises JournalDamaged at the first that is not what was written."""
        with named_errors(self._path):
            yield from stored_batches(self._connection, self._path, after)

    def demand_mark(self, mark: JournalMark) -> None:
        """Raise JournalDamaged unless a batch of this journal ends at the mark."""
        with named_errors(self._path):
            demand_mark(self._connection, self._path, mark)

    @property
    def length(self) -> int:
        """The sequence of the last record, 0 if there is none."""
        with named_errors(self._path):
            return length(self._connection)

    def records(self, first: int, last: int) -> list[StoredRecord]:
        """Return the records of these sequences and all between. Their hashes are not checked."""
        with named_errors(self._path):
            return records(self._connection, first, last)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
        self._engine.dispose()
