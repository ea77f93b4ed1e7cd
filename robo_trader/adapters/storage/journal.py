"""The journal in a database: append-only, chained by hashes, projections in the same transaction.

Each program that begins to write takes the next epoch, and every batch bears the epoch of its writer. A writer is
refused once another has begun: it may have been stopped for hours and go on as if nothing had happened, and a lock
that the system let go of meanwhile does not hold it back. The epoch is looked at in the very transaction that stores.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.anchoring import demand_anchored, warn_of_no_anchor
from robo_trader.adapters.storage.chain import (
    GENESIS,
    check_records,
    damaged_record,
    next_hash,
    read_batches,
    read_numbered,
    records_of,
)
from robo_trader.adapters.storage.database import closed_on_error, open_database, rows_of
from robo_trader.adapters.storage.durability import demand_durable
from robo_trader.adapters.storage.encoding import encode
from robo_trader.adapters.storage.head_anchor import Head, HeadAnchor
from robo_trader.adapters.storage.journal_facts import (
    hold_epoch,
    is_begun,
    newest_epoch,
    read_facts,
    store_epoch,
    store_facts,
)
from robo_trader.adapters.storage.projector import Record, project
from robo_trader.adapters.storage.server_place import point_to_server
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.adapters.storage.tables import create_tables
from robo_trader.adapters.storage.upserts import put_rows
from robo_trader.core.domain.errors import JournalBusy, JournalError, JournalTakenOver
from robo_trader.core.ports.journal import START, Batch, JournalIdentity, JournalMark

LIVE = "LIVE"  # the mode of a session that trades real money
PAGE_ROWS = 2000  # read at a time
ReadRows = Callable[[Select[Any]], Sequence[Row[Any]]]


class SqlJournal:
    """Writes batches and reads them back. One process writes; its lock is taken by whoever joins the parts."""

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout_seconds: float = 5.0,
        url: str | None = None,
        accepts_old_sqlite: bool = False,
    ) -> None:
        """Open or create the journal at `path`. Raises JournalError.

        url: of the server it shall live on, None for a file of SQLite, or wherever it lives already.
        accepts_old_sqlite: real money may be traded on a version with a known fault.
        """
        is_new_there = url is not None and point_to_server(path, url)
        self._path = path
        self._database = open_database(path, read_only=False, busy_timeout_seconds=busy_timeout_seconds)
        self._accepts_old_sqlite = accepts_old_sqlite
        self._anchor = HeadAnchor(path)
        self._hash = GENESIS
        self._seq = 0
        self._batch = 0
        self._identity = JournalIdentity("", 0)
        self._account = ""
        self._is_sure = True  # whether it is known how the last commit ended
        with closed_on_error(self._database):
            try:
                self._database.run(create_tables)
            except JournalError:
                if is_new_there:
                    path.unlink()  # there is no journal that it could name
                raise

    def begin(self, session: SessionRecord) -> JournalIdentity:
        """Become the one writer: store what the journal is about if it is new, and take the next epoch.

        Raises SessionMismatch if it was begun with other settings, JournalDamaged for an unknown schema, and for a
        record of an epoch that nobody took, JournalRegressed if it ends before its anchor, and JournalUnsafe if real
        money would be traded on a database that may lose it.
        """
        demand_durable(
            self._database.faults(), is_live=session.mode == LIVE, accepts_old_sqlite=self._accepts_old_sqlite
        )
        self._identity = self._database.run(lambda connection: self._take(connection, session))
        self._account = session.account
        self._anchor.write(self._head())
        return self._identity

    async def commit(self, batch: Batch) -> None:
        """Return once the batch and its projections are on disk, under the epoch that `begin` took, and anchored."""
        assert self._identity.epoch, "a journal is begun before it is written"
        assert self._is_sure, "a commit whose end is not known is followed by none"
        self._is_sure = False
        rows, records, head = self._journal_rows(batch)
        projected = project(records, self._account)

        def store(connection: Connection) -> None:
            self._demand_epoch(connection)
            connection.execute(schema.journal.insert(), rows)
            for table, found in projected.items():
                put_rows(connection, table, found)

        def has_landed(connection: Connection) -> bool:
            self._demand_epoch(connection)
            newest = schema.journal.c.seq == self._seq + len(rows)
            return bool(connection.execute(select(schema.journal.c.hash).where(newest)).scalar() == head)

        try:
            await self._database.store(store, has_landed)
        except JournalBusy:
            self._is_sure = True  # nothing was stored
            raise
        self._seq += len(rows)
        self._batch += 1
        self._hash = head
        self._anchor.write(self._head())
        self._is_sure = True

    @property
    def mark(self) -> JournalMark:
        """Where the journal ends now."""
        return JournalMark(self._seq, self._batch, self._hash)

    def batches(self, after: JournalMark = START) -> Iterator[Batch]:
        """Yield every stored batch behind a mark in order, checking sequence and hashes.

        Raises JournalDamaged if the mark is none of this journal's.
        """
        yield from stored_batches(self._read, self._path, after)

    def demand_mark(self, mark: JournalMark) -> None:
        """Raise JournalDamaged unless a batch of this journal ends at the mark."""
        demand_mark(self._read, self._path, mark)

    def check_chain(self, until: JournalMark) -> None:
        """Hold the hashes of all records up to a mark against what they were made from; nothing is decoded.

        Raises JournalDamaged at the first record that is not what was written.
        """
        check_records(journal_rows(self._read, until=until.seq), self._path, until)

    def close(self) -> None:
        """Let go of the database."""
        self._anchor.close()
        self._database.close()

    def _read(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self._database.run(rows_of(statement))

    def _take(self, connection: Connection, session: SessionRecord) -> JournalIdentity:
        if not is_begun(connection):
            store_facts(connection, session)
        hold_epoch(connection)  # from here to the end of the transaction nobody else takes one, or writes
        found = read_facts(connection, self._path)
        found.session.demand_same(session)
        self._find_head(connection, found.identity)
        anchored = self._anchor.read()
        if anchored is None and self._seq and session.mode != LIVE:
            warn_of_no_anchor(self._path)
        else:
            demand_anchored(self._head(found.identity), anchored, partial(hash_at, connection), path=self._path)
        taken = JournalIdentity(found.identity.install, found.identity.epoch + 1)
        store_epoch(connection, taken.epoch)
        return taken

    def _head(self, identity: JournalIdentity | None = None) -> Head:
        known = identity or self._identity
        return Head(install=known.install, epoch=known.epoch, seq=self._seq, hash=self._hash.hex())

    def _demand_epoch(self, connection: Connection) -> None:
        now = newest_epoch(connection)
        if now != self._identity.epoch:
            raise JournalTakenOver(
                f"another robo-trader has begun to write {self._path}: it is epoch {now}, this program's was "
                f"{self._identity.epoch}; nothing of the last batch was stored or sent",
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
            head = next_hash(head, self._identity.epoch, self._batch + 1, role, kind, payload)
            rows.append({
                "seq": seq, "batch": self._batch + 1, "epoch": self._identity.epoch, "role": role, "kind": kind,
                "occurred_at": value.occurred_at, "payload": payload, "hash": head,
            })  # fmt: skip
            records.append((seq, value))
        return rows, records, head


def stored_batches(read: ReadRows, path: Path, after: JournalMark = START) -> Iterator[Batch]:
    """Yield every batch behind a mark. Raises JournalDamaged at the first record that is not what was written."""
    demand_mark(read, path, after)
    yield from read_batches(journal_rows(read, after=after.seq), path, after)


def numbered_batches(read: ReadRows, path: Path) -> Iterator[tuple[list[Record], Batch]]:
    """Yield every batch in order, with its records by their sequence. Raises as `stored_batches`."""
    yield from read_numbered(journal_rows(read), path)


def journal_rows(read: ReadRows, *, after: int = 0, until: int | None = None) -> Iterator[Row[Any]]:
    """Yield every record past a sequence in order, up to another, a page at a time."""
    seq = schema.journal.c.seq
    page = select(schema.journal).order_by(seq).limit(PAGE_ROWS)
    if until is not None:
        page = page.where(seq <= until)
    while rows := read(page.where(seq > after)):
        yield from rows
        after = rows[-1].seq


def demand_mark(read: ReadRows, path: Path, mark: JournalMark) -> None:
    """Raise JournalDamaged unless a batch of the journal ends at the mark."""
    if mark == START:
        return
    around = select(schema.journal).where(schema.journal.c.seq.in_([mark.seq, mark.seq + 1]))
    found = {row.seq: row for row in read(around)}
    here, behind = found.get(mark.seq), found.get(mark.seq + 1)
    is_there = here is not None and (here.batch, here.hash) == (mark.batch, mark.hash)
    if not is_there or (behind is not None and behind.batch == mark.batch):
        raise damaged_record(path, mark.seq)


def hash_at(connection: Connection, seq: int) -> str | None:
    """Return the hash of one record in hexadecimal, None if there is none."""
    found = connection.execute(select(schema.journal.c.hash).where(schema.journal.c.seq == seq)).scalar()
    return None if found is None else bytes(found).hex()
