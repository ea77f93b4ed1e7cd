"""Snapshots as files in a folder beside the database, each written aside, synced and renamed."""

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from robo_trader.core.ports.snapshots import KeptSnapshot

_MAGIC = b"robo_trader snapshot\n"
_DIGEST_BYTES = 32
_HEAD_BYTES = len(_MAGIC) + _DIGEST_BYTES
_SUFFIX = ".snapshot"
_KEPT = 2


class SnapshotFiles:
    """The snapshots of one database. They may be deleted at any time."""

    def __init__(self, database: Path) -> None:
        self._folder = database.with_name(database.name + ".snapshots")

    def keep(self, seq: int, content: bytes) -> None:
        """As Snapshots.keep."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / f"{seq:015d}{_SUFFIX}"
        aside = path.with_suffix(".part")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_MAGIC + _digest(content))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        _sync_folder(self._folder)
        earlier = [one for one in self._paths() if one.name < path.name]
        for old in {*self._paths(), *self._folder.glob("*.part")} - {path, *earlier[: _KEPT - 1]}:
            old.unlink(missing_ok=True)  # those of a later sequence, too: they are of a journal that is no more

    def newest_first(self) -> Iterator[KeptSnapshot]:
        """As Snapshots.newest_first."""
        for path in self._paths():
            try:
                stored = path.read_bytes()
            except OSError as error:
                yield KeptSnapshot(str(path), b"", f"it cannot be read: {error.strerror}")
                continue
            content = stored[_HEAD_BYTES:]
            is_whole = stored[:_HEAD_BYTES] == _MAGIC + _digest(content)
            yield KeptSnapshot(str(path), content, "" if is_whole else "it is not what was written")

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}"), reverse=True)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # where folders cannot be opened, a rename is durable by itself or not at all
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
