"""`robo-trader risk`: the commands and their options. What they do is imported when they run."""

import os
from pathlib import Path
from typing import Annotated

import typer

risk_app = typer.Typer(help="Show and check the limits that orders must pass.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Config = Annotated[Path | None, typer.Option("--config", help="TOML file; robo_trader.toml if there is one.")]
Preset = Annotated[str | None, typer.Option("--preset", help="development, staging or production.")]


@risk_app.callback()
def risk() -> None:
    """Show and check the limits that orders must pass."""


@risk_app.command()
def show(
    *,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Policy file; that of risk.policy if not given.")
    ] = None,
    config: Config = None,
    preset: Preset = None,
    as_json: Json = False,
) -> None:
    """The limits in force at each level, with where each comes from."""
    from robo_trader.app.commands.risk import show_limits
    from robo_trader.app.option_values import given
    from robo_trader.app.settings import load_settings

    overrides = given({"preset": preset, "risk": {"policy": str(policy) if policy else None}})
    settings = load_settings(
        config_file=config, overrides=overrides, environment=os.environ, working_directory=Path.cwd()
    )
    show_limits(settings, as_json=as_json)


@risk_app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Policy file, TOML or YAML.")],
    *,
    as_json: Json = False,
) -> None:
    """Read a policy file and list every mistake in it."""
    from robo_trader.app.commands.risk import check_policy

    check_policy(file, as_json=as_json)
