"""Where a broker's statement differs from our books, and what follows from it."""

from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.violations import Control

UNASSIGNED = "UNASSIGNED"  # the sub-account of shares that no strategy has traded


class DiscrepancyKind(Enum):
    """Everything that may differ. There is no other kind: `docs/reconciliation.md` says what each leads to."""

    POSITION_MISSING = "POSITION_MISSING"  # we hold shares, the broker shows none
    POSITION_EXTRA = "POSITION_EXTRA"  # the broker shows shares, we hold none
    POSITION_QUANTITY = "POSITION_QUANTITY"
    POSITION_SIDE = "POSITION_SIDE"  # one says long, the other short
    AVERAGE_COST = "AVERAGE_COST"
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"  # shares or an order in what this session does not trade
    ORDER_UNKNOWN_TO_US = "ORDER_UNKNOWN_TO_US"
    ORDER_UNKNOWN_TO_BROKER = "ORDER_UNKNOWN_TO_BROKER"
    ORDER_QUANTITY = "ORDER_QUANTITY"
    ORDER_PRICE = "ORDER_PRICE"
    ORDER_SIDE = "ORDER_SIDE"
    ORDER_FILLED = "ORDER_FILLED"
    ORDER_STATUS = "ORDER_STATUS"  # one says it works, the other that it has ended
    ORDER_ID_REUSED = "ORDER_ID_REUSED"  # a broker's order id stands for another order than the one we know by it
    ORDER_CONTRADICTION = "ORDER_CONTRADICTION"  # what names our order cannot be our order
    ORDER_LOST = "ORDER_LOST"  # it bears a reference of this journal's install that the journal never gave
    EXECUTION_MISSING_HERE = "EXECUTION_MISSING_HERE"  # known from statements only: its own report never came
    EXECUTION_MISSING_THERE = "EXECUTION_MISSING_THERE"
    EXECUTION_DIFFERENT = "EXECUTION_DIFFERENT"
    CASH_BELOW_THRESHOLD = "CASH_BELOW_THRESHOLD"  # a difference too small to stop for
    CASH_ABOVE_THRESHOLD = "CASH_ABOVE_THRESHOLD"

    __hash__ = object.__hash__  # as Side


class Decision(Enum):
    """What is done about a discrepancy, once two statements in a row agree on it."""

    ADOPT = "ADOPT"  # the broker is right: it is booked, by an entry that says so
    WAIT = "WAIT"  # nothing is done but to look again
    BLOCK = "BLOCK"  # no order in the symbol until the two agree
    HALT = "HALT"  # no order at all

    __hash__ = object.__hash__  # as Side


class Severity(Enum):
    """How loudly it is to be told."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


SEVERITY_OF = {
    Decision.WAIT: Severity.INFO,
    Decision.ADOPT: Severity.WARNING,
    Decision.BLOCK: Severity.ERROR,
    Decision.HALT: Severity.CRITICAL,
}


class Discrepancy(Struct, frozen=True, kw_only=True, gc=False):
    """One difference. `subject` is what differs: a symbol, an order, an execution, or the cash."""

    kind: DiscrepancyKind
    subject: str
    symbol: Symbol | None
    ours: str
    theirs: str
    unit: str
    severity: Severity
    decision: Decision

    @property
    def key(self) -> str:
        """What it is known by: there is one of each kind a subject."""
        return f"{self.kind.value} {self.subject}"


class DiscrepancyFound(Struct, frozen=True, kw_only=True, gc=False):
    """Two statements in a row agree that the broker has it otherwise than we do."""

    discrepancy_id: int  # counted from 1
    discrepancy: Discrepancy
    occurred_at: int


class DiscrepancyResolved(Struct, frozen=True, kw_only=True, gc=False):
    """Two statements in a row show nothing of it any more."""

    discrepancy_id: int
    discrepancy: Discrepancy
    found_at: int
    occurred_at: int


class Block(Struct, frozen=True, kw_only=True, gc=False):
    """Why no order may leave in a symbol. Each cause is lifted on its own; orders may leave when none is left."""

    symbol: Symbol
    cause: str
    control: Control
    reason: str
    since: int


class SymbolBlocked(Struct, frozen=True, kw_only=True, gc=False):
    """No order leaves in a symbol any more."""

    block: Block

    @property
    def occurred_at(self) -> int:
        """When it began."""
        return self.block.since


class SymbolReleased(Struct, frozen=True, kw_only=True, gc=False):
    """A cause for blocking a symbol is gone; others may still stand."""

    block: Block
    occurred_at: int
