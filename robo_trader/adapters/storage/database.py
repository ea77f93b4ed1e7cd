"""Where a journal lives: a file of SQLite, or a server of PostgreSQL. Which of them, its file says.

Everything above speaks to both through one set of tables and these few verbs. What is to be done in a transaction is
handed over as a function of its connection, because one of the two databases can only be awaited, and is, elsewhere.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Row, Select

from robo_trader.adapters.storage.server_place import find_server
from robo_trader.adapters.storage.sqlite_database import SqliteDatabase

Result = TypeVar("Result")
Work = Callable[[Connection], Result]


class Closable(Protocol):
    """What must be closed."""

    def close(self) -> None:
        """Let go of it."""
        ...


class Held(Protocol):
    """A read transaction that lasts: all of it sees the database as it was at one moment."""

    def run(self, work: Work[Result]) -> Result:
        """Do something within it. Raises JournalError."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Database(Protocol):
    """One database, opened by one program."""

    def run(self, work: Work[Result]) -> Result:
        """Do something in a transaction of its own. Raises JournalError; then nothing of it was stored."""
        ...

    async def store(self, work: Work[None], has_landed: Work[bool]) -> None:
        """Return once `work` is on disk, done once. Raises JournalError.

        has_landed: tells whether the work is stored already; asked where the connection was lost and nobody knows.
        """
        ...

    def hold(self) -> Held:
        """Begin a read transaction that lasts. Raises JournalError."""
        ...

    def faults(self) -> Sequence[str]:
        """Return why what is stored here may be lost all the same, each with what to do about it."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def open_database(path: Path, *, read_only: bool, busy_timeout_seconds: float) -> Database:
    """Open the database of the journal at `path`. For a writer, a file that is not there becomes one of SQLite."""
    server = find_server(path)
    if server is None:
        return SqliteDatabase(path, read_only=read_only, busy_timeout_seconds=busy_timeout_seconds)
    from robo_trader.adapters.storage.postgres_database import PostgresDatabase

    return PostgresDatabase(path, server, read_only=read_only, patience_seconds=busy_timeout_seconds)


def rows_of(statement: Select[Any]) -> Work[Sequence[Row[Any]]]:
    """Return the work of reading all rows of a statement."""
    return lambda connection: connection.execute(statement).all()


@contextmanager
def closed_on_error(opened: Closable) -> Iterator[None]:
    """Close what was opened if what follows raises."""
    try:
        yield
    except BaseException:
        opened.close()
        raise
