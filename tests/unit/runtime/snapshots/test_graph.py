"""What is written as nodes comes back the same: values to the digit, order, sharing, cycles; nothing else is let in."""

import threading
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from robo_trader.core.domain.orders import Side
from robo_trader.core.rules.moving_averages import ema_update
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.errors import SnapshotRefused
from robo_trader.runtime.snapshots.memory import memory_bytes, memory_from
from robo_trader.runtime.snapshots.nodes import FORMAT, Tag
from tests.snapshots import PACKAGES, differences


class Plain:
    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.add = self.kept.append
        self.call = self.count

    def count(self) -> int:
        return len(self.kept)


class Slotted:
    __slots__ = ("given", "unset")

    def __init__(self, given: object) -> None:
        self.given = given


@dataclass(frozen=True, slots=True)
class Fixed:
    name: str
    inner: list[int] = field(default_factory=list)


class Value(Struct, frozen=True):
    number: int
    parts: tuple[Decimal, ...] = ()


class Pair(NamedTuple):
    left: int
    right: list[int]


class Odd(list[int]):
    """Built upon a list."""


NOTHING = Configuration(None, PACKAGES)
FINITE: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | st.text() | st.binary() | st.decimals(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.text(), st.integers()), inner)
        | st.sets(st.text())
        | st.frozensets(st.integers())
        | st.builds(deque, st.lists(inner, max_size=3), maxlen=st.sampled_from([None, 2]))
        | st.builds(Slotted, inner)
        | st.builds(lambda items: defaultdict(list, items), st.dictionaries(st.text(), inner))
        | st.builds(Counter, st.lists(st.sampled_from("abc")))
    ),
    max_leaves=20,
)


def again(value: object, configuration: Configuration = NOTHING) -> Any:  # noqa: ANN401
    return memory_from(memory_bytes({"it": value}, configuration), configuration)["it"]


@given(FINITE)
def test_whatever_is_written_is_read(value: object) -> None:
    copied = again(value)
    assert differences(value, copied) == []
    assert memory_bytes({"it": copied}, NOTHING) == memory_bytes({"it": value}, NOTHING)


def test_digits_signs_and_what_is_no_number_are_kept() -> None:
    copied = again([Decimal("1.00"), Decimal("-0"), Decimal("1E+3"), -0.0, float("nan"), float("inf"), 2**70, True, 1])
    assert (
        repr(copied)
        == "[Decimal('1.00'), Decimal('-0'), Decimal('1E+3'), -0.0, nan, inf, 1180591620717411303424, True, 1]"
    )


def test_what_is_shared_stays_shared_and_cycles_close() -> None:
    plain = Plain()
    plain.kept.extend([plain, Fixed("a", [1]), Pair(1, [2]), Side.SELL, ema_update])
    copied = again([plain, plain.kept])
    assert copied[0].kept is copied[1] and copied[1][0] is copied[0] and copied[0] is not plain
    copied[0].add("more")
    assert copied[0].call() == 6 and plain.count() == 5
    assert copied[1][1] == Fixed("a", [1]) and copied[1][2] == Pair(1, [2]) and type(copied[1][2]) is Pair
    assert copied[1][3] is Side.SELL and copied[1][4] is ema_update


def test_keys_may_be_values_and_a_slot_may_be_unset() -> None:
    copied = again(
        {Value(1, (Decimal(2),)): Slotted(3), Fixed: slice(1, 2), range(1, 9, 2): 1, frozenset({1}): {Side.BUY}}
    )
    assert list(copied) == [Value(1, (Decimal(2),)), Fixed, range(1, 9, 2), frozenset({1})]
    assert copied[Value(1, (Decimal(2),))].given == 3 and not hasattr(copied[Value(1, (Decimal(2),))], "unset")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(threading.Lock(), "_thread:lock", id="a lock"),
        pytest.param(lambda: 1, "<lambda>", id="a function without a name"),
        pytest.param(iter([1]), "list_iterator", id="an iterator"),
        pytest.param(Odd([1]), "Odd is built upon list", id="a class upon a list"),
        pytest.param(OrderedDict(a=1), "collections:OrderedDict", id="a class of no module of ours"),
        pytest.param(threading.Thread(), "threading:Thread", id="an object of another module"),
        pytest.param(Exception("x"), "builtins:Exception", id="an error"),
    ],
)
def test_what_is_not_known_is_refused_by_name(value: object, told: str) -> None:
    with pytest.raises(SnapshotRefused, match=told):
        again(Slotted([value]))


