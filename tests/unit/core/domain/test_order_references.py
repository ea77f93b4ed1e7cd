"""A reference has one text, and no other text is a reference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.domain.order_references import (
    INSTALL_ALPHABET,
    REFERENCE_LENGTH_MAX,
    OrderReference,
    parse_reference,
)
from robo_trader.core.domain.orders import OrderId

INSTALLS = st.text(INSTALL_ALPHABET, min_size=8, max_size=8)
REFERENCES = st.builds(
    OrderReference, INSTALLS, st.integers(1, 10**10 - 1), st.integers(1, 10**18 - 1).map(OrderId)
)  # fmt: skip


@given(REFERENCES)
def test_what_is_written_is_read(reference: OrderReference) -> None:
    assert parse_reference(str(reference)) == reference


@given(REFERENCES)
def test_it_is_short_enough_for_a_broker(reference: OrderReference) -> None:
    assert len(str(reference)) <= REFERENCE_LENGTH_MAX < 40


@given(st.one_of(st.text(), st.from_regex(r"[0-9a-zA-Z]{7,9}\.[0-9]{1,3}\.[0-9]{1,3}\s?", fullmatch=True)))
def test_whatever_is_read_is_written_so(text: str) -> None:
    reference = parse_reference(text)
    assert reference is None or str(reference) == text


def test_the_alphabet_has_no_letter_that_looks_like_another() -> None:
    assert len(set(INSTALL_ALPHABET)) == 32 and not set("ilou") & set(INSTALL_ALPHABET)


@pytest.mark.parametrize(
    "text",
    [
        "", "abcd1234", "abcd1234.1", "abcd1234.1.", "abcd1234.0.1", "abcd1234.1.0", "abcd1234.01.1", "abcd1234.1.01",
        "abcd1234.-1.1", "abcd1234.1.1.1", " abcd1234.1.1", "abcd1234.1.1\n", "ABCD1234.1.1", "abcd123.1.1",
        "abcd12345.1.1", "abcdi234.1.1", "abcd1234.1.\u0661", "abcd1234.1.1_0", "abcd1234.10000000000.1",
        "abcd1234.1." + "1" * 19,
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    assert parse_reference(text) is None
