"""Runs the program as a user would, and reads what it left in the database."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 300


def command(*arguments: str) -> list[str]:
    """Return the command line of the program under test."""
    return [sys.executable, "-m", "robo_trader", *arguments]


def environment(**changes: str) -> dict[str, str]:
    """Return an environment without configuration of the machine's own, in which warnings are errors."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ROBO_")}
    return {**kept, **changes}


def run(*arguments: str, cwd: Path | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end; its exit code is the caller's to judge."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False, cwd=cwd,
        env=environment(**changes),
    )  # fmt: skip


def run_json(database: Path, *arguments: str) -> dict[str, Any]:
    """Trade at full speed to the end of the feeds; return the summary."""
    done = run("run", "--database", str(database), "--speed", "max", "--exit-when-done", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def rows(database: Path, table: str) -> list[dict[str, Any]]:
    """Return all rows of a table, in the order of the journal, read with the standard library alone."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(f"SELECT * FROM {table} ORDER BY seq").fetchall()  # noqa: S608 - our own names
    return [dict(row) for row in found]
