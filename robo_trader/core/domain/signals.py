"""What a strategy thinks, and what the portfolio wants to hold because of it."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol


class Signal(Struct, frozen=True, kw_only=True, gc=False):
    """A strategy's view of one symbol: strength in [-1, 1], known as of one time, void after another."""

    signal_id: str  # correlates everything that follows from this view, down to the fills
    strategy: str
    symbol: Symbol
    strength: float
    as_of: int
    expires_at: int
    reason: str  # the feature values behind it, in words


class Target(Struct, frozen=True, kw_only=True, gc=False):
    """The signed shares we want to hold, after sizing, because of a signal."""

    signal_id: str
    symbol: Symbol
    quantity: Decimal
    reference_price: Decimal  # the price it was sized at
