"""One thing wrong with the configuration, and the error that lists them all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from robo_trader.core.domain.errors import InvalidConfig

VALUE_LENGTH_MAX = 60
MASK = "***"
_PASSWORD = re.compile(r"(://[^/\s:]*:)[^\s]*@")  # of an address


class OriginKind(Enum):
    """The sources of a setting, weakest first."""

    DEFAULT = "default"
    PRESET = "preset"
    FILE = "file"
    ENVIRONMENT = "environment"
    COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written: `place` is "robo_trader.toml:12", a variable's name, or "preset staging"."""

    kind: OriginKind
    place: str = ""

    def __str__(self) -> str:
        return self.place or self.kind.value


DEFAULT = Origin(OriginKind.DEFAULT)
COMMAND_LINE = Origin(OriginKind.COMMAND_LINE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong where. `value` is the text to show, empty where it must not or need not be shown."""

    origin: Origin
    reason: str
    subject: str = ""
    value: str = ""

    def __str__(self) -> str:
        if not self.subject:
            return f"{self.origin}: {self.reason}"
        return f"{self.subject}{self.value and f' = {self.value}'} ({self.origin}): {self.reason}"


def show_value(value: object) -> str:
    """Return a value for an error: short, on one line, safe to print."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = repr(value) if isinstance(value, str | list | dict) else str(value)
    except ValueError:  # Python refuses to write integers of more than 4300 digits
        return "a very large number"
    text = _PASSWORD.sub(rf"\1{MASK}@", text)
    return printable(text if len(text) <= VALUE_LENGTH_MAX else f"{text[:VALUE_LENGTH_MAX]}...")


def printable(text: str) -> str:
    """Return text with line breaks, control characters and broken Unicode escaped."""
    return text if text.isprintable() else repr(text)[1:-1]


def refuse(problems: Iterable[Problem]) -> InvalidConfig:
    """Return the error that lists every problem, one a line."""
    lines = [str(problem) for problem in problems]
    count = "1 setting is" if len(lines) == 1 else f"{len(lines)} settings are"
    return InvalidConfig(
        "\n  ".join([f"{count} not usable:", *lines]),
        next_step="Correct each line above; docs/configuration.md lists every key with its bounds.",
    )
