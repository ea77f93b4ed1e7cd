"""`robo-trader instruct`: what a person asks of a session, running or not. What it does is imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer

instruct_app = typer.Typer(help="Halt or resume a session, its strategies and blocked symbols.", no_args_is_help=True)

Database = Annotated[Path | None, typer.Option("--database", help="Database of the session; the latest if not given.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the journal.")]
Actor = Annotated[str | None, typer.Option("--actor", help="Who asks; the name of the user if not given.")]
Name = Annotated[str, typer.Argument(help="The strategy's name in the session.")]


@instruct_app.command()
def halt(*, reason: Reason, actor: Actor = None, database: Database = None) -> None:
    """Send nothing any more, but cancels. Open orders that are not exits are canceled."""
    _trading("HALT", reason, actor, database)


@instruct_app.command()
def reduce(*, reason: Reason, actor: Actor = None, database: Database = None) -> None:
    """Send only what makes positions smaller."""
    _trading("REDUCE", reason, actor, database)


@instruct_app.command()
def resume(
    *,
    reason: Reason,
    actor: Actor = None,
    database: Database = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the word.")] = False,
) -> None:
    """Trade again. Asks for the word RESUME, unless told not to."""
    if not yes and typer.prompt("Type RESUME to trade again") != "RESUME":
        raise typer.Abort
    _trading("RESUME", reason, actor, database)


@instruct_app.command()
def enable(name: Name, *, reason: Reason, actor: Actor = None, database: Database = None) -> None:
    """Let a strategy trade again; its views count as new."""
    _strategy(name, "ACTIVE", reason, actor, database)


@instruct_app.command()
def shrink(name: Name, *, reason: Reason, actor: Actor = None, database: Database = None) -> None:
    """Let a strategy only make smaller what it holds."""
    _strategy(name, "REDUCING", reason, actor, database)


@instruct_app.command()
def disable(name: Name, *, reason: Reason, actor: Actor = None, database: Database = None) -> None:
    """Let a strategy leave what it holds, and trade no more."""
    _strategy(name, "OFF", reason, actor, database)


@instruct_app.command()
def release(
    symbol: Annotated[str, typer.Argument(help="The blocked symbol.")],
    *,
    reason: Reason,
    actor: Actor = None,
    database: Database = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="Take the broker's shares where they differ.")] = False,
) -> None:
    """Let a blocked symbol be traded again, where two statements agree on it by now, or with --adopt."""
    from robo_trader.app.commands.instruct import instruct_release

    instruct_release(database, symbol, adopts=adopt, reason=reason, actor=actor)


def _trading(kind: str, reason: str, actor: str | None, database: Path | None) -> None:
    from robo_trader.app.commands.instruct import instruct_trading

    instruct_trading(database, kind, reason=reason, actor=actor)


def _strategy(name: str, mode: str, reason: str, actor: str | None, database: Path | None) -> None:
    from robo_trader.app.commands.instruct import instruct_strategy

    instruct_strategy(database, name, mode, reason=reason, actor=actor)
