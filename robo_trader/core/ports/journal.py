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
    """Steps stored together or not at all, and their commands: carried out in order, after all the steps."""

    steps: tuple[StepRecord, ...]
    commands: tuple[Command, ...]


class Journal(Protocol):
    """Stores batches durably, with their projections, in one transaction."""

    async def commit(self, batch: Batch) -> None:
        """Return once the batch is on disk.

        Raises JournalBusy or JournalUnwritable; then nothing of the batch is stored and nothing of it may
        be acted on.
        """
        ...

    def batches(self) -> Iterator[Batch]:
        """Yield every stored batch in order, checking the chain of hashes.

        Raises JournalDamaged at the first record that is not what was written.
        """
        ...
