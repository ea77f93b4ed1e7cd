"""PostgreSQL as the place the journal lives in: how it is reached, what its errors mean, and what is done when it goes.

The driver can only be awaited. So each database has an event loop in a thread of its own, and what is done in a
transaction is handed over to it; a trading loop awaits the end of a commit there, and nobody waits forever.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from robo_trader.adapters.storage.portal import Portal
from robo_trader.adapters.storage.server_errors import is_lost, translated
from robo_trader.adapters.storage.server_place import ServerPlace
from robo_trader.core.domain.errors import JournalError

Result = TypeVar("Result")

RETRY_SECONDS = 0.1  # between two attempts to reach a server that went away
_LOCK_SHARE = 0.8
_LONGEST = 10  # times the patience: for many statements in one transaction
_DEMANDED = ("synchronous_commit", "fsync", "full_page_writes")


class PostgresDatabase:
    """One schema of one database."""

    def __init__(self, path: Path, place: ServerPlace, *, read_only: bool, patience_seconds: float) -> None:
        """patience_seconds: how long to wait for a connection, a lock, or the end of one statement."""
        self._path, self._place, self._patience = path, place, patience_seconds
        self._engine = _engine(place, read_only=read_only, patience_seconds=patience_seconds)
        self._portal = Portal(f"journal {place.schema}")
        self._alone: AsyncConnection | None = None

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """As Database.run."""
        with self._named_errors():
            return self._portal.wait(_in_transaction(self._engine, work), self._patience * _LONGEST)

    async def store(self, work: Callable[[Connection], None], has_landed: Callable[[Connection], bool]) -> None:
        """As Database.store. Waits for a server that went away, as long as for everything else."""
        with self._named_errors():
            storing = asyncio.wrap_future(self._portal.submit(self._store(work, has_landed)))
            await asyncio.wait_for(storing, self._patience * _LONGEST)

    def hold(self) -> "HeldPostgres":
        """As Database.hold."""
        with self._named_errors():
            connection = self._portal.wait(_open(self._engine, "REPEATABLE READ"), self._patience * _LONGEST)
        return HeldPostgres(self, connection)

    def faults(self) -> Sequence[str]:
        """As Database.faults."""
        shown = self.run(lambda connection: [_shown(connection, name) for name in _DEMANDED])
        return [
            f"the server works with {name}=off, and may lose what it said was stored: set it to on"
            for name, value in zip(_DEMANDED, shown, strict=True)
            if value == "off"
        ]

    def try_alone(self) -> bool:
        """Take the lock of the journal, until `close` or the end of the connection; return whether it was free."""
        assert self._alone is None, "it is taken once"
        with self._named_errors():
            self._alone = self._portal.wait(_open(self._engine, "AUTOCOMMIT"), self._patience * _LONGEST)
        asked = select(func.pg_try_advisory_lock(func.hashtextextended(self._place.schema, 0)))
        return bool(self.within(self._alone, lambda connection: connection.execute(asked).scalar_one()))

    def close(self) -> None:
        """Let go of the server. What it is doing for others goes on; one that does not answer is left alone."""
        with contextlib.suppress(JournalError), self._named_errors():
            if self._alone is not None:
                self._portal.wait(self._alone.close(), self._patience)
        with contextlib.suppress(JournalError), self._named_errors():
            self._portal.wait(self._engine.dispose(), self._patience)
        self._portal.close()

    def within(self, connection: AsyncConnection, work: Callable[[Connection], Result]) -> Result:
        """Do something on a connection that is held. Raises JournalError."""
        with self._named_errors():
            return self._portal.wait(connection.run_sync(work), self._patience * _LONGEST)

    def end(self, connection: AsyncConnection) -> None:
        """End a connection that is held."""
        with self._named_errors():
            self._portal.wait(connection.close(), self._patience * _LONGEST)

    async def _store(self, work: Callable[[Connection], None], has_landed: Callable[[Connection], bool]) -> None:
        """Do the work once, though the connection may be lost at any moment of it, that of its commit included."""
        clock = asyncio.get_running_loop()
        deadline = clock.time() + self._patience

        def unless_landed(connection: Connection) -> None:
            if not has_landed(connection):
                work(connection)

        attempt = work
        while True:
            try:
                return await _in_transaction(self._engine, attempt)
            except (DBAPIError, OSError) as error:
                if not is_lost(error) or clock.time() > deadline:
                    raise
            attempt = unless_landed
            await asyncio.sleep(RETRY_SECONDS)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, OSError) as error:  # a time-out is of the latter
            raise translated(error, self._place, self._path) from error


class HeldPostgres:
    """A read transaction of one schema."""

    def __init__(self, database: PostgresDatabase, connection: AsyncConnection) -> None:
        self._database, self._connection = database, connection

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """As Held.run."""
        return self._database.within(self._connection, work)

    def close(self) -> None:
        """As Held.close."""
        self._database.end(self._connection)


def _engine(place: ServerPlace, *, read_only: bool, patience_seconds: float) -> AsyncEngine:
    # The server gives up on a lock before we give up on the server: then it is known that nothing was done.
    milliseconds = str(int(patience_seconds * 1000 * _LOCK_SHARE))
    told = {
        "search_path": place.schema,
        "application_name": "robo_trader",
        "lock_timeout": milliseconds,
        "default_transaction_read_only": "on" if read_only else "off",
    }
    return create_async_engine(
        make_url(place.url),
        pool_size=1,
        connect_args={"timeout": patience_seconds, "command_timeout": patience_seconds, "server_settings": told},
    )


async def _in_transaction(engine: AsyncEngine, work: Callable[[Connection], Result]) -> Result:
    async with engine.begin() as connection:
        return await connection.run_sync(work)


async def _open(engine: AsyncEngine, isolation_level: str) -> AsyncConnection:
    connection = await engine.connect()
    return await connection.execution_options(isolation_level=isolation_level)


def _shown(connection: Connection, name: str) -> str:
    return str(connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())
