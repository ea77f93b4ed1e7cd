"""What a script or a person lets happen behind the wire: calls by name, with arguments out of TOML or JSON."""

import inspect
from collections.abc import Mapping
from typing import Any, get_type_hints

from msgspec import ValidationError, convert

from robo_trader.core.domain.errors import InvalidConfig


def perform(doings: object, call: str, arguments: Mapping[str, Any], *, at: int) -> object:
    """Call a public method with these arguments; `at` is added where the method takes it. Return its result.

    doings: of a desk; its methods' types say what the arguments must be. Raises InvalidConfig for what does not fit,
    and what the method itself raises.
    """
    names = names_of(doings)
    if call not in names:
        raise InvalidConfig(f"nothing is called {call!r}", next_step=f"Known are {', '.join(names) or 'none'}.")
    method = getattr(doings, call)
    parameters = inspect.signature(method).parameters
    required = {name for name, taken in parameters.items() if taken.default is taken.empty} - {"at"}
    if not required <= set(arguments) <= set(parameters) - {"at"}:
        raise InvalidConfig(f"{call} does not take {_listed(arguments)}", next_step=f"It takes {_listed(required)}.")
    hints = get_type_hints(method)
    try:
        fitting = {name: convert(value, hints[name], strict=False) for name, value in arguments.items()}
    except ValidationError as error:
        raise InvalidConfig(f"{call}: {error}", next_step="docs/gateway.md has examples.") from error
    if "at" in parameters:
        fitting["at"] = at
    result: object = method(**fitting)
    return result


def names_of(doings: object) -> list[str]:
    """Return what can be called."""
    methods = inspect.getmembers(type(doings), inspect.isfunction)
    return [name for name, _ in methods if not name.startswith("_")]


def _listed(names: object) -> str:
    assert isinstance(names, (Mapping, set))
    return ", ".join(sorted(names)) or "nothing"
