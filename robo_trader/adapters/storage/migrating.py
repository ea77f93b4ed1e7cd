"""Brings a journal's tables to the schema that this program knows, in one transaction, with a copy made before."""

from pathlib import Path

from sqlalchemy import Connection, select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.copying import back_up_file
from robo_trader.adapters.storage.database import open_database
from robo_trader.adapters.storage.schema_version import OLDEST, demand_schema
from robo_trader.adapters.storage.server_place import find_server

_STEPS = Path(__file__).parent / "migrations"
_PATIENCE_SECONDS = 3600.0


def migrate(path: Path) -> tuple[int, int, Path | None]:
    """Bring the journal at `path` to the newest schema; return the schema before, that after, and the copy, if any.

    Whoever calls holds the writer's lock. Raises JournalError, JournalDamaged where no step leads from its schema.
    """
    database = open_database(path, read_only=False, busy_timeout_seconds=_PATIENCE_SECONDS)
    try:
        before = database.run(lambda connection: _schema_of(connection, path))
        if before == schema.SCHEMA_VERSION:
            return before, before, None
        copy = None
        if find_server(path) is None:  # a server has backups of its own, and the steps are taken or not
            copy = path.with_name(f"{path.name}.schema{before}")
            back_up_file(path, copy)
        database.run(lambda connection: _take_steps(connection, before))
        return before, database.run(lambda connection: _schema_of(connection, path)), copy
    finally:
        database.close()


def _schema_of(connection: Connection, path: Path) -> int:
    of_schema = select(schema.meta.c.value).where(schema.meta.c.key == "schema_version")
    found = connection.execute(of_schema).scalar()
    if found is None or not found.isdigit() or not OLDEST <= int(found) <= schema.SCHEMA_VERSION:
        demand_schema(found, path)
    return int(found or 0)


def _take_steps(connection: Connection, before: int) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.stamp(config, str(before), purge=True)
    command.upgrade(config, "head")
