"""What became of corporate actions, and of the pause that follows one."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.ledger import Entry
from robo_trader.core.domain.positions import Position


class CorporateActionApplied(Struct, frozen=True, kw_only=True, gc=False):
    """Shares were counted anew, renamed or paid out: the position after it, and the balanced entry."""

    action: CorporateAction
    position: Position
    entry: Entry
    paid: Decimal = Decimal(0)  # signed shares that left for cash: parts of one, or all of a delisted symbol
    price: Decimal = Decimal(0)  # dollars for each of them, and the mark of those that stay; 0 if there is none yet
    realised: Decimal = Decimal(0)  # profit of them
    allotments: tuple[Allotment, ...] = ()  # what each strategy gave up or took over, where several share the account

    @property
    def occurred_at(self) -> int:
        """When it took effect."""
        return self.action.occurred_at


class CorporateActionRefused(Struct, frozen=True, kw_only=True, gc=False):
    """An action changed nothing: it was known, came too late, or concerns what is not traded here."""

    action: CorporateAction
    reason: str
    occurred_at: int


class SymbolPaused(Struct, frozen=True, kw_only=True, gc=False):
    """Nothing is sent for a symbol until it is known that the broker counts its shares as we do."""

    symbol: Symbol
    reason: str
    occurred_at: int


class SymbolResumed(Struct, frozen=True, kw_only=True, gc=False):
    """Orders for a symbol may be sent again."""

    symbol: Symbol
    reason: str
    occurred_at: int
