"""Every event and command comes back from its bytes as it was, whatever it holds."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.adapters.storage.encoding import decode, encode
from robo_trader.core.domain.commands import COMMAND_KINDS
from robo_trader.core.domain.events import EVENT_KINDS
from tests.examples import examples

# Fields are filled by their types; these three are narrowed to what the core lets in.
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(float, st.floats(allow_nan=False))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))

KINDS = {**EVENT_KINDS, **COMMAND_KINDS}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=examples(15), deadline=None)
@given(data=st.data())
def test_there_and_back(kind: str, data: st.DataObject) -> None:
    value = data.draw(st.from_type(KINDS[kind]))
    assert decode(kind, encode(value)) == value


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        decode("OrderDreamt", b"")
