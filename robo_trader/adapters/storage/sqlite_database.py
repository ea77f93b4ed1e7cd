"""SQLite as the place the journal lives in: how it is opened, what its errors mean, and what it cannot promise.

WAL with synchronous=FULL: a commit returns once it is on disk, and readers never wait for the writer. Everything runs
where it is called: a commit takes less time than handing it to another thread would, and nothing else may happen before
it returns anyway.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from robo_trader.adapters.storage.file_systems import network_file_system
from robo_trader.core.domain.errors import JournalBusy, JournalDamaged, JournalError, JournalUnwritable

Result = TypeVar("Result")

# Two connections that reset the log at the same moment may damage the database in versions before this.
_MENDED = (3, 51, 3)
_FULL = 2  # PRAGMA synchronous
_FULL_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SqliteDatabase:
    """One file, on one connection."""

    def __init__(self, path: Path, *, read_only: bool, busy_timeout_seconds: float) -> None:
        """Open it; the file is created for a writer, once something is done."""
        self._path = path
        self._engine = _engine(path, read_only=read_only, busy_timeout_seconds=busy_timeout_seconds)

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """As Database.run."""
        with named_errors(self._path), self._engine.begin() as connection:
            return work(connection)

    async def store(self, work: Callable[[Connection], None], has_landed: Callable[[Connection], bool]) -> None:  # noqa: ARG002
        """As Database.store. A file is there or not: nobody loses a connection to it."""
        self.run(work)

    def hold(self) -> "HeldSqlite":
        """As Database.hold."""
        return HeldSqlite(self._engine, self._path)

    def faults(self) -> Sequence[str]:
        """As Database.faults."""
        found = [] if is_mended(sqlite3.sqlite_version_info) else [OLD_SQLITE]
        with named_errors(self._path), self._engine.connect() as connection:
            journal_mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        if journal_mode != "wal" or synchronous < _FULL:
            found.append(
                f"the database works with journal_mode={journal_mode} and synchronous={synchronous} where WAL and FULL "
                "were asked for: put it on another file system"
            )
        network = network_file_system(self._path)
        if network is not None:
            found.append(
                f"the database lies on {network}, a file system of the network, whose locks and flushes are not to be "
                "relied on: put it on a disk of this machine, or use PostgreSQL"
            )
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


class HeldSqlite:
    """A read transaction of one file."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._path = path
        with named_errors(path):
            self._connection = engine.connect()
            self._connection.begin()

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """As Held.run."""
        with named_errors(self._path):
            return work(self._connection)

    def close(self) -> None:
        """As Held.close."""
        self._connection.close()


OLD_SQLITE = (
    f"this Python brings SQLite {sqlite3.sqlite_version}, which may damage a database that several connections write; "
    "use one with 3.51.3 or newer, or PostgreSQL"
)


def is_mended(version: tuple[int, ...]) -> bool:
    """Return whether this version of SQLite resets its log safely whoever else has the file open."""
    return version >= _MENDED


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Turn the database's errors into ours: who holds it, what the disk refused, or what is broken."""
    try:
        yield
    except DatabaseError as error:
        raise _translate(error.orig, path) from error
    except sqlite3.DatabaseError as error:
        raise _translate(error, path) from error


def _engine(path: Path, *, read_only: bool, busy_timeout_seconds: float) -> Engine:
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


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


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
