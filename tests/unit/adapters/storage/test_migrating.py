"""A journal of an earlier schema becomes one of this schema, or stays as it was; nothing is ever in between."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.checking import check_chain
from robo_trader.adapters.storage.code_version import code_hash, program_version
from robo_trader.adapters.storage.database import open_database
from robo_trader.adapters.storage.head_anchor import anchor_file
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.adapters.storage.migrating import migrate
from robo_trader.core.domain.errors import JournalDamaged, JournalError
from tests.databases import execute
from tests.session_records import a_session_record
from tests.unit.adapters.storage.batches import write

SCHEMA_3 = Path(__file__).parent / "schema_3.sql"  # as the program that knew no other made it
RECORDS = "SELECT * FROM journal ORDER BY seq"


async def a_journal_of_schema_3(path: Path) -> None:
    await write(path, 1, 2, 3)
    execute(path, "DROP TABLE writers", "UPDATE meta SET value = '3' WHERE key = 'schema_version'")


def differences(path: Path) -> list[object]:
    """How the tables differ from those that this program makes."""

    def compare(connection: Connection) -> list[object]:
        options = {"include_object": lambda _one, name, *_rest: name != "alembic_version", "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata))

    with closing(open_database(path, read_only=True, busy_timeout_seconds=5)) as database:
        return database.run(compare)


async def test_an_old_journal_is_refused_then_migrated_then_gone_on_with(path: Path) -> None:
    await a_journal_of_schema_3(path)
    with closing(SqlJournal(path)) as journal, pytest.raises(JournalDamaged, match="schema 3") as refused:
        journal.begin(a_session_record())
    assert f"db migrate --database {path}" in refused.value.next_step
    with pytest.raises(JournalDamaged, match="schema 3"):
        RecordedJournal(path)
    records = execute(path, RECORDS)
    before, after, copy = migrate(path)
    assert (before, after) == (3, schema.SCHEMA_VERSION)
    assert differences(path) == [], "as if this program had made it"
    assert execute(path, RECORDS) == records
    assert execute(path, "SELECT * FROM writers") == [], "who wrote it is not known"
    assert await write(path, 4) == 2
    assert execute(path, "SELECT * FROM writers") == [(2, program_version(), code_hash())]
    assert check_chain(path).batches == 4
    assert migrate(path) == (schema.SCHEMA_VERSION, schema.SCHEMA_VERSION, None)
    if copy is not None:
        assert execute(copy, "SELECT value FROM meta WHERE key = 'schema_version'") == [("3",)]


def test_the_tables_of_schema_3_as_they_really_were_are_migrated(tmp_path: Path) -> None:
    path = tmp_path / "session.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA_3.read_text())
    migrate(path)
    assert differences(path) == []


@pytest.mark.parametrize("version", ["2", "99", "four", ""])
async def test_what_no_step_leads_from_is_refused_and_left_alone(path: Path, version: str) -> None:
    await write(path, 1)
    execute(path, f"UPDATE meta SET value = '{version}' WHERE key = 'schema_version'")  # noqa: S608 - our own
    before = execute(path, "SELECT * FROM meta ORDER BY key")
    with pytest.raises(JournalDamaged, match="has schema") as refused:
        migrate(path)
    assert refused.value.next_step and execute(path, "SELECT * FROM meta ORDER BY key") == before


DIES = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from robo_trader.adapters.storage.migrating import migrate

statements = 0

def count(connection, cursor, statement, *rest):
    global statements
    statements += 1
    if statements == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", count)
migrate(Path(sys.argv[1]))
print(statements)
"""


def test_a_migration_that_is_killed_at_any_statement_has_happened_or_not(path: Path) -> None:
    asyncio.run(a_journal_of_schema_3(path))
    anchored = anchor_file(path).read_bytes()
    for dies_at in range(1, 60, 7):
        done = subprocess.run(
            [sys.executable, "-c", DIES, str(path), str(dies_at)], capture_output=True, text=True, check=False,
            timeout=120, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        if execute(path, "SELECT value FROM meta WHERE key = 'schema_version'") == [("4",)]:
            break  # it died after all was done
        with pytest.raises(JournalError, match="writers"):
            execute(path, "SELECT * FROM writers")
    else:
        pytest.fail("it never came to its end")
    assert dies_at > 10, "there were statements to die at"
    assert differences(path) == [] and anchor_file(path).read_bytes() == anchored
    assert asyncio.run(write(path, 4)) == 2
