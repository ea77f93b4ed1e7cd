"""From what a journal says it is about back to the settings that decide: so that it can be played again anywhere."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.session_plan import deciding_settings
from robo_trader.app.settings import Settings
from robo_trader.app.settings.loading import load_given
from robo_trader.app.settings.strategy_section import StrategySettings

_OF_THE_FEED = {"data.directory", "data.duration", "data.time_zone", "data.bar_size"}  # what was read is recorded
_UNSET = ("", "None")  # as a journal writes what nobody has set


def settings_of(record: SessionRecord) -> Settings:
    """Return the settings that a journal was begun with; where its bars came from does not matter any more.

    A strategy of the user's own is looked for in the working directory. Raises InvalidConfig if it is not there, and
    SessionMismatch where what is found would decide otherwise, as a strategy that was edited.
    """
    sections: dict[str, dict[str, Any]] = {"strategy": _strategies(record)}
    for key, text in record.settings.items():
        section, _, name = key.partition(".")
        if (section != "strategy" or name in _PLAIN_FIELDS) and key not in _OF_THE_FEED and text not in _UNSET:
            sections.setdefault(section, {})[name] = _value(text)
    sections["data"]["bar_size"] = record.bar_size
    settings = load_given(sections)
    _without_feed(record).demand_same(_without_feed(replace(record, settings=deciding_settings(settings))))
    return settings


def capital_of(record: SessionRecord) -> dict[str, float]:
    """Return the strategies of a session in their order, and the fraction of the account each began with."""
    named = (re.fullmatch(r"strategy\.(.+)\.name", key) for key in record.settings)
    names = [found[1] for found in named if found is not None]
    if names:
        return {name: float(record.settings[f"strategy.{name}.capital"]) for name in names}
    alone = re.match(r"[^\s,]+", record.strategy)  # what it is called comes first
    return {alone[0] if alone is not None else record.strategy: 1.0}


def _without_feed(record: SessionRecord) -> SessionRecord:
    kept = {key: value for key, value in record.settings.items() if key not in _OF_THE_FEED}
    return replace(record, settings=kept)


def _value(text: str) -> object:
    return ast.literal_eval(text) if text.startswith("{") else text


def _strategies(record: SessionRecord) -> dict[str, Any]:
    """Return the strategies by name, reference, parameters and capital."""
    own = {
        key.removeprefix("strategy."): text
        for key, text in record.settings.items()
        if key.startswith("strategy.") and key.removeprefix("strategy.") not in _PLAIN_FIELDS
    }
    if "name" in own:
        name = re.match(r"[a-z][a-z0-9_]*", record.strategy)
        reference = _found(own["name"])
        labelled = f"{name[0]}={reference}" if name is not None else reference
        return {"name": labelled, "parameters": _parameters(own, "")}
    names = [key.removesuffix(".name") for key in own if key.endswith(".name")]
    return {
        "name": ",".join(f"{name}={_found(own[f'{name}.name'])}" for name in names),
        "parameters": {name: found for name in names if (found := _parameters(own, f"{name}."))},
        "capital": {name: own[f"{name}.capital"] for name in names},
    }


_PLAIN_FIELDS = frozenset(StrategySettings.model_fields) - {"name", "parameters", "capital"}


def _found(reference: str) -> str:
    file, colon, name = reference.partition(":")
    return f"{Path.cwd() / file}:{name}" if colon else reference


def _parameters(own: Mapping[str, str], prefix: str) -> dict[str, str]:
    begin = f"{prefix}parameters."
    return {key.removeprefix(begin): text for key, text in own.items() if key.startswith(begin) and text}
