"""Holds what is stored against itself: every record against the chain, and every projection against the records."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, select, tuple_

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.anchoring import demand_anchored, found_head
from robo_trader.adapters.storage.copying import pages_of
from robo_trader.adapters.storage.database import Database, Held, open_database, rows_of
from robo_trader.adapters.storage.head_anchor import Head, HeadAnchor
from robo_trader.adapters.storage.journal import LIVE, hash_at, numbered_batches
from robo_trader.adapters.storage.journal_facts import JournalFacts, read_facts
from robo_trader.adapters.storage.projector import project
from robo_trader.adapters.storage.sqlite_database import SqliteDatabase
from robo_trader.adapters.storage.upserts import put_rows
from robo_trader.core.domain.errors import JournalDamaged

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ChainChecked:
    """What the records of a journal are: as many as they were when they were looked at, and all as written."""

    head: Head
    batches: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How a projection differs from what the journal says."""

    table: str
    missing: int  # rows that should be there
    extra: int  # rows that should not
    different: int  # rows that are there, and are not what they should be


def check_chain(path: Path, *, is_copy: bool = False) -> ChainChecked:
    """Read every record of a journal, while somebody may write it.

    is_copy: nothing is expected of where it ends. Raises JournalDamaged at the first record that is not what was
    written, and JournalRegressed if they end before the anchor.
    """
    anchored = None if is_copy else HeadAnchor(path).read()  # before the journal: what is written meanwhile is past it
    with _held(path) as (held, facts):
        head = held.run(found_head)
        batches = sum(1 for _ in numbered_batches(lambda statement: held.run(rows_of(statement)), path))
        if not is_copy and (anchored is not None or facts.session.mode == LIVE):
            held.run(lambda connection: demand_anchored(head, anchored, partial(hash_at, connection), path=path))
    return ChainChecked(head, batches)


def check_projections(path: Path) -> list[Difference]:
    """Return the projections that are not what the records lead to.

    Raises JournalDamaged as `check_chain`, and where SQLite finds its own file inconsistent.
    """
    with _held(path) as (held, facts), _rebuilt(held, facts, path) as rebuilt:
        held.run(lambda connection: _demand_consistent(connection, path))
        found = [_compare(held, rebuilt, table) for table in schema.PROJECTIONS]
    return [one for one in found if one.missing or one.extra or one.different]


def rebuild_projections(path: Path) -> Mapping[str, int]:
    """Make all projections anew from the records, in one transaction; return how many rows each holds.

    Whoever calls holds the writer's lock. Raises JournalDamaged as `check_chain`.
    """
    with (
        _held(path) as (held, facts),
        _rebuilt(held, facts, path) as rebuilt,
        closing(open_database(path, read_only=False, busy_timeout_seconds=_PATIENCE_SECONDS)) as database,
        closing(rebuilt.hold()) as made,
    ):
        return database.run(
            lambda connection: {table.name: _refill(connection, made, table) for table in schema.PROJECTIONS}
        )


@contextmanager
def _held(path: Path) -> Iterator[tuple[Held, JournalFacts]]:
    with (
        closing(open_database(path, read_only=True, busy_timeout_seconds=_PATIENCE_SECONDS)) as database,
        closing(database.hold()) as held,
    ):
        yield held, held.run(lambda connection: read_facts(connection, path))


@contextmanager
def _rebuilt(held: Held, facts: JournalFacts, path: Path) -> Iterator[Database]:
    """Give a database of its own that holds what the records lead to."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(_made_anew(Path(folder))) as rebuilt,
    ):
        rebuilt.run(lambda connection: _project_all(connection, held, facts, path))
        yield rebuilt


def _made_anew(folder: Path) -> SqliteDatabase:
    return SqliteDatabase(folder / "rebuilt.db", read_only=False, busy_timeout_seconds=_PATIENCE_SECONDS)


def _project_all(connection: Connection, held: Held, facts: JournalFacts, path: Path) -> None:
    schema.metadata.create_all(connection)
    for records, _ in numbered_batches(lambda statement: held.run(rows_of(statement)), path):
        for table, rows in project(records, facts.session.account).items():
            put_rows(connection, table, rows)


def _demand_consistent(connection: Connection, path: Path) -> None:
    """Let the database look at its own pages and indexes, where it can. A server's are its administrator's to check."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if found != "ok":
            raise JournalDamaged(
                f"{path} is damaged: {found}",
                next_step="Copy it with `robo-trader db backup`, and look whether the copy is whole: db verify.",
            )


def _compare(held: Held, rebuilt: Database, table: Table) -> Difference:
    key = list(table.primary_key)
    extra = different = 0
    for rows in pages_of(held, table):
        keys = [tuple(getattr(row, column.name) for column in key) for row in rows]
        same_keys = select(table).where(tuple_(*key).in_(keys))
        should = {tuple(getattr(row, column.name) for column in key): row for row in rebuilt.run(rows_of(same_keys))}
        for name, row in zip(keys, rows, strict=True):
            extra += name not in should
            different += name in should and tuple(should[name]) != tuple(row)
    counted = select(func.count()).select_from(table)
    stands = held.run(rows_of(counted))[0][0]
    missing = rebuilt.run(rows_of(counted))[0][0] - (stands - extra)
    return Difference(table.name, missing, extra, different)


def _refill(connection: Connection, made: Held, table: Table) -> int:
    connection.execute(delete(table))
    count = 0
    for rows in pages_of(made, table):
        connection.execute(table.insert(), [dict(row._mapping) for row in rows])  # noqa: SLF001 - its public name
        count += len(rows)
    return count
