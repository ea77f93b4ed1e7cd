"""Reads a database as it was at one moment, however much is written meanwhile."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select

from robo_trader.adapters.storage.database import Database, closed_on_error, rows_of
from robo_trader.adapters.storage.journal_facts import JournalFacts, read_facts
from robo_trader.adapters.storage.projections import RowType, typed


class ReadTransaction:
    """What the tables of one journal hold at the moment of opening. Close it soon: it keeps old pages alive."""

    def __init__(self, database: Database, path: Path) -> None:
        """Raises JournalDamaged for tables of another version, JournalError if the database cannot be read."""
        self._held = database.hold()
        with closed_on_error(self._held):
            self.facts: JournalFacts = self._held.run(lambda connection: read_facts(connection, path))

    def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """Return all rows as they come."""
        return self._held.run(rows_of(statement))

    def row(self, statement: Select[Any]) -> Row[Any] | None:
        """Return the first row, None if there is none."""
        return next(iter(self.rows(statement)), None)

    def all(self, statement: Select[Any], kind: type[RowType]) -> list[RowType]:
        """Return all rows as values of a dataclass whose fields are among their columns."""
        return [typed(row, kind) for row in self.rows(statement)]

    def one(self, statement: Select[Any], kind: type[RowType]) -> RowType | None:
        """Return the first row as such a value, None if there is none."""
        row = self.row(statement)
        return None if row is None else typed(row, kind)

    def close(self) -> None:
        """Let go of the connection."""
        self._held.close()
