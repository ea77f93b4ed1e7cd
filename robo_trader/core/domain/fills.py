"""One execution as we book it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NewType

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId, Side

ExecutionId = NewType("ExecutionId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
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
