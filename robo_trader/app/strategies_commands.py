"""`robo-trader strategies`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import Annotated

import typer

strategies_app = typer.Typer(help="The strategies of a session and how they compare; the strategies there are.")

Database = Annotated[Path | None, typer.Option("--database", help="Database of the session; the latest if not given.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@strategies_app.callback(invoke_without_command=True)
def strategies(context: typer.Context, *, database: Database = None, as_json: Json = False) -> None:
    """The strategies of a session: what each may do, holds and has made. With a command, what that says."""
    if context.invoked_subcommand is not None:
        return
    from robo_trader.app.commands.ranking import show_strategies
    from robo_trader.app.places import chosen_session

    show_strategies(chosen_session(database, os.environ), as_json=as_json)


@strategies_app.command("rank")
def rank(
    *,
    by: Annotated[
        str, typer.Option("--by", help="pnl, sharpe, win_rate, risk_contribution (the most first) or drawdown.")
    ] = "pnl",
    since: Annotated[str | None, typer.Option("--since", help="First session to count, e.g. 2026-01-02.")] = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """How the strategies of a session compare: profit, Sharpe ratio, win rate, drawdown, part of the risk."""
    from robo_trader.app.commands.ranking import show_ranking
    from robo_trader.app.places import chosen_session

    show_ranking(chosen_session(database, os.environ), by=by, since=since, as_json=as_json)


@strategies_app.command("list")
def list_(*, as_json: Json = False) -> None:
    """The strategies there are."""
    from robo_trader.app.commands.strategies import list_strategies

    list_strategies(as_json=as_json)


@strategies_app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="sma_crossover, or your own as file.py:Class.")],
    *,
    as_json: Json = False,
) -> None:
    """What a strategy does, its parameters with their bounds, and what it reads."""
    from robo_trader.app.commands.strategies import show_strategy

    show_strategy(name, as_json=as_json)
