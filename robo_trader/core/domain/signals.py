"""What a strategy thinks, and what the portfolio wants to hold because of it."""

from dataclasses import dataclass
from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A strategy's view of one symbol: strength in [-1, 1], known as of one time, void after another."""

    signal_id: str  # correlates everything that follows from this view, down to the fills
    strategy: str
    symbol: Symbol
    strength: float
    as_of: int
    expires_at: int
    reason: str  # the feature values behind it, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The signed shares we want to hold, after sizing, because of a signal."""

    signal_id: str
    symbol: Symbol
    quantity: Decimal
    reference_price: Decimal  # the price it was sized at
