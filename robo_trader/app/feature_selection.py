"""Features as they are written on the command line: "sma:20", "beta:60@SPY", "rank(roc:20)"."""

import csv
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import parse_symbol
from robo_trader.core.features.catalogue import CROSS_DEFINITIONS, DEFINITIONS
from robo_trader.core.features.feature import CrossDefinition, Definition, Feature

_OWN = re.compile(r"(?P<name>[^:@()]+)(?::(?P<values>[^@()]*))?(?:@(?P<other>.+))?")
_COMPARING = re.compile(r"(?P<name>[^:@()]+)\((?P<base>.+)\)")
_GRAMMAR = 'Write NAME, NAME:20 or NAME:12,26; NAME:60@SPY for a second symbol; "NAME(OTHER:20)" to compare symbols.'


def find_any(name: str) -> Definition | CrossDefinition:
    """Return the definition of this name, of either kind. Raises InvalidConfig naming the nearest one."""
    known: dict[str, Definition | CrossDefinition] = {**DEFINITIONS, **CROSS_DEFINITIONS}
    found = known.get(name)
    if found is not None:
        return found
    near = get_close_matches(name.lower(), known, n=1)
    raise InvalidConfig(
        f"There is no feature called {name!r}",
        next_step=f"Did you mean {near[0]!r}?" if near else "See `robo-trader features list`.",
    )


def parse_features(texts: Sequence[str], groups: Mapping[str, str] | None = None) -> tuple[Feature, ...]:
    """Return the features that these texts name. groups: the group of each symbol, for those that compare in groups.

    Raises InvalidConfig for a text that is none, naming the nearest feature, or the parameter and its bounds.
    """
    return tuple(_parse(text.strip(), groups or {}) for text in texts)


def read_groups(path: Path | None) -> dict[str, str]:
    """Return each symbol's group from a CSV file with the columns `symbol` and `group`; nothing for no file.

    Raises InvalidConfig if the file cannot be read or lacks a column.
    """
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {str(parse_symbol(row["symbol"])): row["group"] for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidConfig(f"{path} cannot be read: {error}", next_step="Name a CSV file in UTF-8.") from error
    except (KeyError, AttributeError) as error:
        raise InvalidConfig(
            f"{path} lacks the column symbol or group", next_step="Begin the file with the line symbol,group."
        ) from error


def _parse(text: str, groups: Mapping[str, str]) -> Feature:
    comparing = _COMPARING.fullmatch(text)
    if comparing:
        definition = find_any(comparing["name"])
        if not isinstance(definition, CrossDefinition):
            raise InvalidConfig(f"{definition.name} does not compare symbols", next_step=_GRAMMAR)
        return definition(_parse_own(comparing["base"]), groups)
    return _parse_own(text)


def _parse_own(text: str) -> Feature:
    own = _OWN.fullmatch(text)
    if own is None:
        raise InvalidConfig(f"{text!r} does not name a feature", next_step=_GRAMMAR)
    definition = find_any(own["name"])
    if isinstance(definition, CrossDefinition):
        raise InvalidConfig(
            f"{definition.name} compares symbols by another feature and was given none",
            next_step=f'Name it, e.g. "{definition.name}(roc:20)".',
        )
    other = parse_symbol(own["other"]) if own["other"] else None
    return definition(*_numbers(own["values"] or "", text), other=other)


def _numbers(text: str, whole: str) -> list[float]:
    if not text:
        return []
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InvalidConfig(f"{whole!r}: {text!r} are no numbers", next_step=_GRAMMAR) from error
