"""What the books say we hold and are worth."""

from decimal import Decimal
from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol


class TradingState(Enum):
    """What may be sent: anything, only what reduces exposure, or nothing."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


class Position(Struct, frozen=True, kw_only=True, gc=False):
    """Signed shares of one symbol, and their cost. From fills only."""

    symbol: Symbol
    quantity: Decimal
    cost: Decimal  # signed: what the open shares cost, without commission
    realised: Decimal  # profit of shares already closed, before commission


class AccountMark(Struct, frozen=True, kw_only=True, gc=False):
    """The account as of one time, positions at the last close. Dollars; fractions where it says so."""

    as_of: int
    session: str
    cash: Decimal
    reserved: Decimal
    equity: Decimal
    gross_exposure: Decimal
    realised: Decimal
    commission: Decimal
    drawdown: Decimal  # fraction below the highest equity so far, 0 or above
