"""One execution as we book it."""

from decimal import Decimal
from typing import NewType

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId, Side

ExecutionId = NewType("ExecutionId", str)


class Fill(Struct, frozen=True, kw_only=True, gc=False):
    """Our record of one execution. `execution_id` is the broker's and is our duplicate check."""

    execution_id: ExecutionId
    order_id: OrderId
    signal_id: str
    symbol: Symbol
    side: Side
    quantity: Decimal
    price: Decimal
    commission: Decimal
    occurred_at: int

    @property
    def change(self) -> Decimal:
        """Signed shares that it moves: below 0 for a sale."""
        return self.side.sign * self.quantity
