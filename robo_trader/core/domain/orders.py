"""Orders: wanted (OrderIntent), passed by risk (ApprovedOrder), followed to the end (Order)."""

from decimal import Decimal
from enum import Enum
from typing import NewType

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol

OrderId = NewType("OrderId", int)


class Side(Enum):
    """Buying adds shares, selling takes them away."""

    BUY = "BUY"
    SELL = "SELL"

    def __init__(self, value: str) -> None:
        self.sign = 1 if value == "BUY" else -1

    __hash__ = object.__hash__  # each member exists once; Enum's own hash is Python code, and every order asks for it


BUY, SELL = Side  # Python 3.11 runs a function of its own for every `Side.BUY`


class OrderType(Enum):
    """How an order may be priced."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"


class TimeInForce(Enum):
    """How long an order works: to the end of its session, or until canceled."""

    DAY = "DAY"
    GTC = "GTC"


class OrderStatus(Enum):
    """What an order is. What we asked for and is not answered yet stands apart, in Order.cancel_requested."""

    SUBMITTED = "SUBMITTED"  # durable and handed to the broker, not answered yet
    WORKING = "WORKING"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"  # by the broker; what we refuse ourselves is denied and never becomes an order

    __hash__ = object.__hash__  # as Side


class OrderIntent(Struct, frozen=True, kw_only=True, gc=False):
    """An order the engine wants; nothing is reserved and nobody has been told."""

    signal_id: str
    strategy: str
    symbol: Symbol
    side: Side
    quantity: Decimal
    order_type: OrderType
    limit_price: Decimal | None
    time_in_force: TimeInForce
    reference_price: Decimal  # the decision price: last close when the order was wanted


class ApprovedOrder(Struct, frozen=True, kw_only=True, gc=False):
    """An intent that passed every control. Only `core.risk` makes one; the Broker port takes nothing else."""

    order_id: OrderId
    intent: OrderIntent
    approved_at: int


class Order(Struct, frozen=True, kw_only=True, gc=False):
    """An approved order and all that is known of it. Quantities are shares, money is dollars."""

    order_id: OrderId
    intent: OrderIntent
    status: OrderStatus
    cancel_requested: bool
    filled: Decimal
    filled_value: Decimal  # dollars; kept instead of an average, which could not be exact
    commission: Decimal
    broker_order_id: str
    reason: str  # why it was rejected, canceled or expired
    created_at: int
    updated_at: int

    @property
    def average_price(self) -> Decimal | None:
        """Dollars a share of what is filled, None before the first fill."""
        return self.filled_value / self.filled if self.filled else None

    @property
    def remaining(self) -> Decimal:
        """Shares not filled yet."""
        return self.intent.quantity - self.filled
