"""The risk policy from its file, TOML or YAML: limits of [account], [strategy.NAME] and [symbol.SYM].

A limit is written as in `[risk]`, and is held to the same bounds, in the same words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from robo_trader.app.settings.keys import KeyPath, dotted, most_like
from robo_trader.app.settings.layers import Setting
from robo_trader.app.settings.loading import reason_of
from robo_trader.app.settings.policy_yaml import parse_yaml
from robo_trader.app.settings.problems import Origin, Problem, show_value
from robo_trader.app.settings.risk_section import RiskSettings
from robo_trader.app.settings.toml_file import Unreadable, file_origin, key_lines, parse_toml, read_text
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import parse_symbol
from robo_trader.core.domain.policies import ACCOUNT_LEVEL, LimitValue, Policy
from robo_trader.core.risk.policies import ACCOUNT_ONLY, NOT_IN_POLICY, TIGHTER, policy_of

NAMED_LEVELS = ("strategy", "symbol")
LEVELS = (ACCOUNT_LEVEL, *NAMED_LEVELS)
_STRATEGY_GRAMMAR = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_YAML_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A sound policy, and where each limit of it is written, by level and name."""

    policy: Policy
    origins: Mapping[tuple[str, str], Origin]


def read_policy_file(name: Path, working_directory: Path) -> PolicyFile:
    """Return what a file says; its ending says whether it is YAML. Relative paths start at `working_directory`.

    Raises InvalidConfig with every problem of the file, each with its line.
    """
    try:
        text, _ = read_text(working_directory / name, name)
        return _read(_parsed(text, name), name)
    except Unreadable as broken:
        raise _refuse(name, [broken.problem]) from None


def _parsed(text: str, name: Path) -> list[Setting]:
    if name.suffix.lower() in _YAML_ENDINGS:
        return list(parse_yaml(text, name))
    lines = key_lines(text)
    found = _leaves(parse_toml(text, name), ())
    return [Setting(path, value, file_origin(name, lines.get(path))) for path, value in found]


def _leaves(values: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and len(path) < 2:
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), value


def _read(settings: Iterable[Setting], name: Path) -> PolicyFile:
    limits: dict[tuple[str, str], LimitValue] = {}
    origins: dict[tuple[str, str], Origin] = {}
    problems: list[Problem] = []
    for setting in settings:
        found = _limit(setting)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        key, value = found
        if key in limits:
            problems.append(Problem(setting.origin, f"is set by {origins[key]} as well", ".".join(key)))
        limits[key], origins[key] = value, setting.origin
    if problems:
        raise _refuse(name, problems)
    return PolicyFile(policy_of(limits), origins)


def _limit(setting: Setting) -> tuple[tuple[str, str], LimitValue] | Problem:
    level = _level(setting.path)
    if level is None:
        return Problem(setting.origin, _advice_on_level(setting.path), dotted(setting.path))
    name = setting.path[-1]
    if name in NOT_IN_POLICY:
        return Problem(setting.origin, f"no policy sets this; set risk.{name}", dotted(setting.path))
    if name not in TIGHTER:
        near = " or ".join(most_like(name.lower(), list(TIGHTER)))
        advice = f"did you mean {near}?" if near else f"the limits are {', '.join(TIGHTER)}"
        return Problem(setting.origin, f"unknown limit; {advice}", dotted(setting.path))
    if level != ACCOUNT_LEVEL and name in ACCOUNT_ONLY:
        return Problem(setting.origin, f"acts on the whole account; write it as account.{name}", dotted(setting.path))
    read = _value(name, setting.value)
    if isinstance(read, str):
        return Problem(setting.origin, read, dotted(setting.path), show_value(setting.value))
    return (level, name), read


def _level(path: KeyPath) -> str | None:
    """Return the level in whose table the path ends, None for any other."""
    if len(path) == 2 and path[0] == ACCOUNT_LEVEL:
        return ACCOUNT_LEVEL
    if len(path) != 3 or path[0] not in NAMED_LEVELS:
        return None
    if path[0] == "strategy":
        return f"strategy.{path[1]}" if _STRATEGY_GRAMMAR.fullmatch(path[1]) else None
    try:
        return f"symbol.{parse_symbol(path[1])}"
    except InvalidConfig:
        return None


def _advice_on_level(path: KeyPath) -> str:
    if path[0] in LEVELS:
        return "limits stand in [account], [strategy.NAME] and [symbol.SYM], with a sound name"
    if path[0] in TIGHTER:
        return f"a limit outside a level; did you mean account.{path[0]}?"
    near = most_like(path[0].lower(), list(LEVELS))
    advice = f"did you mean {near[0]}?" if near else f"the levels are {', '.join(LEVELS)}"
    return f"unknown level; {advice}"


def _value(name: str, value: object) -> LimitValue | str:
    """Return a limit as the policy holds it, or in words what is wrong with it."""
    field = RiskSettings.model_fields[name]
    try:
        read = getattr(RiskSettings.model_validate({name: value}), name)
    except ValidationError as error:
        return reason_of(error.errors(include_url=False, include_input=False)[0], field, value)
    if read is None:
        return "has no value; leave the key out to set no limit"
    return Decimal(read) if isinstance(read, int) and not isinstance(read, bool) else read


def _refuse(name: Path, problems: list[Problem]) -> InvalidConfig:
    count = "1 line is" if len(problems) == 1 else f"{len(problems)} lines are"
    return InvalidConfig(
        "\n  ".join([f"The risk policy {name} cannot be used, {count} not sound:", *map(str, problems)]),
        next_step=f"Correct that, and try it with: robo-trader risk check {name}",
    )
