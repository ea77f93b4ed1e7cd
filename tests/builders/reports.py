"""What a broker says of an order."""
# ruff: noqa: PLR0913 - a builder names every field once, and its callers only a few

from decimal import Decimal

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import (
    CancelRejected,
    CommissionReported,
    ExecutionCorrected,
    ModifyRejected,
    OrderAbsent,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
    OrderUnanswered,
)
from robo_trader.core.domain.orders import OrderId
from tests.builders.markets import AAPL, OPEN
from tests.builders.orders import Exact, some_terms


def accepted(*, order_id: int = 1, at: int = OPEN) -> OrderAccepted:
    return OrderAccepted(order_id=OrderId(order_id), broker_order_id=f"B{order_id}", occurred_at=at)


def rejected(*, order_id: int = 1, reason: str = "no permission", at: int = OPEN) -> OrderRejected:
    return OrderRejected(order_id=OrderId(order_id), reason=reason, occurred_at=at)


def canceled(*, order_id: int = 1, at: int = OPEN) -> OrderCanceled:
    return OrderCanceled(order_id=OrderId(order_id), occurred_at=at)


def cancel_rejected(*, order_id: int = 1, reason: str = "too late", at: int = OPEN) -> CancelRejected:
    return CancelRejected(order_id=OrderId(order_id), reason=reason, occurred_at=at)


def expired(*, order_id: int = 1, at: int = OPEN) -> OrderExpired:
    return OrderExpired(order_id=OrderId(order_id), occurred_at=at)


def unanswered(*, order_id: int = 1, at: int = OPEN) -> OrderUnanswered:
    return OrderUnanswered(order_id=OrderId(order_id), occurred_at=at)


def absent(*, order_id: int = 1, at: int = OPEN) -> OrderAbsent:
    return OrderAbsent(order_id=OrderId(order_id), occurred_at=at)


def modified(*, order_id: int = 1, quantity: Exact = 100, at: int = OPEN) -> OrderModified:
    return OrderModified(order_id=OrderId(order_id), terms=some_terms(quantity=quantity), occurred_at=at)


def modify_rejected(*, order_id: int = 1, reason: str = "too late", at: int = OPEN) -> ModifyRejected:
    return ModifyRejected(order_id=OrderId(order_id), reason=reason, occurred_at=at)


def executed(
    *,
    execution_id: str = "E1",
    order_id: int = 1,
    symbol: str = AAPL,
    quantity: Exact = 100,
    price: Exact = 100,
    commission: Exact = 0,
    at: int = OPEN,
) -> OrderExecuted:
    return OrderExecuted(
        execution_id=ExecutionId(execution_id),
        order_id=OrderId(order_id),
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(commission),
        occurred_at=at,
    )


def corrected(
    *,
    order_id: int = 1,
    execution_id: str = "E1.2",
    corrects: str = "E1",
    quantity: Exact = 0,
    price: Exact = 100,
    commission: Exact = 0,
    at: int = OPEN,
) -> ExecutionCorrected:
    """A bust, unless told otherwise."""
    return ExecutionCorrected(
        execution_id=ExecutionId(execution_id),
        corrects=ExecutionId(corrects),
        order_id=OrderId(order_id),
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(commission),
        occurred_at=at,
    )


def charged(
    *, order_id: int = 1, execution_id: str = "E1", commission: Exact = 1, at: int = OPEN
) -> CommissionReported:
    return CommissionReported(
        order_id=OrderId(order_id),
        execution_id=ExecutionId(execution_id),
        commission=Decimal(commission),
        occurred_at=at,
    )
