"""The journal in a database: append-only, chained by hashes, projections in the same transaction.

Each program that begins to write takes the next epoch, and every batch bears the epoch of its writer. A writer is
refused once another has begun: it may have been stopped for hours and go on as if nothing had happened, and a lock
that the system let go of meanwhile does not hold it back. The epoch is looked at in the very transaction that stores.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.dialects.sqlite import Insert, insert

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.database import named_errors, open_database
from robo_trader.adapters.storage.encoding import decode, encode
from robo_trader.adapters.storage.journal_facts import is_begun, newest_epoch, read_facts, store_epoch, store_facts
from robo_trader.adapters.storage.projector import Record, project
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.errors import JournalDamaged, JournalTakenOver
from robo_trader.core.domain.events import Event
from robo_trader.core.ports.journal import START, Batch, JournalIdentity, JournalMark, StepRecord

INPUT, DECISION, COMMAND = "input", "decision", "command"
GENESIS = b"\x00" * 16


class SqlJournal:
    """Writes batches and reads them back. One process writes; its lock is taken by whoever joins the parts."""

    def __init__(self, path: Path, *, busy_timeout_seconds: float = 5.0) -> None:
        """Open or create the journal at `path`. Raises JournalError."""
        self._path = path
        self._engine = open_database(path, read_only=False, busy_timeout_seconds=busy_timeout_seconds)
        self._hash = GENESIS
        self._seq = 0
        self._batch = 0
        self._epoch = 0
        self._account = ""
        with named_errors(path), self._engine.begin() as connection:
            schema.metadata.create_all(connection)

    def begin(self, session: SessionRecord) -> JournalIdentity:
        """Become the one writer: store what the journal is about if it is new, and take the next epoch.

        Raises SessionMismatch if it was begun with other settings, JournalDamaged for an unknown schema, and for a
        record of an epoch that nobody took.
        """
        with named_errors(self._path), self._engine.begin() as connection:
            if not is_begun(connection):
                store_facts(connection, session)
            found = read_facts(connection, self._path)
            found.session.demand_same(session)
            self._find_head(connection, found.identity)
            taken = JournalIdentity(found.identity.install, found.identity.epoch + 1)
            store_epoch(connection, taken.epoch)
        self._account, self._epoch = session.account, taken.epoch
        return taken

    async def commit(self, batch: Batch) -> None:
        """Return once the batch and its projections are on disk, under the epoch that `begin` took.

        It runs where it is called: a commit takes less time than handing it to another thread would, and nothing
        else may happen before it returns anyway.
        """
        assert self._epoch, "a journal is begun before it is written"
        rows, records, head = self._journal_rows(batch)
        with named_errors(self._path), self._engine.begin() as connection:
            self._demand_epoch(connection)
            connection.execute(schema.journal.insert(), rows)
            for table, projected in project(records, self._account).items():
                connection.execute(_upsert(table), projected)
        self._seq += len(rows)
        self._batch += 1
        self._hash = head

    @property
    def mark(self) -> JournalMark:
        """Where the journal ends now."""
        return JournalMark(self._seq, self._batch, self._hash)

    def batches(self, after: JournalMark = START) -> Iterator[Batch]:
        """Yield every stored batch behind a mark in order, checking sequence and hashes.

        Raises JournalDamaged if the mark is none of this journal's.
        """
        with named_errors(self._path), self._engine.connect() as connection:
            yield from stored_batches(connection, self._path, after)

    def demand_mark(self, mark: JournalMark) -> None:
        """Raise JournalDamaged unless a batch of this journal ends at the mark."""
        with named_errors(self._path), self._engine.connect() as connection:
            demand_mark(connection, self._path, mark)

    def check_chain(self, until: JournalMark) -> None:
        """Hold the hashes of all records up to a mark against what they were made from; nothing is decoded.

        Raises JournalDamaged at the first record that is not what was written.
        """
        with named_errors(self._path), self._engine.connect() as connection:
            check_chain(connection, self._path, until)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _demand_epoch(self, connection: Connection) -> None:
        now = newest_epoch(connection)
        if now != self._epoch:
            raise JournalTakenOver(
                f"another robo-trader has begun to write {self._path}: it is epoch {now}, this program's was "
                f"{self._epoch}; nothing of the last batch was stored or sent",
                next_step="Let this one end: it was overtaken while it stood still. The other one trades on.",
            )

    def _find_head(self, connection: Connection, found: JournalIdentity) -> None:
        newest = connection.execute(select(schema.journal).order_by(schema.journal.c.seq.desc()).limit(1)).first()
        if newest is not None:
            if newest.epoch > found.epoch:  # another could take an epoch twice, and two orders bear one name
                raise damaged_record(self._path, newest.seq)
            self._seq, self._batch, self._hash = newest.seq, newest.batch, newest.hash

    def _journal_rows(self, batch: Batch) -> tuple[list[dict[str, Any]], list[Record], bytes]:
        rows: list[dict[str, Any]] = []
        records: list[Record] = []
        head = self._hash
        for seq, (role, value) in enumerate(_flatten(batch), start=self._seq + 1):
            kind, payload = type(value).__name__, encode(value)
            head = _chain(head, self._epoch, self._batch + 1, role, kind, payload)
            rows.append({
                "seq": seq, "batch": self._batch + 1, "epoch": self._epoch, "role": role, "kind": kind,
                "occurred_at": value.occurred_at, "payload": payload, "hash": head,
            })  # fmt: skip
            records.append((seq, value))
        return rows, records, head


def _flatten(batch: Batch) -> Iterator[tuple[str, Event | Command]]:
    for step in batch.steps:
        yield INPUT, step.input
        for decision in step.decisions:
            yield DECISION, decision
    for command in batch.commands:
        yield COMMAND, command


def _link(head: bytes, told: str, payload: bytes) -> bytes:
    return blake2b(b"\x00".join((head, told.encode(), payload)), digest_size=16).digest()


def _chain(head: bytes, epoch: int, batch: int, role: str, kind: str, payload: bytes) -> bytes:
    return _link(head, f"{epoch}\x00{batch}\x00{role}\x00{kind}", payload)


def digest_of(batch: Batch) -> bytes:
    """Return a hash of what a batch says, whenever and by whom it was stored: every kind, role and byte of it."""
    head = GENESIS
    for role, value in _flatten(batch):
        head = _link(head, f"{role}\x00{type(value).__name__}", encode(value))
    return head


def stored_batches(connection: Connection, path: Path, after: JournalMark = START) -> Iterator[Batch]:
    """Yield every batch behind a mark. Raises JournalDamaged at the first record that is not what was written."""
    head, last, number = after.hash, after.seq, after.batch
    demand_mark(connection, path, after)
    columns = schema.journal.c
    rows = connection.execute(select(schema.journal).where(columns.seq > last).order_by(columns.seq))
    for batch, group in groupby(rows, key=lambda row: row.batch):
        stored, number = list(group), number + 1
        for row in stored:
            last, head = last + 1, _chain(head, row.epoch, number, row.role, row.kind, row.payload)
            if (row.seq, row.hash, batch, row.epoch) != (last, head, number, stored[0].epoch):
                raise damaged_record(path, last)
        yield _batch_of(stored, path)


def demand_mark(connection: Connection, path: Path, mark: JournalMark) -> None:
    """Raise JournalDamaged unless a batch of the journal ends at the mark."""
    columns = schema.journal.c
    found = connection.execute(select(columns.batch, columns.hash).where(columns.seq == mark.seq)).first()
    after = connection.execute(select(columns.batch).where(columns.seq == mark.seq + 1)).scalar()
    if mark != START and (found is None or (found.batch, found.hash) != (mark.batch, mark.hash) or after == mark.batch):
        raise damaged_record(path, mark.seq)


def check_chain(connection: Connection, path: Path, until: JournalMark) -> None:
    """Hold the records up to a mark against their hashes. Raises JournalDamaged at the first that is another."""
    columns = schema.journal.c
    wanted = (columns.seq, columns.batch, columns.epoch, columns.role, columns.kind, columns.payload, columns.hash)
    told = select(*wanted).where(columns.seq <= until.seq).order_by(columns.seq)
    head, last, number, writer = GENESIS, 0, 0, 0
    for row in connection.execution_options(stream_results=True).execute(told):
        seq, batch, epoch, role, kind, payload, stored = row
        head, last = _chain(head, epoch, batch, role, kind, payload), last + 1
        is_next = batch == number + 1 if batch != number else epoch == writer
        number, writer = batch, epoch
        if seq != last or stored != head or not is_next:
            raise damaged_record(path, last)
    if (last, number, head) != (until.seq, until.batch, until.hash):
        raise damaged_record(path, last + 1)


def _batch_of(rows: Sequence[Row[Any]], path: Path) -> Batch:
    steps: list[tuple[Any, list[Any]]] = []
    commands: list[Any] = []
    for row in rows:
        try:
            value = decode(row.kind, row.payload)
        except (KeyError, msgspec.DecodeError) as error:
            raise damaged_record(path, row.seq) from error
        # The time stands beside what is hashed: it must agree with it.
        if value.occurred_at != row.occurred_at or (row.role != COMMAND and commands):
            raise damaged_record(path, row.seq)
        if row.role == INPUT:
            steps.append((value, []))
        elif row.role == DECISION and steps:
            steps[-1][1].append(value)
        elif row.role == COMMAND:
            commands.append(value)
        else:
            raise damaged_record(path, row.seq)
    told = tuple(StepRecord(event, tuple(decisions)) for event, decisions in steps)
    return Batch(told, tuple(commands), rows[0].epoch)


@cache
def _upsert(table: Table) -> Insert:
    """Return the statement that puts rows into a table, over rows of the same key. Building it is not cheap."""
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def damaged_record(path: Path, seq: int) -> JournalDamaged:
    """Return the error for a record that is not what was written."""
    return JournalDamaged(
        f"record {seq} of the journal in {path} is not what was written",
        next_step="Do not trade on it: restore a backup, or begin a new session with --database.",
    )
