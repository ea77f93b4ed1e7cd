"""The trail that orders leave in a journal: as they are, move by move, and fill by fill."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from robo_trader.core.domain.order_references import OrderReference
from robo_trader.core.ports.projections import FillRow, OrderRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoveRow:
    """An order after one of its moves."""

    seq: int
    order_id: int
    status: str
    cancel_requested: bool
    filled: Decimal
    broker_order_id: str
    reason: str
    occurred_at: int


class OrderTrail(Protocol):
    """What became of one journal's orders, as of one moment.

    Raises JournalError if the database cannot be read. Sequences come oldest first.
    """

    def order(self, order_id: int) -> OrderRow | None:
        """Return an order as it is now."""
        ...

    def broker_order(self, broker_order_id: str) -> OrderRow | None:
        """Return the order that the broker knows by its own id."""
        ...

    def reference(self, order_id: int) -> OrderReference | None:
        """Return what an order is called at the broker."""
        ...

    def orders_of(self, signal_id: str) -> Sequence[OrderRow]:
        """Return the orders that bear a signal's id."""
        ...

    def moves(self, order_id: int) -> Sequence[OrderMoveRow]:
        """Return an order's moves."""
        ...

    def fill(self, execution_id: str) -> FillRow | None:
        """Return an execution as booked."""
        ...

    def fills_of(self, order_id: int) -> Sequence[FillRow]:
        """Return the fills of an order."""
        ...

    def fills_in(self, symbol: str) -> Sequence[FillRow]:
        """Return the fills of a symbol."""
        ...
