"""An engine with a shadow: a copy that was restored from a snapshot a few events ago, and must decide the same."""

from collections import deque
from decimal import Decimal
from enum import Enum
from types import BuiltinMethodType, FunctionType, MethodType
from weakref import WeakKeyDictionary

from msgspec import Struct

from robo_trader.core.domain.commands import Step
from robo_trader.core.domain.events import InputEvent
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.kinds import slots_of
from robo_trader.runtime.snapshots.memory import memory_bytes, memory_from

PACKAGES = ("robo_trader.core", "robo_trader.simulation.venue", "tests")


class Shadowed(Engine):
    """At every so many events the shadow is made anew, of the bytes of the one before it: errors would add up."""

    def __init__(self, settings: EngineSettings, every: int) -> None:
        super().__init__(settings)
        _SHADOWS[self] = _Shadow(self, settings, every)

    def process(self, event: InputEvent) -> Step:
        """As Engine.process."""
        step = super().process(event)
        _SHADOWS[self].follow(event, step)
        return step

    def demand_equal(self) -> None:
        """Hold all that both remember against each other."""
        shadow = _SHADOWS[self]
        assert shadow.made == shadow.seen // shadow.every
        assert shadow.engine.state_hash() == self.state_hash()
        assert differences(self, shadow.engine) == []


class _Shadow:
    def __init__(self, engine: Engine, settings: EngineSettings, every: int) -> None:
        self.configuration = Configuration(settings, PACKAGES)
        self.engine = self._copy(engine)
        self.every, self.seen, self.made = every, 0, 0

    def follow(self, event: InputEvent, step: Step) -> None:
        own = Engine.process(self.engine, event)
        assert repr(own) == repr(step), event  # as text: what is not a number equals itself
        self.seen += 1
        if self.seen % self.every == 0:
            copied = self._copy(self.engine)
            if self.made % 5 == 0:  # at once: what heals by itself with the next event would not be seen at the end
                assert differences(self.engine, copied) == []
            self.engine = copied
            self.made += 1

    def _copy(self, engine: Engine) -> Engine:
        copied = memory_from(memory_bytes({"engine": engine}, self.configuration), self.configuration)["engine"]
        assert isinstance(copied, Engine)
        return copied


_SHADOWS: WeakKeyDictionary[Engine, _Shadow] = WeakKeyDictionary()


_LEAVES = (str, int, float, bytes, Decimal, Enum, type(None), type, FunctionType, slice, range)
_UNCHANGING = (tuple, frozenset, Struct)  # whether these are shared or twice there makes no difference


def differences(one: object, other: object) -> list[str]:
    """Return where two graphs of objects differ, by the way there: their forms, values, order, and what they share."""
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    partners: dict[int, int] = {}
    waiting: list[tuple[object, object, str]] = [(one, other, "")]
    while waiting and len(found) < 5:
        left, right, path = waiting.pop()
        if isinstance(left, _LEAVES) or type(left) is not type(right):
            if repr(left) != repr(right):  # as text: what is not a number equals itself
                found.append(f"{path}: {left!r:.200} and {right!r:.200}")
            continue
        if (id(left), id(right)) in seen:
            continue
        seen.add((id(left), id(right)))
        if not isinstance(left, _UNCHANGING) and partners.setdefault(id(left), id(right)) != id(right):
            found.append(f"{path}: shared otherwise")
        mine, theirs = _parts(left), _parts(right)
        if [name for name, _ in mine] != [name for name, _ in theirs]:
            found.append(f"{path}: {[name for name, _ in mine]!r:.300} and {[name for name, _ in theirs]!r:.300}")
        waiting.extend((a, b, f"{path}.{name}") for (name, a), (_, b) in zip(mine, theirs, strict=False))
    return found


def _parts(one: object) -> list[tuple[str, object]]:
    """Return what an object consists of, in its order."""
    if isinstance(one, dict):
        return [(repr(key), value) for key, value in one.items()]
    if isinstance(one, (set, frozenset)):
        return [(name, None) for name in sorted(map(repr, one))]
    if isinstance(one, (list, tuple, deque)):
        return [(str(place), value) for place, value in enumerate(one)]
    if isinstance(one, (MethodType, BuiltinMethodType)):
        return [(one.__name__, one.__self__)]
    names = one.__struct_fields__ if isinstance(one, Struct) else (*slots_of(type(one)), *getattr(one, "__dict__", ()))
    return [(name, getattr(one, name)) for name in names if hasattr(one, name)]
