"""Parent orders: what is worked over time, by child orders that each pass the risk gate.

A child is an order as every other; that it is one stands in its parent alone. (The legs of a bracket have a parent,
too, in `OrderIntent.parent_id`: that is an order at the broker. This one never leaves us.)
"""

from decimal import Decimal
from enum import Enum
from typing import NewType

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId, Side

ParentOrderId = NewType("ParentOrderId", int)


class Algorithm(Enum):
    """How what is missing to a target is ordered."""

    AT_ONCE = "at_once"  # one order, now
    TWAP = "twap"  # equal slices over a window (time-weighted average price)
    VWAP = "vwap"  # slices along the symbol's own usual volume (volume-weighted average price)
    POV = "pov"  # a fraction of what trades (percentage of volume)
    PEGGED = "pegged"  # one limit that follows the middle of the quote, or our side of it
    PASSIVE = "passive"  # a limit on our side of the quote for a while, then at what the market asks
    ICEBERG = "iceberg"  # a limit that shows a few shares at a time


class ParentStatus(Enum):
    """What a parent order does."""

    WORKING = "WORKING"  # by its algorithm
    CROSSING = "CROSSING"  # its time is up: what is left is taken at what the market asks
    CANCELING = "CANCELING"  # its children are on their way out, and no others follow
    DONE = "DONE"


class ParentOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Shares of a symbol to be bought or sold within a window. Times are UTC nanoseconds."""

    parent_id: ParentOrderId
    signal_id: str
    strategy: str
    symbol: Symbol
    side: Side
    quantity: Decimal  # shares in all
    target: Decimal  # signed shares to be held in the end
    is_exit: bool  # takes shares away, as it begins
    algorithm: Algorithm
    why: str  # why this algorithm, in words
    begins_at: int
    ends_at: int  # of the time to work by the algorithm
    arrival_price: Decimal  # dollars a share, as it began
    half_spread_bps: float  # of the quote then, or as the settings assume
    unit_impact_bps: float | None  # by the square-root law with a coefficient of 1; None where volume is not known yet
    modelled_bps: float | None  # what it is expected to cost: half the spread, and its impact
    traded_before: float  # shares that had traded of the symbol as it began
    status: ParentStatus = ParentStatus.WORKING
    children: tuple[OrderId, ...] = ()
    slice_number: int = -1  # of the last slice that was ordered
    released_at: int = 0  # when the last child left
    crossing_since: int = 0
    modifies: int = 0  # limits moved so far
    filled: Decimal = Decimal(0)  # shares; of its children, as it ended
    filled_value: Decimal = Decimal(0)  # dollars
    reason: str = ""  # why it ended, or why what is left is crossed or canceled
    updated_at: int = 0

    @property
    def realized_bps(self) -> float | None:
        """What it cost against the arrival price, in hundredths of a percent of it; None if nothing filled."""
        if not self.filled:
            return None
        average = self.filled_value / self.filled
        return float(self.side.sign * (average / self.arrival_price - 1) * 10_000)
