"""What a strategy thinks, and what the portfolio wants to hold because of it."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.violations import Control


class Signal(Struct, frozen=True, kw_only=True, gc=False):
    """A strategy's view of one symbol: strength in [-1, 1], known as of one time, void after another."""

    signal_id: str  # correlates everything that follows from this view, down to the fills
    strategy: str
    symbol: Symbol
    strength: float
    as_of: int
    expires_at: int
    reason: str  # the feature values behind it, in words
    is_stop: bool = False  # a stop leaves the position, against the view: nothing of it may wait


class Target(Struct, frozen=True, kw_only=True, gc=False):
    """The signed shares we want to hold, after sizing, because of a signal."""

    signal_id: str
    symbol: Symbol
    quantity: Decimal
    reference_price: Decimal  # the price it was sized at


class Sizing(Struct, frozen=True, kw_only=True, gc=False):
    """How a strength became shares: what sizing was given, what it gave, and what the limits left of it."""

    equity: Decimal  # dollars, of the account
    capital: float  # dollars, the part of it that the strategy sizes by
    price: float  # dollars a share
    risk: float | None  # of the sizer's feature, in its unit; None if it reads none
    sized: float  # signed shares, not rounded
    asked: Decimal  # whole shares
    allowed: Decimal  # what the limits left of them: the target
    others: Decimal  # signed shares that other strategies of the account want
    trimmed_by: Control | None = None  # the limit that cut them
    limit: Decimal | None = None  # dollars, what that limit allows
