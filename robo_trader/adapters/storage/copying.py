"""Copies of a journal: as one file of SQLite, wherever it lives, and from such a file to where it shall live.

A copy is sound in itself and may be older than what was traded since. So it has an anchor that says it is not to be
traded on, until somebody who has looked at the account says that it may.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, select, tuple_

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.anchoring import found_head
from robo_trader.adapters.storage.database import Database, Held, open_database
from robo_trader.adapters.storage.durable_files import flush_directory
from robo_trader.adapters.storage.head_anchor import Head, HeadAnchor, anchor_file
from robo_trader.adapters.storage.server_place import find_server, point_to_server
from robo_trader.adapters.storage.sqlite_database import named_errors
from robo_trader.adapters.storage.tables import create_tables
from robo_trader.core.domain.errors import JournalUnwritable, SessionMismatch

_PAGE_ROWS = 2000
_PATIENCE_SECONDS = 3600.0  # nobody trades meanwhile


def back_up(path: Path, target: Path) -> Head:
    """Copy the journal at `path` into a new file of SQLite, as it is at this moment, while somebody may write it.

    Return how far the copy goes. Raises SessionMismatch if there is a file already, and JournalError.
    """
    _demand_free(target)
    if find_server(path) is None:
        back_up_file(path, target)
    else:
        half = _half(target)
        _copy_all(path, half)
        _put_in_place(half, target)
    return mark_untrusted(target)


def restore(backup: Path, path: Path, *, url: str | None) -> Head:
    """Put a copy where a journal shall live: into a file, or onto the server at `url`. Return how far it goes.

    An anchor that stands there stays, for it may know of more. Raises SessionMismatch if a journal is there already.
    """
    _demand_free(path)
    if url is None:
        back_up_file(backup, path)
    else:
        point_to_server(path, url)
        _copy_all(backup, path)
    if anchor_file(path).exists():
        with closing(_opened(path, read_only=True)) as database:
            return database.run(found_head)
    return mark_untrusted(path)


def back_up_file(path: Path, target: Path) -> None:
    """Copy a file of SQLite into a new one, as it is at this moment. Raises JournalError."""
    half = _half(target)
    with named_errors(path):
        source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(half)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    _put_in_place(half, target)


def trust(path: Path) -> Head:
    """Anchor a journal as it is, whatever was anchored before. Return how far it goes. Raises JournalError.

    Whoever calls holds the writer's lock.
    """
    return _anchor(path, is_trusted=True)


def mark_untrusted(path: Path) -> Head:
    """Anchor a copy so that it is not traded on. Return how far it goes."""
    return _anchor(path, is_trusted=False)


def _anchor(path: Path, *, is_trusted: bool) -> Head:
    with closing(_opened(path, read_only=True)) as database:
        found = database.run(found_head)
    head = Head(
        install=found.install, epoch=found.epoch, seq=found.seq, hash=found.hash, is_trusted=is_trusted
    )  # fmt: skip
    anchor_file(path).unlink(missing_ok=True)
    with closing(HeadAnchor(path)) as anchor:
        anchor.write(head)
    return head


def pages_of(held: Held, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """Yield all rows of a table in the order of its key, a page at a time."""
    key = list(table.primary_key)
    page = select(table).order_by(*key).limit(_PAGE_ROWS)
    statement = page
    while rows := held.run(lambda connection, wanted=statement: connection.execute(wanted).all()):  # type: ignore[misc]
        yield rows
        last = [getattr(rows[-1], column.name) for column in key]
        statement = page.where(tuple_(*key) > tuple_(*last))


def _copy_all(path: Path, target: Path) -> None:
    with (
        closing(_opened(path, read_only=True)) as source,
        closing(source.hold()) as held,
        closing(_opened(target, read_only=False)) as copy,
    ):
        copy.run(lambda connection: _fill(held, connection))


def _fill(held: Held, connection: Connection) -> None:
    create_tables(connection)
    for table in schema.metadata.sorted_tables:
        for rows in pages_of(held, table):
            connection.execute(table.insert(), [dict(row._mapping) for row in rows])  # noqa: SLF001 - its public name


def _opened(path: Path, *, read_only: bool) -> Database:
    return open_database(path, read_only=read_only, busy_timeout_seconds=_PATIENCE_SECONDS)


def _demand_free(target: Path) -> None:
    if target.exists():
        raise SessionMismatch(
            f"there is a file at {target} already, and it is left as it is",
            next_step="Name another one, or move that away.",
        )


def _half(target: Path) -> Path:
    half = target.with_name(f".{target.name}.half")
    for suffix in ("", "-wal", "-shm", "-journal"):
        half.with_name(half.name + suffix).unlink(missing_ok=True)
    return half


def _put_in_place(half: Path, target: Path) -> None:
    try:
        half.chmod(0o600)
        with half.open("rb+") as file:
            os.fsync(file.fileno())
        half.replace(target)
        flush_directory(target.parent)
    except OSError as error:
        raise JournalUnwritable(
            f"{target} cannot be written: {error.strerror}", next_step="Choose another place."
        ) from error
