"""How a signal ended: as an order, as a refusal, or as a hold. Every signal ends once, or is pending still."""

from decimal import Decimal
from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.violations import Violation


class Ending(Enum):
    """The three ways in which a signal can end."""

    ORDER = "ORDER"
    REFUSAL = "REFUSAL"
    HOLD = "HOLD"


class Outcome(Enum):
    """What became of a signal first. What happens later (a refused order that is tried again) bears its id too."""

    ORDERED = "ORDERED"  # an order was made that brings what is wanted, or a part of it
    DENIED = "DENIED"  # risk refused the order; it is tried again at every slice until the signal expires
    ZERO_SIZE = "ZERO_SIZE"  # sizing gave less than a whole share
    NO_ROOM = "NO_ROOM"  # the limits on a position and an order left no whole share
    LATE = "LATE"  # an entry that could not be ordered before the signal expired
    SUPERSEDED = "SUPERSEDED"  # the strategy changed its mind again first
    STOPPED = "STOPPED"  # a stop left the position first
    HELD = "HELD"  # what is wanted is held, or is brought by an order that works already
    CROSSED = "CROSSED"  # all of it passed between strategies of the account; nothing was sent

    __hash__ = object.__hash__  # each member exists once; Enum's own hash is Python code, and every signal asks for it

    @property
    def ending(self) -> Ending:
        """Which of the three ways it is."""
        if self is Outcome.ORDERED:
            return Ending.ORDER
        return Ending.HOLD if self in {Outcome.HELD, Outcome.CROSSED} else Ending.REFUSAL


class SignalSettled(Struct, frozen=True, kw_only=True, gc=False):
    """A signal has ended. Quantities are signed shares of the strategy that gave it, as they were then."""

    signal_id: str
    strategy: str
    symbol: Symbol
    outcome: Outcome
    target: Decimal
    held: Decimal
    crossed: Decimal  # what passed from or to other strategies because of it
    working: Decimal  # what the account's orders for the symbol were still to bring, the new one included
    order_id: OrderId | None  # the order that brings what is wanted: a new one if ORDERED, one that works if HELD
    replaced_by: str  # the signal that came first, if SUPERSEDED or STOPPED; else empty
    violations: tuple[Violation, ...]  # if DENIED
    occurred_at: int
