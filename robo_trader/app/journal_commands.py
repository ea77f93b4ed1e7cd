"""`robo-trader journal`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import Annotated

import typer

journal_app = typer.Typer(help="Check and read the record of a session.", no_args_is_help=True)

Database = Annotated[Path | None, typer.Option("--database", help="Database of the session; the latest if not given.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@journal_app.command()
def verify(
    *,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Read a journal, play it again, and hold every event against the invariants; nothing is changed."""
    from robo_trader.app.commands.journal import verify_command
    from robo_trader.app.places import chosen_session

    verify_command(chosen_session(database, os.environ), os.environ, as_json=as_json)


@journal_app.command()
def show(
    record: Annotated[int, typer.Argument(min=1, help="Its sequence.")],
    *,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """One record, with everything it says."""
    from robo_trader.app.commands.journal import show_record
    from robo_trader.app.places import chosen_session

    show_record(chosen_session(database, os.environ), record, as_json=as_json)


@journal_app.command()
def tail(
    *,
    count: Annotated[int, typer.Option("-n", "--records", min=1, max=100_000, help="How many.")] = 20,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """The last records."""
    from robo_trader.app.commands.journal import show_tail
    from robo_trader.app.places import chosen_session

    show_tail(chosen_session(database, os.environ), count, as_json=as_json)


def replay(
    database: Annotated[Path | None, typer.Argument(help="Database of the session; the latest if not given.")] = None,
    *,
    until: Annotated[str | None, typer.Option("--until", help="Record, or UTC time: 412, 2012-10-17T20:00.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show both sides of the first decision that differs.")] = False,
    as_json: Json = False,
) -> None:
    """Run a recorded session again; say how it stood, and whether the same is decided today. Nothing is changed."""
    from robo_trader.app.commands.replay import replay_command
    from robo_trader.app.places import chosen_session

    replay_command(chosen_session(database, os.environ), until=until, shows_values=diff, as_json=as_json)


def bundle(
    out: Annotated[Path, typer.Argument(help="ZIP file to write.")],
    *,
    database: Database = None,
    records: Annotated[int, typer.Option(min=1, max=1_000_000, help="Newest records that go in.")] = 5_000,
    log: Annotated[Path | None, typer.Option("--log", help="File that the program's log went to.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file; robo_trader.toml if there is one.")
    ] = None,
) -> None:
    """What somebody needs to look into an incident, in one file; account numbers and secrets are masked."""
    from robo_trader.app.commands.bundle import bundle_command
    from robo_trader.app.places import chosen_session

    bundle_command(chosen_session(database, os.environ), out, records=records, log=log, config=config)
