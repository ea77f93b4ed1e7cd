"""`robo-trader config show|check|schema`."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from robo_trader.app.console import print_json, print_rows
from robo_trader.app.settings import (
    ExplainedSetting,
    Origin,
    OriginKind,
    explain_settings,
    load_settings,
    settings_schema,
)
from robo_trader.app.settings.explaining import toml_text
from robo_trader.app.strategies import ChosenStrategy, build_strategies
from robo_trader.app.strategy_parameters import parameter_text, parameters_of


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One line of `config show`."""

    key: str
    value: str
    from_: str


def show_settings(config: Path | None, overrides: Mapping[str, Any], *, as_json: bool) -> None:
    """Print every setting and where it came from. Raises InvalidConfig."""
    sources: dict[str, Any] = {
        "config_file": config, "overrides": overrides, "environment": os.environ, "working_directory": Path.cwd(),
    }  # fmt: skip
    rows = _with_defaults(explain_settings(**sources), build_strategies(load_settings(**sources)))
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
    build_strategies(settings)
    if as_json:
        print_json({"valid": True, "preset": settings.preset})
    else:
        typer.echo(f"The configuration is sound (preset {settings.preset}).")


def _with_defaults(rows: Sequence[ExplainedSetting], chosen: Sequence[ChosenStrategy]) -> list[ExplainedSetting]:
    """Return the rows with those of the strategies' parameters that nobody has set, behind the strategies' names."""
    given = {row.key for row in rows}
    unset = [
        ExplainedSetting(key, plain, toml_text(plain), Origin(OriginKind.DEFAULT))
        for one in chosen
        for name, value in parameters_of(one.strategy).items()
        for plain in [parameter_text(value) if isinstance(value, tuple) else value]
        for key in [f"strategy.parameters.{one.name}.{name}" if len(chosen) > 1 else f"strategy.parameters.{name}"]
        if key not in given
    ]
    behind = next(index for index, row in enumerate(rows) if row.key == "strategy.name") + 1
    return [*rows[:behind], *unset, *rows[behind:]]


def show_schema() -> None:
    """Print the JSON schema."""
    print_json(settings_schema())
