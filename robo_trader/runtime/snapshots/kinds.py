"""Which classes and functions a snapshot may name, and how they are found again by name.

A snapshot never carries code. It names classes and functions, and only such of packages that this program knows, or of
a module that the session's own configuration comes from: the file of a strategy.
"""

import sys
from collections.abc import Iterable
from enum import Enum
from importlib import import_module
from types import FunctionType
from typing import Any

from msgspec import Struct

from robo_trader.runtime.snapshots.errors import SnapshotRefused

CORE = "robo_trader.core"
_MADE_IN_PYTHON = 1 << 9  # the interpreter's mark of classes that a class statement makes


class Kinds:
    """The names that a snapshot may hold."""

    def __init__(self, packages: Iterable[str] = (CORE,), modules: Iterable[str] = ()) -> None:
        """packages: whose modules may be imported. modules: others, which must be loaded already."""
        self._packages = tuple(packages)
        self._modules = frozenset(modules)
        self._names: dict[object, str] = {}  # that were held against what they lead to

    def name_of(self, kind: type[Any] | FunctionType) -> str:
        """Return the name of a class or function. Raises SnapshotRefused if it would not lead back to the very same."""
        name = self._names.get(kind)
        if name is None:
            name = text_of(kind)
            if self.find(name) is not kind:
                raise SnapshotRefused(f"{name} is not what is found under its name")
            self._names[kind] = name
        return name

    def knows(self, module: str) -> bool:
        """Return whether things of a module may be named."""
        return module in self._modules or any(
            module == package or module.startswith(f"{package}.") for package in self._packages
        )

    def find(self, name: str) -> Any:  # noqa: ANN401 - a class or a function
        """Return what a name stands for. Raises SnapshotRefused for what a snapshot must not name."""
        module, _, path = name.partition(":")
        if not self.knows(module):
            raise SnapshotRefused(f"{name} is of no module whose state can be saved")
        found: object = sys.modules.get(module) or _imported(module, name)
        for part in path.split("."):
            found = getattr(found, part, None)
        if not isinstance(found, (type, FunctionType)) or text_of(found) != name:
            raise SnapshotRefused(f"{name} cannot be found again by its name")
        return found

    def find_class(self, name: str) -> type[Any]:
        """Return the class of that name."""
        found = self.find(name)
        if not isinstance(found, type):
            raise SnapshotRefused(f"{name} is no class")
        return found

    def find_member(self, name: str, member: str) -> Enum:
        """Return a member of an enumeration."""
        kind = self.find_class(name)
        if not issubclass(kind, Enum) or member not in kind.__members__:
            raise SnapshotRefused(f"{name} has no member {member}")
        return kind[member]


def text_of(kind: type[Any] | FunctionType) -> str:
    """Return how a class or function is called, whether it can be found again or not."""
    return f"{kind.__module__}:{kind.__qualname__}"


def is_value(kind: type[Any]) -> bool:
    """Return whether objects of a class never change: they are made at once, of what they hold."""
    if issubclass(kind, (Struct, tuple)):
        return True  # a Struct that may change has no way to be made empty
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and parameters.frozen


def fields_of(kind: type[Any]) -> tuple[str, ...] | None:
    """Return the names of all that objects of a class hold, if the class says so; None where each object does.

    Raises SnapshotRefused for a class that is built upon something that is not of Python, as upon a list.
    """
    if issubclass(kind, Struct):
        return kind.__struct_fields__
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return tuple(kind._fields)
    strange = [one.__name__ for one in kind.__mro__ if one is not object and not one.__flags__ & _MADE_IN_PYTHON]
    if strange:
        raise SnapshotRefused(f"{text_of(kind)} is built upon {strange[0]}")
    return None


def slots_of(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of all slots of a class and its bases."""
    names: list[str] = []
    for one in kind.__mro__:
        slots = one.__dict__.get("__slots__", ())
        names.extend((slots,) if isinstance(slots, str) else slots)
    return tuple(name for name in names if name not in {"__dict__", "__weakref__"})


def _imported(module: str, name: str) -> object:
    try:
        return import_module(module)
    except ImportError as error:
        raise SnapshotRefused(f"{name} is not part of this program") from error
