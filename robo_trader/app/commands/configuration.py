"""`robo-trader config show|check|schema`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from robo_trader.app.console import print_json, print_rows
from robo_trader.app.settings import explain_settings, load_settings, settings_schema


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One line of `config show`."""

    key: str
    value: str
    from_: str


def show_settings(config: Path | None, overrides: Mapping[str, Any], *, as_json: bool) -> None:
    """Print every setting and where it came from. Raises InvalidConfig."""
    rows = explain_settings(
        config_file=config, overrides=overrides, environment=os.environ, working_directory=Path.cwd()
    )
    if as_json:
        print_json([{"key": row.key, "value": row.value, "origin": str(row.origin)} for row in rows])
    else:
        shown = [ShownSetting(row.key, row.text or "not set", str(row.origin)) for row in rows]
        print_rows("Configuration", shown, columns=("key", "value", "from_"), as_json=False)


def check_settings(config: Path | None, overrides: Mapping[str, Any], *, as_json: bool) -> None:
    """Say that the configuration is sound. Raises InvalidConfig with every mistake if it is not."""
    settings = load_settings(
        config_file=config, overrides=overrides, environment=os.environ, working_directory=Path.cwd()
    )
    if as_json:
        print_json({"valid": True, "preset": settings.preset})
    else:
        typer.echo(f"The configuration is sound (preset {settings.preset}).")


def show_schema() -> None:
    """Print the JSON schema."""
    print_json(settings_schema())
