"""One source of settings, sorted into known keys and problems.

Every source is read into the same shape before anything is merged. So a value never loses its place, a
mistake is found even where a stronger source would have hidden it, and secrets are sealed at the door.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import SecretStr

from robo_trader.app.settings.keys import (
    FIELDS,
    SECRETS,
    SECTIONS,
    TABLES,
    KeyPath,
    dotted,
    environment_name,
    known_key,
    nearest_names,
)
from robo_trader.app.settings.problems import COMMAND_LINE, Origin, OriginKind, Problem


class Setting(NamedTuple):
    """A value as it was written, before it is known whether its key exists."""

    path: KeyPath
    value: object
    origin: Origin


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a known key, not yet validated; text of a secret is sealed."""

    value: object
    origin: Origin


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says. Incomplete if the source could not be read to its end."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_complete: bool = True

    def nested(self) -> dict[str, object]:
        """Return the values as the model takes them: a dictionary of sections."""
        values: dict[str, object] = {}
        for key, entry in self.entries.items():
            *tables, name = _split(key)
            into = values
            for table in tables:
                inner = into.setdefault(table, {})
                assert isinstance(inner, dict)
                into = inner
            into[name] = entry.value
        return values


def read_overrides(overrides: Mapping[str, object]) -> Layer:
    """Return the layer of the command line: sections of values, only those that were given.

    Secrets are refused: other users of the machine can read the arguments of a process.
    """
    layer = gather(Setting(path, value, COMMAND_LINE) for path, value in leaves(overrides))
    exposed = tuple(
        Problem(COMMAND_LINE, f"a secret on the command line can be read by others; set {environment_name(key)}", key)
        for key in sorted(SECRETS & layer.entries.keys())
    )
    return Layer(layer.entries, layer.problems + exposed)


def leaves(nested: Mapping[str, object]) -> Iterator[tuple[KeyPath, object]]:
    """Yield each value with its path; only known sections and tables are opened."""
    for name, value in nested.items():
        if name in SECTIONS and isinstance(value, Mapping):
            yield from _leaves_of(name, value)
        else:
            yield (str(name),), value


def _leaves_of(section: str, values: Mapping[str, object]) -> Iterator[tuple[KeyPath, object]]:
    for name, value in values.items():
        if f"{section}.{name}" in TABLES and isinstance(value, Mapping):
            for inner, item in value.items():
                yield from _leaves_in(item, (section, name, str(inner)))
        else:
            yield (section, str(name)), value


def _leaves_in(item: object, path: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    """Yield what stands in a table; one strategy of several has a table of its own in it."""
    if isinstance(item, Mapping):
        yield from (((*path, str(inner)), value) for inner, value in item.items())
    else:
        yield path, item


def _split(key: str) -> list[str]:
    """Return section and name of a key; with a table, section, table and all the rest as one name."""
    depth = 2 if ".".join(key.split(".")[:2]) in TABLES else 1
    return key.split(".", depth)


def gather(settings: Iterable[Setting]) -> Layer:
    """Sort settings into entries and problems."""
    entries: dict[str, Entry] = {}
    problems = []
    for setting in settings:
        key = known_key(setting.path)
        if key is None or key in TABLES or isinstance(setting.value, Mapping):
            problems.append(_misplaced(setting, key))
        elif key in entries:
            problems.append(Problem(setting.origin, f"is set by {entries[key].origin} as well", key))
        else:
            entries[key] = Entry(_seal(key, setting.value), setting.origin)
    return Layer(entries, tuple(problems))


def _seal(key: str, value: object) -> object:
    return SecretStr(value) if key in SECRETS and isinstance(value, str) else value


def _misplaced(setting: Setting, key: str | None) -> Problem:
    """Say why no setting has this path. The value stays untold: it may be a secret under a misspelled key."""
    subject = dotted(setting.path)
    if key in TABLES:
        return Problem(setting.origin, "is a table: set the keys in it", subject)
    if key is not None:
        return Problem(setting.origin, "takes one value, not a table", subject)
    if subject in SECTIONS:
        return Problem(setting.origin, "is a section: set the keys in it", subject)
    kind = "section" if isinstance(setting.value, Mapping) and len(setting.path) == 1 else "key"
    return Problem(setting.origin, f"unknown {kind}; {_advice(setting)}", subject)


def _advice(setting: Setting) -> str:
    names = [_spelled(name, setting.origin) for name in nearest_names(setting.path)]
    if names:
        return f"did you mean {' or '.join(names)}?"
    return f"the sections are {', '.join(SECTIONS)}"


def _spelled(name: str, origin: Origin) -> str:
    if origin.kind is not OriginKind.ENVIRONMENT:
        return name
    return environment_name(name) if name in FIELDS else environment_name(f"{name}.") + "..."
