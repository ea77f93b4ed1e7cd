"""The journal in a database: append-only, chained by hashes, projections in the same transaction."""

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
from robo_trader.adapters.storage.projector import Record, project
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.events import Event
from robo_trader.core.ports.journal import Batch, StepRecord

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
        self._account = ""
        with named_errors(path), self._engine.begin() as connection:
            schema.metadata.create_all(connection)
            self._find_head(connection)

    def begin(self, session: SessionRecord) -> bool:
        """Store what the journal is about; return whether it is new.

        Raises SessionMismatch if it was begun with other settings, JournalDamaged for an unknown schema.
        """
        self._account = session.account
        with named_errors(self._path), self._engine.begin() as connection:
            stored = {row.key: row.value for row in connection.execute(select(schema.meta))}
            if not stored:
                connection.execute(insert(schema.meta), _meta_rows(session))
                return True
        demand_schema(stored, self._path)
        msgspec.json.decode(stored["session"], type=SessionRecord).demand_same(session)
        return False

    async def commit(self, batch: Batch) -> None:
        """Return once the batch and its projections are on disk.

        It runs where it is called: a commit takes less time than handing it to another thread would, and nothing
        else may happen before it returns anyway.
        """
        rows, records, head = self._journal_rows(batch)
        with named_errors(self._path), self._engine.begin() as connection:
            connection.execute(schema.journal.insert(), rows)
            for table, projected in project(records, self._account).items():
                connection.execute(_upsert(table), projected)
        self._seq += len(rows)
        self._batch += 1
        self._hash = head

    def batches(self) -> Iterator[Batch]:
        """Yield every stored batch in order, checking sequence and hashes."""
        with named_errors(self._path), self._engine.connect() as connection:
            yield from stored_batches(connection, self._path)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _find_head(self, connection: Connection) -> None:
        newest = connection.execute(select(schema.journal).order_by(schema.journal.c.seq.desc()).limit(1)).first()
        if newest is not None:
            self._seq, self._batch, self._hash = newest.seq, newest.batch, newest.hash

    def _journal_rows(self, batch: Batch) -> tuple[list[dict[str, Any]], list[Record], bytes]:
        rows: list[dict[str, Any]] = []
        records: list[Record] = []
        head = self._hash
        for seq, (role, value) in enumerate(_flatten(batch), start=self._seq + 1):
            kind, payload = type(value).__name__, encode(value)
            head = _chain(head, role, kind, payload)
            rows.append({
                "seq": seq, "batch": self._batch + 1, "role": role, "kind": kind,
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


def _chain(head: bytes, role: str, kind: str, payload: bytes) -> bytes:
    return blake2b(b"\x00".join((head, role.encode(), kind.encode(), payload)), digest_size=16).digest()


def digest_of(batch: Batch) -> bytes:
    """Return a hash of a batch as it would be stored: of every kind, role and byte of its records."""
    head = GENESIS
    for role, value in _flatten(batch):
        head = _chain(head, role, type(value).__name__, encode(value))
    return head


def stored_batches(connection: Connection, path: Path) -> Iterator[Batch]:
    """Yield every batch in order. Raises JournalDamaged at the first record that is not what was written."""
    head, last, number = GENESIS, 0, 0
    rows = connection.execute(select(schema.journal).order_by(schema.journal.c.seq))
    for batch, group in groupby(rows, key=lambda row: row.batch):
        stored, number = list(group), number + 1
        for row in stored:
            last, head = last + 1, _chain(head, row.role, row.kind, row.payload)
            if (row.seq, row.hash, batch) != (last, head, number):
                raise damaged_record(path, last)
        yield _batch_of(stored, path)


def _batch_of(rows: Sequence[Row[Any]], path: Path) -> Batch:
    steps: list[tuple[Any, list[Any]]] = []
    commands: list[Any] = []
    for row in rows:
        try:
            value = decode(row.kind, row.payload)
        except (KeyError, msgspec.DecodeError) as error:
            raise damaged_record(path, row.seq) from error
        # The number of the batch and the time stand beside what is hashed: they must agree with it.
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
    return Batch(tuple(StepRecord(event, tuple(decisions)) for event, decisions in steps), tuple(commands))


@cache
def _upsert(table: Table) -> Insert:
    """Return the statement that puts rows into a table, over rows of the same key. Building it is not cheap."""
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def _meta_rows(session: SessionRecord) -> list[dict[str, str]]:
    return [
        {"key": "schema_version", "value": str(schema.SCHEMA_VERSION)},
        {"key": "session", "value": msgspec.json.encode(session).decode()},
    ]


def demand_schema(stored: dict[str, str], path: Path) -> None:
    """Raise JournalDamaged if the tables are not those this program writes. stored: the rows of `meta`."""
    version = stored.get("schema_version")
    if version != str(schema.SCHEMA_VERSION):
        raise JournalDamaged(
            f"{path} has schema {version}, this program knows {schema.SCHEMA_VERSION}",
            next_step="Use the program version that wrote it, or begin a new session with --database.",
        )


def damaged_record(path: Path, seq: int) -> JournalDamaged:
    """Return the error for a record that is not what was written."""
    return JournalDamaged(
        f"record {seq} of the journal in {path} is not what was written",
        next_step="Do not trade on it: restore a backup, or begin a new session with --database.",
    )
