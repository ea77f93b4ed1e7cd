"""Reads a database as it was at one moment, however much is written meanwhile."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, Select

from robo_trader.adapters.storage.database import named_errors
from robo_trader.adapters.storage.journal_facts import JournalFacts, read_facts
from robo_trader.adapters.storage.projections import RowType, typed


class ReadTransaction:
    """What the tables of one journal hold at the moment of opening. Close it soon: it keeps old pages alive."""

    def __init__(self, engine: Engine, path: Path) -> None:
        """Raises JournalDamaged for tables of another version, JournalError if the database cannot be read."""
        self._path = path
        with named_errors(path):
            self._connection = engine.connect()
            self._connection.begin()
            self.facts: JournalFacts = read_facts(self._connection, path)

    def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """Return all rows as they come."""
        with named_errors(self._path):
            return self._connection.execute(statement).all()

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
        self._connection.close()
