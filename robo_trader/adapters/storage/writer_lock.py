"""One writer a journal: a lock the operating system lets go of when its holder dies, however it dies."""

import os
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from robo_trader.core.domain.errors import JournalBusy

_HOLDER_LENGTH_MAX = 300


class WriterLock:
    """An exclusive lock on the file beside the database. Holds from entry to exit, or to the end of the process."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._database = database
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the lock. Raises JournalBusy if another process holds it."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(self._descriptor):
            holder = _read_holder(self._descriptor)
            os.close(self._descriptor)
            raise JournalBusy(
                f"another robo-trader is trading with {self._database}{holder and f': {holder}'}",
                next_step="Stop it first, or begin a session of its own with --database PATH.",
            )
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the lock go. The file stays: deleting it would let two writers lock two files of one name."""
        os.close(self._descriptor)


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
