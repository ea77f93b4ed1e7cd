"""`robo-trader check`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import Annotated

import typer

check_app = typer.Typer(help="Find out whether a backtest can be believed.", no_args_is_help=True)


@check_app.callback()
def check() -> None:
    """Find out whether a backtest can be believed."""


@check_app.command()
def lookahead(  # noqa: PLR0913 - each parameter is an option of the command
    strategy: Annotated[str, typer.Argument(help="A built-in strategy, or your own as file.py:Class.")],
    *,
    symbols: Annotated[str | None, typer.Option(help="With whose bars, e.g. AAPL,MSFT.")] = None,
    feed: Annotated[str | None, typer.Option(help="auto, sample, files or synthetic.")] = None,
    data: Annotated[str | None, typer.Option(help="Folder of bar files, for the feed files.")] = None,
    bar_size: Annotated[str | None, typer.Option(help='Length of a bar, e.g. "1 day", "1 hour".')] = None,
    start: Annotated[str | None, typer.Option(help="First session, e.g. 2005-01-03.")] = None,
    end: Annotated[str | None, typer.Option(help="Last session.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="Parameter, e.g. fast=10; may be repeated.")] = None,
    cuts: Annotated[int | None, typer.Option(min=1, max=100_000, help="At how many places the bars are cut.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the places that are drawn.")] = 0,
    config: Annotated[Path | None, typer.Option(help="TOML file; robo_trader.toml if there is one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Ask a strategy about beginnings of the bars: whatever it says must not change with the bars that follow."""
    from robo_trader.app.backtest_window import Window
    from robo_trader.app.commands.check import check_command
    from robo_trader.app.lookahead import Effort
    from robo_trader.app.option_values import given, parameters
    from robo_trader.app.settings import load_settings

    overrides = {
        "data": {
            "symbols": symbols, "bar_size": bar_size, "directory": data, "feed": feed or ("files" if data else None),
        },
        "strategy": {"name": strategy, "parameters": parameters(param or [])},
    }  # fmt: skip
    settings = load_settings(
        config_file=config, overrides=given(overrides), environment=os.environ, working_directory=Path.cwd()
    )
    check_command(settings, window=Window(start=start, end=end), effort=Effort(seed, cuts), as_json=as_json)
