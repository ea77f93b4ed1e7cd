"""The journal in a database: append-only, chained by hashes, projections in the same transaction.

Each program that begins to write takes the next epoch, and every batch bears the epoch of its writer. A writer is
refused once another has begun: it may have been stopped for hours and go on as if nothing had happened, and a lock
that the system let go of meanwhile does not hold it back. The epoch is looked at in the very transaction that stores.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects.sqlite import Insert, insert

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.chain import GENESIS, damaged_record, next_hash, read_batches, records_of
from robo_trader.adapters.storage.database import named_errors, open_database
from robo_trader.adapters.storage.encoding import encode
from robo_trader.adapters.storage.journal_facts import is_begun, newest_epoch, read_facts, store_epoch, store_facts
from robo_trader.adapters.storage.projector import Record, project
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.core.domain.errors import JournalTakenOver
from robo_trader.core.ports.journal import Batch, JournalIdentity


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

    def batches(self) -> Iterator[Batch]:
        """Yield every stored batch in order, checking sequence and hashes."""
        with named_errors(self._path), self._engine.connect() as connection:
            yield from stored_batches(connection, self._path)

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
        for seq, (role, value) in enumerate(records_of(batch), start=self._seq + 1):
            kind, payload = type(value).__name__, encode(value)
            head = next_hash(head, self._epoch, self._batch + 1, role, kind, payload)
            rows.append({
                "seq": seq, "batch": self._batch + 1, "epoch": self._epoch, "role": role, "kind": kind,
                "occurred_at": value.occurred_at, "payload": payload, "hash": head,
            })  # fmt: skip
            records.append((seq, value))
        return rows, records, head


def stored_batches(connection: Connection, path: Path) -> Iterator[Batch]:
    """Yield every batch in order. Raises JournalDamaged at the first record that is not what was written."""
    yield from read_batches(connection.execute(select(schema.journal).order_by(schema.journal.c.seq)), path)


@cache
def _upsert(table: Table) -> Insert:
    """Return the statement that puts rows into a table, over rows of the same key. Building it is not cheap."""
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)
