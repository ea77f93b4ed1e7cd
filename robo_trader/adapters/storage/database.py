"""SQLite as the place the journal lives in: how it is opened, and what its errors mean.

WAL with synchronous=FULL: a commit returns once it is on disk, and readers never wait for the writer.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from robo_trader.core.domain.errors import JournalBusy, JournalDamaged, JournalError, JournalUnwritable

_FULL_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def open_database(path: Path, *, read_only: bool, busy_timeout_seconds: float) -> Engine:
    """Return an engine on one connection to the database at `path`; the file is created for a writer."""
    mode = "ro" if read_only else "rwc"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=busy_timeout_seconds,
            isolation_level=None,  # transactions are begun by the statement below, not guessed by the driver
            check_same_thread=False,
        )

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    event.listen(engine, "begin", _begin_reading if read_only else _begin_writing)
    if not read_only:
        event.listen(engine, "connect", _make_durable)
    return engine


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Turn the database's errors into ours: who holds it, what the disk refused, or what is broken."""
    try:
        yield
    except DatabaseError as error:
        raise _translate(error.orig, path) from error
    except sqlite3.DatabaseError as error:
        raise _translate(error, path) from error


def _begin_writing(connection: object) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]


def _begin_reading(connection: object) -> None:
    connection.exec_driver_sql("BEGIN")  # type: ignore[attr-defined]


def _make_durable(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _translate(error: BaseException | None, path: Path) -> JournalError:
    extended = getattr(error, "sqlite_errorcode", None)
    code = extended & 0xFF if extended is not None else None  # the low byte is the kind of error
    if code in _BUSY_CODES:
        return JournalBusy(
            f"the database {path} is locked by another program",
            next_step="Close the program that has it open, or choose another with --database.",
        )
    if code in _FULL_CODES:
        return JournalUnwritable(
            f"the database {path} cannot be written: {error}; nothing of the last batch was stored or sent",
            next_step="Free disk space or mend its permissions, then start again: trading continues where it stopped.",
        )
    if code in _DAMAGED_CODES:
        return JournalDamaged(
            f"{path} is no database of ours, or it is damaged: {error}",
            next_step="Restore a backup, or begin a new session with --database.",
        )
    return JournalError(f"the database {path} failed: {error}", next_step="See the log for the statement.")
