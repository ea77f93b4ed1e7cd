"""The names of all settings, and the nearest one to a name that does not exist."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from robo_trader.app.settings.model import Settings
from robo_trader.app.settings.section import Section

KeyPath = tuple[str, ...]

ENVIRONMENT_PREFIX = "ROBO_"
NESTING = "__"
LIKENESS_MIN = 0.6
WANTED_LENGTH_MAX = 80  # nothing longer is a slip of the finger, and comparing takes time


def _sections() -> dict[str, type[Section]]:
    annotations = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {name: kind for name, kind in annotations.items() if isinstance(kind, type) and issubclass(kind, Section)}


def _fields() -> dict[str, FieldInfo]:
    fields = {name: field for name, field in Settings.model_fields.items() if name not in SECTIONS}
    for section, kind in SECTIONS.items():
        fields |= {f"{section}.{name}": field for name, field in kind.model_fields.items()}
    return fields


SECTIONS: Mapping[str, type[Section]] = MappingProxyType(_sections())
FIELDS: Mapping[str, FieldInfo] = MappingProxyType(_fields())
# What is in them is named by strategies, or by symbols.
TABLES = frozenset({"strategy.parameters", "strategy.capital", "protection.waivers"})
SECRETS = frozenset(key for key, field in FIELDS.items() if field.annotation == SecretStr | None)


def table_of(path: Sequence[object]) -> str | None:
    """Return the key of the table whose keys a user names, where the path leads into one."""
    key = ".".join(map(str, path[:2]))
    return key if key in TABLES and len(path) > 2 else None


def field_of(key: str) -> FieldInfo:
    """Return the field of a known key; that of the table for a key in one."""
    while key not in FIELDS:
        key = key.rpartition(".")[0]
    return FIELDS[key]


def dotted(path: KeyPath) -> str:
    """Return a path as it is written in TOML: parts that are no bare keys are quoted."""
    return ".".join(part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else repr(part)[:60] for part in path)


def known_key(path: KeyPath) -> str | None:
    """Return the dotted key of a setting, None where the path leads to none.

    The parts are compared, not the joined text: "risk.port" in quotes is one odd name, not a key of `risk`.
    """
    key = ".".join(path)
    if tuple(key.split(".")) != path:
        return None
    names_own = len(path) <= 4 and table_of(path) is not None and all(part.isidentifier() for part in path[2:])
    return key if names_own or key in FIELDS else None


def environment_name(key: str) -> str:
    """Return the variable that sets a dotted key: `risk.x` is ROBO_RISK__X."""
    return ENVIRONMENT_PREFIX + key.upper().replace(".", NESTING)


def nearest_names(path: KeyPath) -> tuple[str, ...]:
    """Return the keys, or else the section, most like a path that leads nowhere; empty if nothing is like it."""
    wanted = ".".join(path).lower()
    homeless = [key for key in FIELDS if key.split(".")[1:] == [wanted]]
    if homeless:  # the right name, written outside its section
        return tuple(homeless)
    names = [*FIELDS, *SECTIONS] if len(path) == 1 else list(FIELDS)
    return most_like(wanted, names) or most_like(path[0].lower(), list(SECTIONS))


def most_like(wanted: str, names: list[str]) -> tuple[str, ...]:
    """Return the names most like `wanted`, all of them where several are equally like it."""
    matcher = SequenceMatcher(None, b=wanted[:WANTED_LENGTH_MAX], autojunk=False)
    best = LIKENESS_MIN
    found: list[str] = []
    for name in names:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best or matcher.ratio() < best:
            continue
        found = [*found, name] if matcher.ratio() == best else [name]
        best = matcher.ratio()
    return tuple(found)
