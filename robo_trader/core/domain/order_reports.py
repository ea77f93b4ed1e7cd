"""What a broker says of our orders. Each is an input: journaled before anything is made of it.

A report names the order it is about by our own id. What it claims may be early, late, said twice, or wrong:
`core.execution` decides what it means.
"""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId, OrderTerms


class OrderAccepted(Struct, frozen=True, kw_only=True, gc=False):
    """The broker works the order."""

    order_id: OrderId
    broker_order_id: str
    occurred_at: int


class OrderRejected(Struct, frozen=True, kw_only=True, gc=False):
    """The broker refused the order."""

    order_id: OrderId
    reason: str
    occurred_at: int


class OrderExecuted(Struct, frozen=True, kw_only=True, gc=False):
    """The broker executed some or all of the order. `commission` belongs to this execution."""

    execution_id: ExecutionId
    order_id: OrderId
    symbol: Symbol
    quantity: Decimal
    price: Decimal
    commission: Decimal
    occurred_at: int


class OrderCanceled(Struct, frozen=True, kw_only=True, gc=False):
    """The broker took the rest of the order out of the market, as asked."""

    order_id: OrderId
    occurred_at: int


class OrderExpired(Struct, frozen=True, kw_only=True, gc=False):
    """The rest of the order lapsed with its time in force."""

    order_id: OrderId
    occurred_at: int


class OrderModified(Struct, frozen=True, kw_only=True, gc=False):
    """The order works under these terms from now on."""

    order_id: OrderId
    terms: OrderTerms
    occurred_at: int


class ModifyRejected(Struct, frozen=True, kw_only=True, gc=False):
    """The broker refused new terms; the order goes on under those it had."""

    order_id: OrderId
    reason: str
    occurred_at: int


class CancelRejected(Struct, frozen=True, kw_only=True, gc=False):
    """The broker refused to cancel; the order goes on as it was, or had ended already."""

    order_id: OrderId
    reason: str
    occurred_at: int


class OrderUnanswered(Struct, frozen=True, kw_only=True, gc=False):
    """Nothing was heard of a submitted order within its time: it may be at the broker, or not."""

    order_id: OrderId
    occurred_at: int


class OrderAbsent(Struct, frozen=True, kw_only=True, gc=False):
    """The broker is proven not to know the order: open orders, completed orders and executions agreed, twice."""

    order_id: OrderId
    occurred_at: int


class ExecutionCorrected(Struct, frozen=True, kw_only=True, gc=False):
    """The broker restated an execution; only the last version counts. A quantity of 0 is a bust: it never was."""

    execution_id: ExecutionId  # of this version
    corrects: ExecutionId  # any earlier version
    order_id: OrderId
    quantity: Decimal
    price: Decimal
    commission: Decimal
    occurred_at: int


class CommissionReported(Struct, frozen=True, kw_only=True, gc=False):
    """What an execution costs in all, where the execution's own report did not say; may come before it."""

    execution_id: ExecutionId
    order_id: OrderId
    commission: Decimal
    occurred_at: int


BrokerReport = (
    OrderAccepted
    | OrderRejected
    | OrderExecuted
    | OrderCanceled
    | OrderExpired
    | OrderModified
    | ModifyRejected
    | CancelRejected
    | OrderUnanswered
    | OrderAbsent
    | ExecutionCorrected
    | CommissionReported
)
# The same for isinstance, the frequent ones first.
BROKER_REPORTS = (
    OrderAccepted,
    OrderExecuted,
    OrderExpired,
    OrderCanceled,
    OrderRejected,
    OrderModified,
    ModifyRejected,
    CancelRejected,
    OrderUnanswered,
    OrderAbsent,
    ExecutionCorrected,
    CommissionReported,
)
