"""Doings as a script or a control port writes them: the name of one, and its arguments.

    {"doing": "over_fill", "perm_id": 1000000001, "extra": "7", "price": "90.50"}

What can be done, and with which arguments, is read off the public methods of `Doings`: there is no second list.
"""

from collections.abc import Callable, Mapping
from inspect import getmembers, isfunction, signature
from typing import Any, get_type_hints

from msgspec import Struct, ValidationError, convert, defstruct
from msgspec.structs import asdict

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.simulation.gateway.brokerage.doings import Doings

_TIME = "at"  # given by who lets it happen, not by who wrote it


def _public_methods() -> dict[str, Callable[..., object]]:
    return {name: method for name, method in getmembers(Doings, isfunction) if not name.startswith("_")}


def _arguments(name: str, method: Callable[..., object]) -> type[Struct]:
    """Return a class that checks the arguments of a doing."""
    hints = get_type_hints(method)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for parameter, known in signature(method).parameters.items():
        if parameter not in {"self", _TIME}:
            default = () if known.default is known.empty else (known.default,)
            fields.append((parameter, hints[parameter], *default))
    return defstruct(name, fields, frozen=True, forbid_unknown_fields=True)


_METHODS = _public_methods()
_ARGUMENTS = {name: _arguments(name, method) for name, method in _METHODS.items()}


def do(doings: Doings, entry: Mapping[str, Any], at: int) -> object:
    """Let something happen at a time, UTC nanoseconds; return what the doing returns: an id, or nothing.

    Raises InvalidConfig for a doing or an argument that there is not, and for what cannot be done.
    """
    fields = dict(entry)
    name = fields.pop("doing", None)
    if name not in _METHODS:
        raise InvalidConfig(f"there is no doing {name!r}", next_step=f"Known are {', '.join(sorted(_METHODS))}.")
    try:
        arguments = asdict(convert(fields, _ARGUMENTS[name], strict=False))
    except ValidationError as error:
        raise InvalidConfig(f"{name}: {error}", next_step=f"It takes {', '.join(_wanted(name))}.") from error
    takes_time = _TIME in signature(_METHODS[name]).parameters
    return _METHODS[name](doings, **arguments, **({_TIME: at} if takes_time else {}))


def _wanted(name: str) -> tuple[str, ...]:
    return _ARGUMENTS[name].__struct_fields__ or ("no arguments",)
