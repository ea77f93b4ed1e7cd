"""Where the server has no TimescaleDB the tables are plain; what is asked of one that has it, is what it understands.

No such server is at hand: functions with the signatures that TimescaleDB documents stand in its place.
"""

import asyncio
from contextlib import closing
from pathlib import Path

from robo_trader.adapters.storage.database import open_database
from robo_trader.adapters.storage.hypertables import CHUNK_NANOS, divide_by_time
from robo_trader.adapters.storage.journal import SqlJournal
from tests.databases import execute
from tests.unit.adapters.storage.batches import write

FUNCTIONS = """
CREATE TYPE dimension_info AS (column_name name, partition_interval bigint);
CREATE TABLE asked (relation text, part dimension_info);
CREATE FUNCTION by_range(column_name name, partition_interval anyelement) RETURNS dimension_info LANGUAGE sql
AS 'SELECT ROW(column_name, partition_interval)::dimension_info';
CREATE FUNCTION create_hypertable(
    relation regclass, dimension dimension_info, create_default_indexes boolean DEFAULT true,
    if_not_exists boolean DEFAULT false, migrate_data boolean DEFAULT false
) RETURNS integer LANGUAGE sql AS 'INSERT INTO asked VALUES (relation::text, dimension) RETURNING 1'
"""


def test_bars_and_equity_are_divided_by_their_times(server_url: str, tmp_path: Path) -> None:
    path = tmp_path / "session.db"
    SqlJournal(path, url=server_url).close()
    execute(path, *FUNCTIONS.split(";"))
    with closing(open_database(path, read_only=False, busy_timeout_seconds=5)) as database:
        ((name,),) = execute(path, "SELECT quote_ident(current_schema())")
        database.run(lambda connection: divide_by_time(connection, name))
    found = execute(path, "SELECT relation, (part).column_name, (part).partition_interval FROM asked ORDER BY relation")
    assert found == [("bars", "ended_at", CHUNK_NANOS), ("equity", "as_of", CHUNK_NANOS)]
    assert asyncio.run(write(path, 1)) == 1
