"""`robo-trader torture`: the command and its options. What it does is imported when it runs."""

from typing import Annotated

import typer


def torture(  # noqa: PLR0913 - each parameter is an option of the command
    *,
    seeds: Annotated[int, typer.Option(min=1, max=10_000_000, help="How many worlds.")] = 100,
    first: Annotated[int, typer.Option(min=0, help="Seed of the first one.")] = 1,
    seed: Annotated[int | None, typer.Option(min=0, help="Play this one alone, and print the hash of its end.")] = None,
    days: Annotated[int, typer.Option(min=1, max=1_000, help="Sessions of each world.")] = 2,
    session_minutes: Annotated[int, typer.Option(min=10, max=390, help="Length of a session.")] = 30,
    symbols: Annotated[str, typer.Option(help="What is traded.")] = "AAPL,SPY",
    strategy: Annotated[str | None, typer.Option(help="One of ours, or your own as file.py:Class.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="Parameter of it, e.g. fast=10; may be repeated.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, max=256, help="Worlds side by side; one a core.")] = None,
    no_faults: Annotated[bool, typer.Option("--no-faults", help="Let nothing go wrong.")] = False,
    no_shrink: Annotated[bool, typer.Option("--no-shrink", help="Tell failures as they are.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Trade in pretend worlds where everything goes wrong, and hold every event against what must be true."""
    from robo_trader.app.commands.torture import TortureOptions, torture_command
    from robo_trader.app.option_values import parameters
    from robo_trader.app.torture.campaign import TorturePlan, jobs_by_default

    plan = TorturePlan(
        days=days, session_minutes=session_minutes, symbols=tuple(symbols.split(",")), strategy=strategy or "",
        parameters=tuple(parameters(param or []).items()), with_faults=not no_faults,
    )  # fmt: skip
    chosen = range(first, first + seeds) if seed is None else (seed,)
    torture_command(
        plan,
        TortureOptions(
            seeds=chosen, jobs=jobs or jobs_by_default(), is_shrunk=not no_shrink, as_json=as_json,
        ),
    )  # fmt: skip
