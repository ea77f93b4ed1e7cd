"""`robo-trader execution`: what trading has cost. What it does is imported when it runs."""

import os
from pathlib import Path
from typing import Annotated

import typer

execution_app = typer.Typer(help="What own orders have cost, beside what was expected.", no_args_is_help=True)

Database = Annotated[Path | None, typer.Option("--database", help="Database of the session; the latest if not given.")]


@execution_app.callback()
def _keep_the_group() -> None:
    """Typer runs a group of one command as that command; this one is to have others."""


@execution_app.command()
def fit(
    *,
    database: Database = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Fit half the spread and the impact coefficient to a session's worked orders; changes no setting."""
    from robo_trader.app.commands.execution import show_fit
    from robo_trader.app.places import chosen_session

    show_fit(chosen_session(database, os.environ), as_json=as_json)
