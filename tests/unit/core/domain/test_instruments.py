"""Only plain symbols come in: whatever else it is, it never reaches a file name, a query or the wire."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import SYMBOL_GRAMMAR, parse_symbol


@pytest.mark.parametrize(("text", "symbol"), [("AAPL", "AAPL"), (" brk.b ", "BRK.B"), ("bf-b", "BF-B"), ("A", "A")])
def test_case_and_blanks_are_folded(text: str, symbol: str) -> None:
    assert parse_symbol(text) == symbol


@pytest.mark.parametrize(
    "text",
    ["", " ", "1A", ".A", "A B", "A/B", "../A", "A;DROP", "A\x00", "A\nB", "ÄAPL", "A" * 21, "A'--", "*", "\u202eAAPL"],
)
def test_anything_else_is_refused_with_advice(text: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        parse_symbol(text)
    assert "AAPL" in refused.value.next_step


@given(st.text(max_size=25))
@settings(deadline=None)
def test_no_text_gets_around_the_grammar(text: str) -> None:
    try:
        symbol = parse_symbol(text)
    except InvalidConfig:
        return
    assert SYMBOL_GRAMMAR.fullmatch(symbol) and symbol.isascii() and len(symbol) <= 20
