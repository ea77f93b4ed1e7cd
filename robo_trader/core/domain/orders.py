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
    STOP = "STOP"  # a market order once the price has come to its stop
    STOP_LIMIT = "STOP_LIMIT"  # a limit order once the price has come to its stop
    TRAILING_STOP = "TRAILING_STOP"  # a stop that follows the best price at a distance, and never goes back


class TimeInForce(Enum):
    """When an order works, and for how long, in FIX's words: what others call MOO is a market order AT_THE_OPENING."""

    DAY = "DAY"  # to the end of its session
    GTC = "GTC"  # until canceled
    IOC = "IOC"  # what cannot be filled at once lapses
    FOK = "FOK"  # all of it at once, or nothing
    AT_THE_OPENING = "AT_THE_OPENING"  # in the next opening auction only
    AT_THE_CLOSE = "AT_THE_CLOSE"  # in the next closing auction only


class OrderPurpose(Enum):
    """What an order is for."""

    TARGET = "TARGET"  # brings a position to its target
    PROTECTION = "PROTECTION"  # rests at the broker, to end a position that goes wrong

    __hash__ = object.__hash__  # as Side


class OrderStatus(Enum):
    """What an order is. What we asked for and is not answered yet stands apart, in Order.cancel_requested."""

    SUBMITTED = "SUBMITTED"  # durable and handed to the broker, not answered yet
    UNKNOWN = "UNKNOWN"  # never answered: perhaps at the broker. Stays reserved, blocks its symbol, is never sent again
    WORKING = "WORKING"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"  # by the broker; what we refuse ourselves is denied and never becomes an order

    __hash__ = object.__hash__  # as Side


class OrderTerms(Struct, frozen=True, kw_only=True, gc=False):
    """What of an order may change while it works: shares in all, filled ones included, and dollars a share."""

    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None


class OrderIntent(Struct, frozen=True, kw_only=True, gc=False):
    """An order the engine wants; nothing is reserved and nobody has been told.

    Orders of one `oca_group` cancel each other: what one fills, the others lose (one-cancels-other). An order with a
    `parent_id` sleeps until its parent fills, and never fills more shares than the parent has (a bracket's leg).
    """

    signal_id: str
    strategy: str
    symbol: Symbol
    side: Side
    quantity: Decimal
    order_type: OrderType
    limit_price: Decimal | None
    time_in_force: TimeInForce
    reference_price: Decimal  # the decision price: last close when the order was wanted
    stop_price: Decimal | None = None  # dollars a share; where a trailing stop begins
    trail: Decimal | None = None  # dollars behind the best price: of a trailing stop, and only of one
    outside_hours: bool = False  # may also fill before the open and after the close
    purpose: OrderPurpose = OrderPurpose.TARGET
    oca_group: str = ""  # none
    parent_id: OrderId | None = None

    @property
    def decision_price(self) -> Decimal:
        """What a fill is measured from, dollars a share: where a stop stands, else the last price at the decision."""
        return self.reference_price if self.stop_price is None else self.stop_price

    @property
    def terms(self) -> OrderTerms:
        """What of it may be modified."""
        return OrderTerms(quantity=self.quantity, limit_price=self.limit_price, stop_price=self.stop_price)


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
    reason: str  # why it was rejected, canceled or expired, or why the last thing asked of it was refused
    created_at: int
    updated_at: int
    modify_requested: OrderTerms | None = None  # asked for, and not answered yet

    @property
    def average_price(self) -> Decimal | None:
        """Dollars a share of what is filled, None before the first fill."""
        return self.filled_value / self.filled if self.filled else None

    @property
    def remaining(self) -> Decimal:
        """Shares not filled yet."""
        return self.intent.quantity - self.filled

    @property
    def quantity_at_worst(self) -> Decimal:
        """The shares it may come to: the more of what it is for and what it was asked to be for."""
        asked = self.modify_requested
        return self.intent.quantity if asked is None else max(self.intent.quantity, asked.quantity)

    @property
    def remaining_at_worst(self) -> Decimal:
        """The shares it may still fill."""
        return self.quantity_at_worst - self.filled
