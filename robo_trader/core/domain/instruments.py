"""What is traded, and how its symbol is written."""

import re
from typing import NewType

from robo_trader.core.domain.errors import InvalidConfig

Symbol = NewType("Symbol", str)

SYMBOL_GRAMMAR = re.compile(r"[A-Z][A-Z0-9.\-]{0,19}")


def parse_symbol(text: str) -> Symbol:
    """Return `text` as a symbol: a letter, then letters, digits, dots or dashes; case is folded.

    Raises InvalidConfig for anything else: what is not a plain symbol never reaches a file name,
    a query or the wire.
    """
    candidate = text.strip().upper()
    if not SYMBOL_GRAMMAR.fullmatch(candidate):
        raise InvalidConfig(
            f"{text!r} is not a symbol",
            next_step="Write symbols such as AAPL or BRK.B, separated by commas.",
        )
    return Symbol(candidate)
