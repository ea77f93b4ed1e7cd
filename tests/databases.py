"""Both databases a journal may live in, for tests: what holds of a journal holds in each of them.

PostgreSQL is asked for at 127.0.0.1:5432 as user postgres, or wherever ROBO_TEST_POSTGRES says. Each run of the tests
makes a database of its own there, and drops it at the end.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from robo_trader.adapters.storage.database import open_database
from robo_trader.adapters.storage.portal import Portal
from robo_trader.adapters.storage.server_place import point_to_server

SERVER = os.environ.get("ROBO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
NewPlace = Callable[[str], Path]


def ask_server(statement: str, database: str = "postgres") -> list[Any]:
    """Do one thing on the server, as its owner."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(f"{SERVER}/{database}", timeout=5)
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    portal = Portal("server")  # whether or not the test runs in a loop
    try:
        return portal.wait(ask(), 60)
    finally:
        portal.close()


@pytest.fixture(scope="session")
def server_database() -> Iterator[str]:
    """The name of a database for this run. Without a server the test is skipped, but never where CI is set."""
    name = f"robo_test_{secrets.token_hex(4)}"
    try:
        ask_server(f'CREATE DATABASE "{name}"')
    except OSError:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL answers at {SERVER}; ROBO_TEST_POSTGRES says where there is one")
    yield name
    ask_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def server_url(server_database: str) -> str:
    """The address of that database, as a setting names it."""
    return SERVER.replace("postgresql://", "postgresql+asyncpg://") + f"/{server_database}"


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Each of the two databases."""
    return str(request.param)


@pytest.fixture
def new_place(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> NewPlace:
    """Gives a place for a journal of a name, in this kind of database."""

    def place(name: str) -> Path:
        path = tmp_path / f"{name}.db"
        if kind == POSTGRESQL:
            point_to_server(path, request.getfixturevalue("server_url"))
        return path

    return place


@pytest.fixture
def path(new_place: NewPlace) -> Path:
    """A place for one journal, in each of the two databases."""
    return new_place("session")


def execute(path: Path, *statements: str) -> list[Any]:
    """Do something behind the journal's back; return the rows of the last statement, if it has any."""
    with closing(open_database(path, read_only=False, busy_timeout_seconds=5)) as database:
        return database.run(lambda connection: _execute(connection, statements))


def _execute(connection: Any, statements: tuple[str, ...]) -> list[Any]:  # noqa: ANN401 - a connection of SQLAlchemy
    done = None
    for statement in statements:
        done = connection.exec_driver_sql(statement)
    return [tuple(row) for row in done] if done is not None and done.returns_rows else []
