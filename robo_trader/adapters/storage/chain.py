"""The chain that a journal's records form, wherever they are kept: each hash covers the record and all before it.

Records bear the number and the epoch of their batch, so that none can be moved, left out or given to another writer.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from typing import Any, Protocol

import msgspec

from robo_trader.adapters.storage.encoding import decode, encode
from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.events import Event
from robo_trader.core.ports.journal import Batch, StepRecord

INPUT, DECISION, COMMAND = "input", "decision", "command"
GENESIS = b"\x00" * 16


class StoredRecord(Protocol):
    """A record as it is kept."""

    @property
    def seq(self) -> int:
        """Its number in the journal, from 1."""
        ...

    @property
    def batch(self) -> int:
        """The number of its batch, from 1."""
        ...

    @property
    def epoch(self) -> int:
        """The epoch of its writer."""
        ...

    @property
    def role(self) -> str:
        """Input, decision or command."""
        ...

    @property
    def kind(self) -> str:
        """The class of what it holds."""
        ...

    @property
    def occurred_at(self) -> int:
        """When that happened, UTC ns."""
        ...

    @property
    def payload(self) -> bytes:
        """What it holds, encoded."""
        ...

    @property
    def hash(self) -> bytes:
        """The hash of it and of all before it."""
        ...


def records_of(batch: Batch) -> Iterator[tuple[str, Event | Command]]:
    """Yield what a batch holds in the order of the journal, each with its role."""
    for step in batch.steps:
        yield INPUT, step.input
        for decision in step.decisions:
            yield DECISION, decision
    for command in batch.commands:
        yield COMMAND, command


def next_hash(head: bytes, epoch: int, batch: int, role: str, kind: str, payload: bytes) -> bytes:
    """Return the hash of a record that follows one with the hash `head`."""
    return _link(head, f"{epoch}\x00{batch}\x00{role}\x00{kind}", payload)


def digest_of(batch: Batch) -> bytes:
    """Return a hash of what a batch says, whenever and by whom it was stored: every kind, role and byte of it."""
    head = GENESIS
    for role, value in records_of(batch):
        head = _link(head, f"{role}\x00{type(value).__name__}", encode(value))
    return head


def read_batches(records: Iterable[StoredRecord], place: object) -> Iterator[Batch]:
    """Yield the batches of records in order. place: where they are kept, for people.

    Raises JournalDamaged at the first record that is not what was written.
    """
    head, last, number = GENESIS, 0, 0
    for batch, group in groupby(records, key=attrgetter("batch")):
        stored, number = list(group), number + 1
        for row in stored:
            last, head = last + 1, next_hash(head, row.epoch, number, row.role, row.kind, row.payload)
            if (row.seq, row.hash, batch, row.epoch) != (last, head, number, stored[0].epoch):
                raise damaged_record(place, last)
        yield _batch_of(stored, place)


def damaged_record(place: object, seq: int) -> JournalDamaged:
    """Return the error for a record that is not what was written."""
    return JournalDamaged(
        f"record {seq} of the journal in {place} is not what was written",
        next_step="Do not trade on it: restore a backup, or begin a new session with --database.",
    )


def _link(head: bytes, told: str, payload: bytes) -> bytes:
    return blake2b(b"\x00".join((head, told.encode(), payload)), digest_size=16).digest()


def _batch_of(rows: Sequence[StoredRecord], place: object) -> Batch:
    steps: list[tuple[Any, list[Any]]] = []
    commands: list[Any] = []
    for row in rows:
        try:
            value = decode(row.kind, row.payload)
        except (KeyError, msgspec.DecodeError) as error:
            raise damaged_record(place, row.seq) from error
        # The time stands beside what is hashed: it must agree with it.
        if value.occurred_at != row.occurred_at or (row.role != COMMAND and commands):
            raise damaged_record(place, row.seq)
        if row.role == INPUT:
            steps.append((value, []))
        elif row.role == DECISION and steps:
            steps[-1][1].append(value)
        elif row.role == COMMAND:
            commands.append(value)
        else:
            raise damaged_record(place, row.seq)
    told = tuple(StepRecord(event, tuple(decisions)) for event, decisions in steps)
    return Batch(told, tuple(commands), rows[0].epoch)
