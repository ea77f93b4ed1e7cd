"""The tables of a journal, made where there are none yet."""

from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateSchema

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.hypertables import make_hypertables


def create_tables(connection: Connection) -> None:
    """Make the tables of a new journal. Those of another version are left as they are."""
    if connection.dialect.name == "postgresql":
        name = connection.execute(text("SELECT current_setting('search_path')")).scalar_one()
        connection.execute(CreateSchema(name, if_not_exists=True))
    if not inspect(connection).has_table(schema.meta.name):
        schema.metadata.create_all(connection)
        if connection.dialect.name == "postgresql":
            make_hypertables(connection)
