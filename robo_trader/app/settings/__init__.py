"""Configuration: what a run is told to do, from file, environment and command line, in that order of precedence.

Everything is checked before anything starts, and every mistake is listed with its place. Secrets are sealed
where they are read and shown nowhere. Only `app` reads settings; it hands plain values to what it joins.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robo_trader.app.settings.explaining import ExplainedSetting, explain
from robo_trader.app.settings.keys import environment_name
from robo_trader.app.settings.live_section import LiveSettings
from robo_trader.app.settings.loading import load
from robo_trader.app.settings.model import PresetName, Settings
from robo_trader.app.settings.portfolio_sections import PortfolioSettings
from robo_trader.app.settings.problems import Origin, OriginKind
from robo_trader.app.settings.reconciliation_section import ReconciliationSettings
from robo_trader.app.settings.risk_section import RiskSettings
from robo_trader.app.settings.sections import (
    DataSettings,
    ExecutionSettings,
    IbkrSettings,
    MonitoringSettings,
    ProtectionSettings,
    StopSettings,
    StorageSettings,
    StrategiesSettings,
    WebSettings,
)
from robo_trader.app.settings.strategy_section import StrategySettings

__all__ = [
    "DataSettings",
    "ExecutionSettings",
    "ExplainedSetting",
    "IbkrSettings",
    "LiveSettings",
    "MonitoringSettings",
    "Origin",
    "OriginKind",
    "PortfolioSettings",
    "PresetName",
    "ProtectionSettings",
    "ReconciliationSettings",
    "RiskSettings",
    "Settings",
    "StopSettings",
    "StorageSettings",
    "StrategiesSettings",
    "StrategySettings",
    "WebSettings",
    "environment_name",
    "explain_settings",
    "load_settings",
    "settings_schema",
]


def load_settings(
    *,
    config_file: Path | None,
    overrides: Mapping[str, Any],
    environment: Mapping[str, str],
    working_directory: Path,
) -> Settings:
    """Return the settings of a run.

    config_file: the TOML file that was asked for; None takes robo_trader.toml if there is one.
    overrides: what the command line gave, by section: {"risk": {"daily_loss_fraction": "0.01"}}.
    environment: all variables of the process; those that begin with ROBO_ are read.
    working_directory: where relative names of configuration files begin.

    Raises InvalidConfig with every problem of every source, each with its key and place.
    """
    return load(
        config_file=config_file,
        overrides=overrides,
        environment=environment,
        working_directory=working_directory,
    ).settings


def explain_settings(
    *,
    config_file: Path | None,
    overrides: Mapping[str, Any],
    environment: Mapping[str, str],
    working_directory: Path,
) -> tuple[ExplainedSetting, ...]:
    """Return every setting with its value and origin, secrets masked. Arguments and errors as `load_settings`."""
    return explain(
        load(
            config_file=config_file,
            overrides=overrides,
            environment=environment,
            working_directory=working_directory,
        )
    )


def settings_schema() -> dict[str, Any]:
    """Return the JSON schema of the configuration file; descriptions carry the units."""
    from robo_trader.app.settings.schema import settings_schema as build

    return build()
