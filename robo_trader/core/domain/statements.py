"""What a broker claims of the whole account at one moment. Each part may be missing: not asked for, or not answered.

A part that is missing says nothing. It never says that there is nothing: "no answer" is not "no positions".
"""

from decimal import Decimal
from enum import Enum

from msgspec import Struct

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId, OrderStatus, OrderTerms, Side


class StatementPart(Enum):
    """What a broker may be asked about."""

    POSITIONS = "POSITIONS"  # and cash
    ORDERS = "ORDERS"  # open ones, completed ones, and executions

    __hash__ = object.__hash__  # as Side


class StatedPosition(Struct, frozen=True, kw_only=True, gc=False):
    """Signed shares of a symbol that the broker says are in the account."""

    symbol: Symbol
    quantity: Decimal
    average_cost: Decimal | None = None  # dollars a share


class StatedOrder(Struct, frozen=True, kw_only=True, gc=False):
    """An order as the broker has it. `order_id` is our own, from the reference it carries; None if it carries none.

    `lost_reference` is what it carries if that is of this journal's install, and the journal does not know it.
    """

    order_id: OrderId | None
    broker_order_id: str
    symbol: Symbol
    side: Side
    terms: OrderTerms
    filled: Decimal
    status: OrderStatus
    reason: str = ""
    lost_reference: str = ""


class StatedExecution(Struct, frozen=True, kw_only=True, gc=False):
    """An execution as the broker has it, in its last version. Its order is named as in StatedOrder."""

    execution_id: ExecutionId
    order_id: OrderId | None
    broker_order_id: str
    symbol: Symbol
    side: Side
    quantity: Decimal
    price: Decimal
    occurred_at: int
    commission: Decimal | None = None  # dollars; None while it is not known
    corrects: ExecutionId | None = None  # any earlier version
    lost_reference: str = ""


class BrokerStatement(Struct, frozen=True, kw_only=True, gc=False):
    """What the broker claims. Completed orders and executions are all there are since `since`, UTC ns."""

    since: int
    positions: tuple[StatedPosition, ...] | None = None
    cash: Decimal | None = None
    open_orders: tuple[StatedOrder, ...] | None = None
    completed_orders: tuple[StatedOrder, ...] | None = None
    executions: tuple[StatedExecution, ...] | None = None

    @property
    def tells_all_orders(self) -> bool:
        """Whether an order that it does not name is not at the broker."""
        return self.open_orders is not None and self.completed_orders is not None and self.executions is not None

    @property
    def is_whole(self) -> bool:
        """Whether every part was told."""
        return self.tells_all_orders and self.positions is not None and self.cash is not None

    def orders(self) -> tuple[StatedOrder, ...]:
        """Return open and completed orders, as far as they are told."""
        return (*(self.open_orders or ()), *(self.completed_orders or ()))


class StatementReceived(Struct, frozen=True, kw_only=True, gc=False):
    """A statement came. What it says was true at some time from `asked_at` to `occurred_at`, UTC ns."""

    statement: BrokerStatement
    asked_at: int
    occurred_at: int


class ForeignExecution(Struct, frozen=True, kw_only=True, gc=False):
    """An order that is not ours was executed in our account: traded by hand, or by another program."""

    execution: StatedExecution

    @property
    def occurred_at(self) -> int:
        """When the shares changed hands."""
        return self.execution.occurred_at
