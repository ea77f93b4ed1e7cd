"""What becomes of a position whose protective order does not rest at the broker."""

from decimal import Decimal
from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId


class ProtectionAnswer(Enum):
    """What is done about a protective order that failed."""

    PLACED_AGAIN = "PLACED_AGAIN"
    LEFT = "LEFT"  # the position is left at the market
    HELD = "HELD"  # the shares stay without one, as the settings say: a person must look


class ProtectionFailed(Struct, frozen=True, kw_only=True, gc=False):
    """A protective order was refused, canceled by somebody else, lapsed, or never reached the broker."""

    symbol: Symbol
    order_id: OrderId | None  # None where risk let none out
    shares: Decimal  # signed, of the position that it was to guard
    reason: str
    answer: ProtectionAnswer
    occurred_at: int
