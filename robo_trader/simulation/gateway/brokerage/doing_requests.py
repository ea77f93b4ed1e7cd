"""Doings as a script or a control port writes them: the name of one, and its arguments.

    {"doing": "over_fill", "perm_id": 1000000001, "extra": "7", "price": "90.50"}

What can be done at a desk, and with which arguments, is read off the public methods of its doings: there is no second
list.
"""

from collections.abc import Callable, Mapping
from functools import cache
from inspect import getmembers, isfunction, signature
from typing import Any, get_type_hints

from msgspec import Struct, ValidationError, convert, defstruct
from msgspec.structs import asdict

from robo_trader.core.domain.errors import InvalidConfig

_TIME = "at"  # given by who lets it happen, not by who wrote it


def methods_of(kind: type) -> Mapping[str, Callable[..., object]]:
    """Return what can be done, by name. kind: of the doings of a desk."""
    return {name: method for name, method in getmembers(kind, isfunction) if not name.startswith("_")}


@cache
def _arguments(name: str, method: Callable[..., object]) -> type[Struct]:
    """Return a class that checks the arguments of a doing."""
    hints = get_type_hints(method)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for parameter, known in signature(method).parameters.items():
        if parameter not in {"self", _TIME}:
            default = () if known.default is known.empty else (known.default,)
            fields.append((parameter, hints[parameter], *default))
    return defstruct(name, fields, frozen=True, forbid_unknown_fields=True)


def do(doings: object, entry: Mapping[str, Any], at: int) -> object:
    """Let something happen at a time, UTC nanoseconds; return what the doing returns: an id, or nothing.

    Raises InvalidConfig for a doing or an argument that there is not, and for what cannot be done.
    """
    fields, methods = dict(entry), methods_of(type(doings))
    name = fields.pop("doing", None)
    if not isinstance(name, str) or name not in methods:
        raise InvalidConfig(f"there is no doing {name!r}", next_step=f"Known are {', '.join(sorted(methods))}.")
    method = methods[name]
    wanted = _arguments(name, method)
    try:
        arguments = asdict(convert(fields, wanted, strict=False))
    except ValidationError as error:
        told = ", ".join(wanted.__struct_fields__ or ("no arguments",))
        raise InvalidConfig(f"{name}: {error}", next_step=f"It takes {told}.") from error
    takes_time = _TIME in signature(method).parameters
    return method(doings, **arguments, **({_TIME: at} if takes_time else {}))
