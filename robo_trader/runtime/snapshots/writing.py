"""From objects in memory to nodes: every object once, what is shared stays shared, cycles are allowed."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from enum import Enum
from types import BuiltinMethodType, FunctionType, MethodType, NoneType
from typing import Any

from robo_trader.runtime.snapshots.errors import SnapshotRefused
from robo_trader.runtime.snapshots.kinds import Kinds, fields_of, slots_of, text_of
from robo_trader.runtime.snapshots.nodes import INTEGER_MAX, INTEGER_MIN, Tag

_PLAIN = frozenset({NoneType, bool, float, str, bytes})

Reference = list[int]
Node = list[Any]


class GraphWriter:
    """Writes objects and all they lead to. Used once."""

    def __init__(self, kinds: Kinds, fixtures: Mapping[int, int] | None = None, *, looks_past: bool = False) -> None:
        """fixtures: numbers of objects that are not written, by identity.

        looks_past: write of what is not known only that it is there.
        """
        self._kinds = kinds
        self._fixtures = fixtures or {}
        self._looks_past = looks_past
        self.objects: list[object] = []  # by their numbers
        self._references: dict[int, Reference] = {}  # by identity
        self.shapes: list[tuple[str, tuple[str, ...]]] = []
        self._shapes: dict[tuple[type[Any], tuple[str, ...]], int] = {}
        self._slots: dict[type[Any], tuple[str, ...]] = {}
        self._by_type: dict[type[Any], Callable[[Any], Node]] = {
            list: lambda one: [Tag.LIST, *self._all(one)],
            tuple: lambda one: [Tag.TUPLE, *self._all(one)],
            set: lambda one: [Tag.SET, *self._all(_in_order(one))],
            frozenset: lambda one: [Tag.FROZEN_SET, *self._all(_in_order(one))],
            dict: lambda one: [Tag.DICT, *self._items(one)],
            Counter: lambda one: [Tag.COUNTER, *self._items(one)],
            defaultdict: lambda one: [Tag.DEFAULT_DICT, self._value(one.default_factory), *self._items(one)],
            deque: lambda one: [Tag.DEQUE, one.maxlen, *self._all(one)],
            slice: lambda one: [Tag.SLICE, *self._all((one.start, one.stop, one.step))],
            range: lambda one: [Tag.RANGE, *self._all((one.start, one.stop, one.step))],
            # 1.0 and 1.00 decide the same, and a configuration may be written either way
            Decimal: lambda one: [Tag.DECIMAL, str(one.normalize() if looks_past else one)],
            int: lambda one: [Tag.INTEGER, str(one)],
            FunctionType: lambda one: [Tag.FUNCTION, self._name(one)],
            MethodType: self._method,
            BuiltinMethodType: self._method,
        }

    def write(self, root: object) -> list[Node]:
        """Return the nodes of an object, its own first. Raises SnapshotRefused naming what cannot be saved."""
        self._value(root)
        return [self._node(one) for one in self.objects]  # which grow meanwhile

    def _value(self, value: object) -> object:
        kind = type(value)
        if kind in _PLAIN or (kind is int and INTEGER_MIN <= value <= INTEGER_MAX):  # type: ignore[operator]
            return value
        reference = self._references.get(id(value))
        if reference is None:
            reference = self._references[id(value)] = [len(self.objects)]
            self.objects.append(value)
        return reference

    def _all(self, values: Iterable[object]) -> list[object]:
        return [self._value(value) for value in values]

    def _items(self, mapping: Mapping[Any, object]) -> list[object]:
        return [self._value(one) for item in mapping.items() for one in item]

    def _node(self, one: object) -> Node:
        number = self._fixtures.get(id(one))
        if number is not None:
            return [Tag.FIXTURE, number]
        kind = type(one)
        write = self._by_type.get(kind)
        try:
            if write is not None:
                return write(one)
            if isinstance(one, Enum):
                return [Tag.MEMBER, self._name(kind), one.name]
            if isinstance(one, type):
                return [Tag.CLASS, one.__name__ if one in _FACTORIES else self._name(one)]
            return self._object(one, kind)
        except SnapshotRefused:
            if not self._looks_past:
                raise
            return [Tag.OPAQUE, text_of(kind)]

    def _name(self, kind: type[Any] | FunctionType) -> str:
        return text_of(kind) if self._looks_past else self._kinds.name_of(kind)

    def _method(self, method: Any) -> Node:  # noqa: ANN401 - bound, of either sort
        owner = method.__self__
        name: str = method.__name__
        function = getattr(type(owner), name, None)
        if function is None or (isinstance(method, MethodType) and function is not method.__func__):
            raise SnapshotRefused(f"{method!r} is no method of an object")
        return [Tag.METHOD, self._value(owner), name]

    def _object(self, one: object, kind: type[Any]) -> Node:
        if self._looks_past and not (self._kinds.knows(kind.__module__) or is_dataclass(kind)):
            raise SnapshotRefused(text_of(kind))
        names = fields_of(kind)
        if names is None:
            slots = self._slots.get(kind)
            if slots is None:
                slots = self._slots[kind] = slots_of(kind)
            names = (*(name for name in slots if hasattr(one, name)), *getattr(one, "__dict__", ()))
        shape = self._shapes.get((kind, names))
        if shape is None:
            shape = self._shapes[kind, names] = len(self.shapes)
            self.shapes.append((self._name(kind), names))
        return [Tag.OBJECT, shape, *[self._value(getattr(one, name)) for name in names]]


_FACTORIES = frozenset({int, float, str, list, dict, set, bool, tuple})


def _in_order(members: Iterable[Any]) -> list[Any]:
    """Return the members of a set in an order that does not depend on hashes."""
    return sorted(members, key=lambda one: (type(one).__name__, repr(one)))
