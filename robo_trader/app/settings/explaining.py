"""The settings of a run as rows to print: key, value, and where the value came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path

from pydantic import SecretStr

from robo_trader.app.settings.keys import FIELDS, TABLES
from robo_trader.app.settings.loading import Loaded
from robo_trader.app.settings.model import Settings
from robo_trader.app.settings.problems import DEFAULT, MASK, Origin
from robo_trader.core.market.bar_sizes import Duration

PlainValue = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class ExplainedSetting:
    """One setting. `value` is ready for JSON: exact decimals are text, secrets are masked, None is not set."""

    key: str
    value: PlainValue
    text: str  # as TOML would have it; empty where not set
    origin: Origin


def explain(loaded: Loaded) -> tuple[ExplainedSetting, ...]:
    """Return a row for every setting, in the order of the sections."""
    return tuple(_row(loaded, row) for key in FIELDS for row in _rows_of(loaded, key))


def _rows_of(loaded: Loaded, key: str) -> list[str]:
    if key not in TABLES:
        return [key]
    table = value_of(loaded.settings, key)
    assert isinstance(table, Mapping)
    return [f"{key}.{name}" for name in table]


def _row(loaded: Loaded, key: str) -> ExplainedSetting:
    value = value_of(loaded.settings, key)
    return ExplainedSetting(key, _plain(value), toml_text(value), loaded.origins.get(key, DEFAULT))


def value_of(settings: Settings, key: str) -> object:
    """Return the value of a dotted key."""
    value: object = settings
    for name in key.split("."):
        value = value[name] if isinstance(value, Mapping) else getattr(value, name)
    return value


def toml_text(value: object) -> str:
    """Return a value as it is written in TOML, empty for None; a secret is masked."""
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, list):
        return f"[{', '.join(_quoted(item) for item in plain)}]"
    if isinstance(plain, float) and plain.is_integer():
        return f"{plain:.0f}"
    return _quoted(plain) if isinstance(plain, str) else repr(plain)


def _plain(value: object) -> PlainValue:  # noqa: PLR0911 - one line for each kind of value
    match value:
        case SecretStr():
            return MASK
        case Decimal():
            return f"{value:f}"
        case Enum():
            return str(value.value)
        case Duration(days=days):
            return f"{days} D"
        case Path():
            return str(value)
        case Mapping():
            return None  # told key by key
        case tuple():
            return [str(item) for item in value]
        case None | str() | int() | float():
            return value
    raise AssertionError(type(value))


def _quoted(text: str) -> str:
    """Return a TOML string. Settings hold printable text only, so two characters are all there is to escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
