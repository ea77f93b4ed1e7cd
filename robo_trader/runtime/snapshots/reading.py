"""From nodes back to objects: the same values, shared alike, in fresh objects. No constructor of ours is run.

Values that never change are made at once, of what they hold; all else is made empty and filled afterwards, so that
objects may lead back to each other.
"""

import builtins
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from types import FunctionType, MethodType
from typing import Any

from robo_trader.runtime.snapshots.errors import SnapshotRefused
from robo_trader.runtime.snapshots.kinds import Kinds, fields_of, is_value, slots_of
from robo_trader.runtime.snapshots.nodes import Tag

# What nodes that no writer writes may lead to, beside a refusal.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
_UNMADE: Any = object()
_IN_MAKING: Any = object()
_BUILTIN_METHODS = frozenset({(list, "append"), (set, "add"), (deque, "append")})
_FACTORIES = frozenset({"int", "float", "str", "list", "dict", "set", "bool", "tuple"})


class GraphReader:
    """Reads nodes. Used once."""

    def __init__(
        self, kinds: Kinds, nodes: Sequence[Sequence[Any]], shapes: Sequence[tuple[str, Sequence[str]]],
        fixtures: Sequence[object] = (),
    ) -> None:  # fmt: skip
        """fixtures: the objects of the configuration, by their numbers."""
        self._kinds = kinds
        self._nodes = nodes
        self._shapes = [_Shape(kinds.find_class(name), tuple(names)) for name, names in shapes]
        self._fixtures = fixtures
        self._made: list[Any] = [_UNMADE] * len(nodes)
        self._unfilled: list[int] = []
        self._makers: dict[int, Callable[[int, Sequence[Any]], Any]] = {
            Tag.LIST: lambda number, _: self._hollow(number, []),
            Tag.DICT: lambda number, _: self._hollow(number, {}),
            Tag.COUNTER: lambda number, _: self._hollow(number, Counter()),
            Tag.SET: lambda number, _: self._hollow(number, set()),
            Tag.DEQUE: lambda number, node: self._hollow(number, deque(maxlen=node[1])),
            Tag.DEFAULT_DICT: lambda number, node: self._hollow(number, defaultdict(self._value(node[1]))),
            Tag.TUPLE: lambda _, node: tuple(self._all(node[1:])),
            Tag.FROZEN_SET: lambda _, node: frozenset(self._all(node[1:])),
            Tag.SLICE: lambda _, node: slice(*self._all(node[1:4])),
            Tag.RANGE: lambda _, node: range(*self._all(node[1:4])),
            Tag.OBJECT: self._object,
            Tag.FUNCTION: lambda _, node: self._function(node[1]),
            Tag.CLASS: lambda _, node: self._class(node[1]),
            Tag.METHOD: lambda _, node: self._method(self._value(node[1]), node[2]),
            Tag.DECIMAL: lambda _, node: Decimal(node[1]),
            Tag.MEMBER: lambda _, node: self._kinds.find_member(node[1], node[2]),
            Tag.INTEGER: lambda _, node: int(node[1]),
            Tag.FIXTURE: lambda _, node: self._fixtures[node[1]],
        }

    def read(self) -> Any:  # noqa: ANN401 - whatever was written
        """Return the first object. Raises SnapshotRefused, or one of MALFORMED, for nodes that no writer writes."""
        root = self._get(0)
        while self._unfilled:
            self._fill(self._unfilled.pop())
        return root

    def _value(self, value: Any) -> Any:  # noqa: ANN401 - as it came from the wire
        return self._get(value[0]) if type(value) is list else value

    def _all(self, values: Iterable[Any]) -> Iterator[Any]:
        made, get = self._made, self._get
        for value in values:
            if type(value) is list:
                one = made[value[0]]
                yield get(value[0]) if one is _UNMADE or one is _IN_MAKING else one
            else:
                yield value

    def _get(self, number: int) -> Any:  # noqa: ANN401
        one = self._made[number]
        if one is _IN_MAKING:
            raise SnapshotRefused("a value that never changes leads back to itself")
        if one is _UNMADE:
            self._made[number] = _IN_MAKING
            node = self._nodes[number]
            one = self._made[number] = self._makers[node[0]](number, node)
        return one

    def _hollow(self, number: int, empty: Any) -> Any:  # noqa: ANN401
        self._unfilled.append(number)
        return empty

    def _object(self, number: int, node: Sequence[Any]) -> Any:  # noqa: ANN401
        shape = self._shapes[node[1]]
        if shape.is_made_of_fields:
            return shape.kind(**dict(zip(shape.names, self._all(node[2:]), strict=True)))
        one = object.__new__(shape.kind)
        if shape.is_value:
            shape.fill(one, self._all(node[2:]))
            return one
        return self._hollow(number, one)

    def _fill(self, number: int) -> None:
        node, one = self._nodes[number], self._made[number]
        tag = node[0]
        if tag == Tag.OBJECT:
            self._shapes[node[1]].fill(one, self._all(node[2:]))
        elif tag == Tag.LIST:
            one.extend(self._all(node[1:]))
        elif tag == Tag.SET:
            one.update(self._all(node[1:]))
        elif tag == Tag.DEQUE:
            one.extend(self._all(node[2:]))
        else:
            values = self._all(node[2 if tag == Tag.DEFAULT_DICT else 1 :])
            for key in values:
                one[key] = next(values)

    def _function(self, name: str) -> Any:  # noqa: ANN401
        found = self._kinds.find(name)
        if isinstance(found, type):
            raise SnapshotRefused(f"{name} is no function")
        return found

    def _class(self, name: str) -> type[Any]:
        return getattr(builtins, name) if name in _FACTORIES else self._kinds.find_class(name)

    def _method(self, owner: Any, name: str) -> Any:  # noqa: ANN401
        kind: type[Any] = type(owner)
        if (kind, name) in _BUILTIN_METHODS:
            return getattr(owner, name)
        function = getattr(kind, name, None)
        if not self._kinds.knows(kind.__module__) or not isinstance(function, FunctionType):
            raise SnapshotRefused(f"{kind.__qualname__} has no method {name}")
        return MethodType(function, owner)


class _Shape:
    """A class, and the attributes that stand in a node of it."""

    def __init__(self, kind: type[Any], names: tuple[str, ...]) -> None:
        self.kind = kind
        self.names = names
        self.is_made_of_fields = fields_of(kind) is not None
        self.is_value = is_value(kind)
        slots = frozenset(slots_of(kind))
        self._in_slots = [name in slots for name in names]
        self._has_slots = any(self._in_slots)

    def fill(self, one: Any, values: Iterable[Any]) -> None:  # noqa: ANN401
        """Give an object its attributes."""
        if not self._has_slots:
            one.__dict__.update(zip(self.names, values, strict=True))
            return
        for name, is_slot, value in zip(self.names, self._in_slots, values, strict=True):
            if is_slot:
                object.__setattr__(one, name, value)
            else:
                one.__dict__[name] = value
