"""`robo-trader arm` and `disarm`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from robo_trader.app.settings import Settings

Account = Annotated[str | None, typer.Option("--account", help="The live account; `ibkr.account` if not given.")]
Config = Annotated[Path | None, typer.Option("--config", help="TOML file; robo_trader.toml if there is one.")]


def arm(
    *,
    account: Account = None,
    until: Annotated[
        str, typer.Option(help="close, or a time with its zone; at most the end of the session.")
    ] = "close",
    show: Annotated[bool, typer.Option("--show", help="Only tell whether it is armed.")] = False,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --show: print JSON.")] = False,
) -> None:
    """Allow entries with real money until the session ends. Asks for a phrase, in a terminal."""
    from robo_trader.app.commands.arm import arm_account, show_arming

    if show:
        show_arming(_settings(config), account, as_json=as_json)
    else:
        arm_account(_settings(config), account, until=until)


def disarm(*, account: Account = None, config: Config = None) -> None:
    """Take that back at once: no entry leaves any more, those that work are canceled, exits go on."""
    from robo_trader.app.commands.arm import disarm_account

    disarm_account(_settings(config), account)


def _settings(config: Path | None) -> "Settings":
    from robo_trader.app.settings import load_settings

    return load_settings(config_file=config, overrides={}, environment=os.environ, working_directory=Path.cwd())
