"""One writer a journal: a lock the operating system lets go of when its holder dies, however it dies.

Of a journal on a server another machine may want to be the writer. So the server is asked for a lock as well, which it
lets go of when the connection ends. It spares two programs from overtaking each other; what keeps the second from
writing is the epoch, whatever becomes of this lock.
"""

import os
import socket
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from robo_trader.adapters.storage.server_place import ServerPlace, find_server
from robo_trader.core.domain.errors import JournalBusy

if TYPE_CHECKING:
    from robo_trader.adapters.storage.postgres_database import PostgresDatabase

_PATIENCE_SECONDS = 5.0

_HOLDER_LENGTH_MAX = 300


class WriterLock:
    """An exclusive lock on the file beside the database. Holds from entry to exit, or to the end of the process."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._database = database
        self._descriptor = -1
        self._server: PostgresDatabase | None = None

    def __enter__(self) -> Self:
        """Take the lock. Raises JournalBusy if another process holds it, JournalError if the server cannot be asked."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(self._descriptor):
            holder = _read_holder(self._descriptor)
            os.close(self._descriptor)
            raise self._busy(holder)
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
        place = find_server(self._database)
        if place is not None:
            try:
                self._lock_on_server(place)
            except BaseException:
                os.close(self._descriptor)
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the lock go. The file stays: deleting it would let two writers lock two files of one name."""
        if self._server is not None:
            self._server.close()
        os.close(self._descriptor)

    def _lock_on_server(self, place: ServerPlace) -> None:
        from robo_trader.adapters.storage.postgres_database import PostgresDatabase

        server = PostgresDatabase(self._database, place, read_only=True, patience_seconds=_PATIENCE_SECONDS)
        if not server.try_alone():
            server.close()
            raise self._busy()
        self._server = server

    def _busy(self, holder: str = "") -> JournalBusy:
        return JournalBusy(
            f"another robo-trader is trading with {self._database}{holder and f': {holder}'}",
            next_step="Stop it first, or begin a session of its own with --database PATH.",
        )


def is_held(database: Path) -> bool:
    """Return whether a live process holds the lock of a database: whether its engine runs."""
    path = database.with_name(database.name + ".lock")
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _read_holder(descriptor: int) -> str:
    """Return who holds the lock, in his own words; empty where the system lets nobody read what is locked."""
    try:
        return os.pread(descriptor, _HOLDER_LENGTH_MAX, 0).decode(errors="replace") if hasattr(os, "pread") else ""
    except OSError:
        return ""


def _try_lock(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
