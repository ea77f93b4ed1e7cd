"""The append-only record of everything the engine saw, decided and asked for."""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.events import DecisionEvent, InputEvent


class StepRecord(Struct, frozen=True, gc=False):
    """One input and what the engine decided on it."""

    input: InputEvent
    decisions: tuple[DecisionEvent, ...]


class Batch(Struct, frozen=True, gc=False):
    """Steps stored together or not at all, and their commands: carried out in order, after all the steps.

    `epoch` is the one it was written under, as read back from a journal; 0 before.
    """

    steps: tuple[StepRecord, ...]
    commands: tuple[Command, ...]
    epoch: int = 0


class JournalIdentity(Struct, frozen=True, gc=False):
    """Which journal it is, and which start of the program writes it."""

    install: str  # made once, when the journal is begun
    epoch: int  # counts the programs that have begun to write, from 1


class JournalMark(Struct, frozen=True, gc=False):
    """A place between two batches of a journal: behind the record of this sequence, which has this hash."""

    seq: int = 0
    batch: int = 0
    hash: bytes = b"\x00" * 16


START = JournalMark()


class Journal(Protocol):
    """Stores batches durably, with their projections, in one transaction."""

    async def commit(self, batch: Batch) -> None:
        """Return once the batch is on disk.

        Raises JournalBusy, JournalUnwritable, or JournalTakenOver if another program has begun to write since;
        then nothing of the batch is stored and nothing of it may be acted on.
        """
        ...

    def batches(self) -> Iterator[Batch]:
        """Yield every stored batch in order, checking the chain of hashes.

        Raises JournalDamaged at the first record that is not what was written.
        """
        ...