def test_an_attribute_that_is_new_is_saved_or_refused() -> None:
    """Whoever adds something to a desk need not say so here: it is in the snapshot, or there is no snapshot."""
    plain = Plain()
    plain.brand_new = {"a": [1]}  # type: ignore[attr-defined]
    assert again(plain).brand_new == {"a": [1]}
    plain.brand_new = threading.Lock()  # type: ignore[attr-defined]
    with pytest.raises(SnapshotRefused):
        again(plain)


def test_the_configuration_is_taken_from_who_reads() -> None:
    mine, theirs = ((Fixed("a", [1]), lambda: "mine"), (Fixed("a", [1]), lambda: "theirs"))
    written = memory_bytes({"it": [mine[1], mine[0], 5]}, Configuration(mine, PACKAGES))
    read = memory_from(written, Configuration(theirs, PACKAGES))["it"]
    assert read[0]() == "theirs" and read[1] is theirs[0]
    with pytest.raises(SnapshotRefused, match="another configuration"):
        memory_from(written, Configuration((Fixed("a", [2]), lambda: "theirs"), PACKAGES))


def test_a_configuration_that_remembers_is_found_out() -> None:
    configured = Fixed("a", [1])
    configuration = Configuration(configured, PACKAGES)
    configured.inner.append(2)
    with pytest.raises(SnapshotRefused, match="keeps its memory in itself"):
        memory_bytes({"it": 1}, configuration)


def nodes_of(*nodes: list[Any], shapes: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> bytes:
    return msgspec.msgpack.encode((FORMAT, NOTHING.signature, shapes, [[Tag.DICT, "it", [1]], *nodes]))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(nodes_of([Tag.FUNCTION, "os:system"]), id="a function of the system"),
        pytest.param(nodes_of([Tag.FUNCTION, "subprocess:Popen"]), id="a class that starts programs"),
        pytest.param(nodes_of([Tag.CLASS, "builtins:eval"]), id="eval"),
        pytest.param(nodes_of([Tag.CLASS, "eval"]), id="eval, as a factory"),
        pytest.param(nodes_of([Tag.FUNCTION, "robo_trader.core.engine.engine:fingerprint.__globals__"]), id="globals"),
        pytest.param(nodes_of([Tag.FUNCTION, "robo_trader.core.domain.money:Decimal"]), id="a class from elsewhere"),
        pytest.param(nodes_of([Tag.METHOD, [2], "__reduce__"], [Tag.LIST]), id="a method of a list"),
        pytest.param(nodes_of([Tag.METHOD, "text", "format"]), id="a method of a text"),
        pytest.param(nodes_of([Tag.OBJECT, 0], shapes=(("subprocess:Popen", ()),)), id="an object of another module"),
        pytest.param(nodes_of([Tag.TUPLE, [1]]), id="a tuple in itself"),
        pytest.param(nodes_of([Tag.OPAQUE, "x"]), id="what only configurations hold"),
        pytest.param(nodes_of([Tag.FIXTURE, 99]), id="a part of no configuration"),
        pytest.param(nodes_of([Tag.LIST, [77]]), id="a node that is not there"),
        pytest.param(nodes_of([99]), id="an unknown tag"),
        pytest.param(nodes_of([]), id="nothing"),
        pytest.param(b"\x93", id="bytes cut off"),
        pytest.param(msgspec.msgpack.encode((FORMAT + 1, b"", [], [])), id="a form of the future"),
    ],
)
def test_nodes_that_nobody_writes_are_refused(content: bytes) -> None:
    with pytest.raises(SnapshotRefused):
        memory_from(content, NOTHING)


@given(st.data())
def test_damaged_bytes_never_do_anything_but_be_refused_or_read(data: st.DataObject) -> None:
    content = bytearray(memory_bytes({"it": [Plain(), Fixed("a", [1]), {"b": Decimal("1.5")}, Side.BUY]}, NOTHING))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        memory_from(bytes(content), NOTHING)
    except SnapshotRefused:
        return
