"""Joins the sources: preset, file, environment, command line; the later wins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import InitSettingsSource

from robo_trader.app.settings.allowed import describe_allowed, percent_meant
from robo_trader.app.settings.environment import read_environment
from robo_trader.app.settings.keys import FIELDS, SECRETS, field_of, table_of
from robo_trader.app.settings.layers import Entry, Layer, Setting, gather, leaves, read_overrides
from robo_trader.app.settings.live_section import allowed_targets, connection_problems
from robo_trader.app.settings.model import DEFAULT_PRESET, PRESETS, PresetName, Settings
from robo_trader.app.settings.problems import (
    DEFAULT,
    MASK,
    Origin,
    OriginKind,
    Problem,
    refuse,
    show_value,
)
from robo_trader.app.settings.toml_file import read_toml_file


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings of a run, and the place of each that is no plain default."""

    settings: Settings
    origins: Mapping[str, Origin]


def load(
    *,
    config_file: Path | None,
    overrides: Mapping[str, Any],
    environment: Mapping[str, str],
    working_directory: Path,
) -> Loaded:
    """Read all sources. See `load_settings`."""
    layers = (
        read_toml_file(config_file, working_directory),
        read_environment(environment),
        read_overrides(overrides),
    )
    problems = [problem for layer in layers for problem in layer.problems]
    if not all(layer.is_complete for layer in layers):
        raise refuse(problems)  # what a broken file meant is unknown: nothing else can be judged
    loaded = _validate((_preset_layer(layers), *layers), problems)
    contradictions = _mode_problems(loaded)
    if contradictions:
        raise refuse(contradictions)
    return loaded


def load_given(values: Mapping[str, Any]) -> Settings:
    """Return the defaults with these values, by section. Nothing else is read. Raises InvalidConfig as `load` does."""
    origin = Origin(OriginKind.COMMAND_LINE, "argument")
    layer = gather(Setting(path, value, origin) for path, value in leaves(values))
    return _validate((layer,), list(layer.problems)).settings


def _validate(layers: tuple[Layer, ...], problems: list[Problem]) -> Loaded:
    """Return what the layers, weakest first, amount to. Raises InvalidConfig with these and all new problems."""
    entries = {key: entry for layer in layers for key, entry in layer.entries.items()}
    sources = tuple(InitSettingsSource(Settings, layer.nested()) for layer in reversed(layers))
    settings = None
    try:
        settings = Settings(_build_sources=(sources, {}))  # type: ignore[call-arg]  # mypy sees fields only
    except ValidationError as error:
        found = [_problem(detail, entries) for detail in error.errors(include_url=False, include_input=False)]
        problems = [*problems, *dict.fromkeys(found)]
    # Raised out here so that pydantic's error, which knows values that must not be shown, is not attached.
    if problems or settings is None:
        raise refuse(problems)
    return Loaded(settings, {key: entry.origin for key, entry in entries.items()})


def _mode_problems(loaded: Loaded) -> list[Problem]:
    """Return where account or port do not fit the mode. A default is judged when the run is planned, not here.

    Other commands read the same file without the account and the port that a run was given on its command line.
    """
    settings, origins = loaded.settings, loaded.origins
    allowed = allowed_targets(settings.execution.mode, settings.live)
    port = settings.ibkr.port if "ibkr.port" in origins else None
    found = connection_problems(allowed, account=settings.ibkr.account, port=port)
    values = {"ibkr.account": settings.ibkr.account, "ibkr.port": settings.ibkr.port}
    return [Problem(origins[key], reason, key, show_value(values[key])) for key, reason in found]


def _preset_layer(layers: Iterable[Layer]) -> Layer:
    chosen: object = DEFAULT_PRESET
    for layer in layers:
        chosen = layer.entries["preset"].value if "preset" in layer.entries else chosen
    if chosen not in get_args(PresetName):
        return Layer()  # reported as a problem of the key `preset`
    name: PresetName = next(preset for preset in PRESETS if preset == chosen)
    origin = Origin(OriginKind.PRESET, f"preset {name}")
    return gather(Setting(tuple(key.split(".")), value, origin) for key, value in PRESETS[name].items())


def _problem(detail: ErrorDetails, entries: Mapping[str, Entry]) -> Problem:
    context = detail.get("ctx", {}) if detail["type"] == "refused" else {}
    depth = 3 if table_of(detail["loc"]) else 2
    key = ".".join(str(part) for part in detail["loc"][:depth])
    if context.get("other"):
        return _contradiction(str(detail["loc"][0]), context, entries)
    entry = entries[key]
    return Problem(entry.origin, reason_of(detail, field_of(key), entry.value), key, _shown(key, entry.value))


def reason_of(detail: ErrorDetails, field: FieldInfo, value: object) -> str:
    """Return in words why a field refused a value, and what may have been meant."""
    context = detail.get("ctx", {}) if detail["type"] == "refused" else {}
    reason: str = context.get("reason") or f"must be {describe_allowed(field)}"
    meant = percent_meant(field, value)
    return reason if meant is None else f"{reason}; did you mean {meant:f}, which is {meant.scaleb(2):f} %?"


def _contradiction(section: str, context: Mapping[str, str], entries: Mapping[str, Entry]) -> Problem:
    """Two values that are sound alone but not together: both are told, each with its place."""
    key, other = f"{section}.{context['field']}", f"{section}.{context['other']}"
    value, origin = _effective(key, entries)
    other_value, other_origin = _effective(other, entries)
    return Problem(origin, f"{context['reason']} {other}, which is {other_value} ({other_origin})", key, value)


def _effective(key: str, entries: Mapping[str, Entry]) -> tuple[str, Origin]:
    if key in entries:
        return _shown(key, entries[key].value), entries[key].origin
    default = FIELDS[key].default
    return "not set" if default is None else show_value(default), DEFAULT


def _shown(key: str, value: object) -> str:
    return MASK if key in SECRETS or isinstance(value, SecretStr) else show_value(value)
