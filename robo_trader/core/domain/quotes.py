"""Quotes and prints: what happens between bars.

Times are UTC nanoseconds since 1970, prices dollars a share, sizes shares; prices and sizes are floats, as those of
bars.
"""

from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol


class Quote(Struct, frozen=True, gc=False):
    """The best bid and ask of all exchanges after a change, and how many shares stand at each."""

    symbol: Symbol
    at: int
    bid: float
    ask: float
    bid_size: float
    ask_size: float


class TradePrint(Struct, frozen=True, gc=False):
    """One public trade."""

    symbol: Symbol
    at: int
    price: float
    size: float


class QuoteFault(Enum):
    """Why a quote or a print was refused at the boundary."""

    NOT_FINITE = "NOT_FINITE"
    NOT_POSITIVE = "NOT_POSITIVE"
    LOCKED = "LOCKED"
    CROSSED = "CROSSED"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"
    JUMPED = "JUMPED"  # too far from the price before, and no second quote has confirmed it
