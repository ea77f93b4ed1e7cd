"""Where snapshots are kept. None of them is needed: the journal holds everything, and a snapshot spares reading it."""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct


class KeptSnapshot(Struct, frozen=True):
    """One that was found."""

    name: str  # for people
    content: bytes
    fault: str = ""  # why it cannot be used, in words; nothing if it is whole


class Snapshots(Protocol):
    """Keeps the last few, whole or not at all."""

    def keep(self, seq: int, content: bytes) -> None:
        """Return once the snapshot of a journal up to a sequence is on disk; older ones may go then.

        Raises OSError if it cannot be stored; those before it are untouched.
        """
        ...

    def newest_first(self) -> Iterator[KeptSnapshot]:
        """Yield what is kept. One that is damaged has a fault."""
        ...
