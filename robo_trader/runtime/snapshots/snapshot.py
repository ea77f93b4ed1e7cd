"""One snapshot: a session's memory, of which journal it is, and as of where."""

import msgspec

from robo_trader.core.ports.journal import JournalMark
from robo_trader.runtime.snapshots.errors import SnapshotRefused


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What a session remembers once everything up to a mark of its journal has happened to it."""

    install: str  # of the journal
    mark: JournalMark
    code: str  # a hash of the program that decides: another might have come to another memory
    state_hash: str  # of the engine
    memory: bytes

    def demand_fits(self, *, install: str, code: str) -> None:
        """Raise SnapshotRefused if it is of another journal, or of another version of the program."""
        if self.install != install:
            raise SnapshotRefused("it is of another journal")
        if self.code != code:
            raise SnapshotRefused("it was taken by another version of the program")


def snapshot_bytes(snapshot: Snapshot) -> bytes:
    """Return a snapshot as it is stored."""
    return msgspec.msgpack.encode(snapshot)


def snapshot_from(content: bytes) -> Snapshot:
    """Return a snapshot that was stored. Raises SnapshotRefused if it is none."""
    try:
        return msgspec.msgpack.decode(content, type=Snapshot)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotRefused(f"it is no snapshot of this form: {error}") from error
