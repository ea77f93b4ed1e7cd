"""Where the server has TimescaleDB, the tables that only grow with time are made its hypertables; else they stay plain.

A hypertable is read and written as any table; it is stored in chunks of time, so that what is old does not slow down
what is new.
"""

from sqlalchemy import Connection, text

from robo_trader.adapters.storage import schema

CHUNK_NANOS = 90 * 86_400 * 10**9  # a quarter: a few thousand daily bars, or a few million minutes
_TIMES = {schema.bars.name: schema.bars.c.ended_at.name, schema.equity.name: schema.equity.c.as_of.name}
_WHERE = text(
    "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace "
    "WHERE extname = 'timescaledb'"
)


def make_hypertables(connection: Connection) -> None:
    """Make hypertables of empty tables, if the database has the extension."""
    where = connection.execute(_WHERE).scalar()
    if where is not None:
        divide_by_time(connection, where)


def divide_by_time(connection: Connection, where: str) -> None:
    """Make them. where: the schema of the extension's functions, quoted."""
    for table, column in _TIMES.items():
        # Only the schema is written into the statement: as the server itself quoted it.
        dimension = f"{where}.by_range(:column, CAST(:chunk AS bigint))"
        made = f"SELECT {where}.create_hypertable(to_regclass(:name), {dimension})"
        connection.execute(text(made), {"name": table, "column": column, "chunk": CHUNK_NANOS})
