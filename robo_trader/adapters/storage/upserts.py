"""Puts rows into a table, over rows of the same key: so that what is put twice is there once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def put_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows into a table, in order; a later row replaces an earlier one of its key."""
    connection.execute(_upsert(table, connection.dialect.name), rows)


@cache
def _upsert(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """Return the statement. Building it is not cheap."""
    keys = [column.name for column in table.primary_key]
    statement = _INSERTS[dialect](table)
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)
