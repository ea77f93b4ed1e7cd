"""The fingerprint differs whenever values do, and does not depend on insertion order or hash seed."""

import math
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.fingerprint import fingerprint
from tests.builders import a_fill, a_signal, a_target, an_intent
from tests.examples import examples

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.decimals(allow_nan=False)
    | st.text(max_size=4)
    | st.sampled_from([*Side, *OrderType])
)
HASHABLE = st.text(max_size=3) | st.integers() | st.tuples(st.text(max_size=2), st.text(max_size=2))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HASHABLE, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
@settings(deadline=None, max_examples=examples(300))
def test_different_values_differ(one: object, other: object) -> None:
    if repr(one) != repr(other):  # == would call 1, 1.0 and True equal
        assert fingerprint([one]) != fingerprint([other]) or one == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(1, 1.0, id="a count and a number"),
        pytest.param(1, True, id="a count and a flag"),
        pytest.param(1, "1", id="a count and its text"),
        pytest.param(None, "None", id="nothing and its text"),
        pytest.param(0.0, -0.0, id="the sign of zero"),
        pytest.param(0.1 + 0.2, 0.3, id="the last bit of a float"),
        pytest.param(Decimal("0.3"), 0.3, id="exact and rounded"),
        pytest.param([1, 2], [2, 1], id="the order of a sequence"),
        pytest.param([[1], 2], [[1, 2]], id="where a sequence ends"),
        pytest.param([], [[]], id="how deep a sequence lies"),
        pytest.param({1: 2}, {2: 1}, id="key and value"),
        pytest.param({"a": {}}, {"a": []}, id="an empty mapping and an empty sequence"),
        pytest.param({"a"}, {"b"}, id="members of a set"),
        pytest.param({"a"}, ["a"], id="a set and a sequence"),
        pytest.param(Side.BUY, "Side.BUY", id="a member and its text"),
        pytest.param(OrderStatus.CANCELED, OrderStatus.EXPIRED, id="members of one kind"),
        pytest.param(TimeInForce.DAY, TradingState.ACTIVE, id="members of two kinds"),
        pytest.param(a_signal(strength=1.0), a_signal(strength=0.5), id="a field of a value"),
        pytest.param(a_signal(), a_target(), id="values of two kinds"),
        pytest.param(["a", "b"], ["a\x00str:b"], id="text that holds the separator of tokens"),
        pytest.param({("a", "b"): 1}, {("a/str:b",): 1}, id="a key that holds the separator of keys"),
    ],
)
def test_what_is_told_apart(one: object, other: object) -> None:
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    "change",
    [
        lambda intent: replace(intent, quantity=intent.quantity + 1),
        lambda intent: replace(intent, side=Side.SELL),
        lambda intent: replace(intent, limit_price=Decimal(1)),
        lambda intent: replace(intent, signal_id="other"),
    ],
    ids=["quantity", "side", "limit", "signal"],
)
def test_every_field_counts(change: Callable[[object], object]) -> None:
    assert fingerprint(change(an_intent())) != fingerprint(an_intent())


@given(st.dictionaries(HASHABLE, st.integers(), max_size=6))
@settings(deadline=None)
def test_the_order_of_insertion_does_not_count(mapping: dict[object, int]) -> None:
    backwards = dict(reversed(mapping.items()))
    assert fingerprint(mapping) == fingerprint(backwards)
    assert fingerprint(set(mapping)) == fingerprint(set(backwards)) == fingerprint(frozenset(mapping))


def test_equal_values_agree() -> None:
    assert fingerprint(a_fill()) == fingerprint(a_fill())
    assert fingerprint(math.nan) == fingerprint(float("nan"))
    assert fingerprint((1, 2)) == fingerprint([1, 2])
    assert fingerprint(Counter("aab")) == fingerprint({"b": 1, "a": 2})


def test_what_has_no_plain_value_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        fingerprint(object())
