"""`robo-trader db`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import Annotated

import typer

db_app = typer.Typer(help="Look after the database of a session.", no_args_is_help=True)

Database = Annotated[Path | None, typer.Option("--database", help="Database of the session; the latest if not given.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@db_app.command()
def migrate(*, database: Database = None, as_json: Json = False) -> None:
    """Bring a database of an earlier version to this one; a file is copied before. Nobody may trade meanwhile."""
    from robo_trader.app.commands.db import migrate_database

    migrate_database(_chosen(database), as_json=as_json)


@db_app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The file to make.")],
    *,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Copy a journal into one file, as it is now; whoever trades goes on."""
    from robo_trader.app.commands.db import back_up_database

    back_up_database(_chosen(database), target, as_json=as_json)


@db_app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="The file that `db backup` made.")],
    *,
    database: Annotated[Path, typer.Option("--database", help="Where the journal shall live; nothing may be there.")],
    url: Annotated[
        str | None, typer.Option("--url", help="PostgreSQL server it shall live on; in a file if not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put a copy of a journal in place. It is not traded on until `db trust` says so."""
    from robo_trader.app.commands.db import restore_database

    restore_database(source, database, url=url, as_json=as_json)


@db_app.command()
def trust(*, database: Database = None, as_json: Json = False) -> None:
    """Say that a journal may be traded on as it is, though its end may be lost: after a look at the account."""
    from robo_trader.app.commands.db import trust_database

    trust_database(_chosen(database), as_json=as_json)


@db_app.command()
def verify(
    *,
    database: Database = None,
    chain_only: Annotated[bool, typer.Option("--chain-only", help="Leave the tables made from it aside.")] = False,
    archive: Annotated[Path | None, typer.Option("--archive", help="Check this archive instead.")] = None,
    gently: Annotated[bool, typer.Option("--gently", help="Let other programs go first.")] = False,
    as_json: Json = False,
) -> None:
    """Read every record, hold it against its hash, and the tables made from it against the records."""
    from robo_trader.app.commands.db import give_way, verify_archive, verify_database

    if gently:
        give_way()
    if archive is not None:
        verify_archive(archive, as_json=as_json)
    else:
        verify_database(_chosen(database), chain_only=chain_only, as_json=as_json)


@db_app.command()
def rebuild(*, database: Database = None, as_json: Json = False) -> None:
    """Make the tables that are made from the journal anew. Nobody may trade meanwhile."""
    from robo_trader.app.commands.db import rebuild_database

    rebuild_database(_chosen(database), as_json=as_json)


@db_app.command()
def archive(
    folder: Annotated[Path, typer.Argument(help="The folder of the archive; it is gone on with if it has one.")],
    *,
    older_than_days: Annotated[int, typer.Option("--older-than-days", min=0, help="What is younger stays out.")] = 30,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Copy old records into Parquet files that never change; the journal keeps them."""
    from robo_trader.app.commands.db import archive_database

    archive_database(_chosen(database), folder, older_than_days=older_than_days, as_json=as_json)


def _chosen(database: Path | None) -> Path:
    from robo_trader.app.places import chosen_session

    return chosen_session(database, os.environ)
