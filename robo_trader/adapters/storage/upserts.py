"""Puts rows into a table, over rows of the same key: so that what is put twice is there once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite


def put_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows into a table, in order; a later row replaces an earlier one of its key."""
    connection.execute(_upsert(table, connection.dialect.name), rows)


@cache
def _upsert(table: Table, dialect: str) -> Executable:
    """Return the statement. Building it is not cheap."""
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if column.name not in keys]
    if dialect == "sqlite":
        in_sqlite = sqlite.insert(table)
        return in_sqlite.on_conflict_do_update(keys, set_={name: in_sqlite.excluded[name] for name in others})
    in_postgresql = postgresql.insert(table)
    return in_postgresql.on_conflict_do_update(
        index_elements=keys, set_={name: in_postgresql.excluded[name] for name in others}
    )
