"""`robo-trader journal`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import Annotated

import typer

journal_app = typer.Typer(help="Check the record of a session.", no_args_is_help=True)


@journal_app.callback()
def _journal() -> None:
    """Keep `verify` a command of its own, though it is the only one yet."""


@journal_app.command()
def verify(
    *,
    database: Annotated[
        Path | None, typer.Option("--database", help="Database of the session; the latest if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Read a journal, play it again, and hold every event against the invariants; nothing is changed."""
    from robo_trader.app.commands.journal import verify_command
    from robo_trader.app.places import chosen_session

    verify_command(chosen_session(database, os.environ), os.environ, as_json=as_json)
