"""The chain that a journal's records form, wherever they are kept: each hash covers the record and all before it.

Records bear the number and the epoch of their batch, so that none can be moved, left out or given to another writer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from typing import Any, Protocol

import msgspec

from robo_trader.adapters.storage.encoding import decode, encode
from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.events import Event
from robo_trader.core.ports.journal import START, Batch, JournalMark, StepRecord

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


def chained(head: bytes, record: Mapping[str, Any]) -> bytes:
    """Return the hash that a stored record should have. head: that of the one before."""
    told = record["epoch"], record["batch"], record["role"], record["kind"]
    return next_hash(head, *told, record["payload"])


def read_batches(records: Iterable[StoredRecord], place: object, after: JournalMark = START) -> Iterator[Batch]:
    """Yield the batches of records in order. place: where they are kept, for people; after: where the first begins.

    Raises JournalDamaged at the first record that is not what was written.
    """
    return (batch for _, batch in read_numbered(records, place, after))


def read_numbered(
    records: Iterable[StoredRecord], place: object, after: JournalMark = START
) -> Iterator[tuple[list[tuple[int, Event | Command]], Batch]]:
    """Yield the same, each batch with what it holds by sequence."""
    head, last, number = after.hash, after.seq, after.batch
    for batch, group in groupby(records, key=attrgetter("batch")):
        stored, number = list(group), number + 1
        for row in stored:
            last, head = last + 1, next_hash(head, row.epoch, number, row.role, row.kind, row.payload)
            if (row.seq, row.hash, batch, row.epoch) != (last, head, number, stored[0].epoch):
                raise damaged_record(place, last)
        told = _batch_of(stored, place)
        yield [(row.seq, value) for row, (_, value) in zip(stored, records_of(told), strict=True)], told


def check_records(records: Iterable[StoredRecord], place: object, until: JournalMark) -> None:
    """Hold records from the first on, up to a mark, against their hashes; nothing is decoded.

    Raises JournalDamaged at the first that is not what was written.
    """
    head, last, number, writer = GENESIS, 0, 0, 0
    for row in records:
        head, last = next_hash(head, row.epoch, row.batch, row.role, row.kind, row.payload), last + 1
        is_next = row.batch == number + 1 if row.batch != number else row.epoch == writer
        number, writer = row.batch, row.epoch
        if row.seq != last or row.hash != head or not is_next:
            raise damaged_record(place, last)
    if (last, number, head) != (until.seq, until.batch, until.hash):
        raise damaged_record(place, last + 1)


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
