"""Statements for tests: what a broker claims, valid by default, keyword-only. The stage is that of `builders`."""
# ruff: noqa: PLR0913 - as there

from decimal import Decimal

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId, OrderStatus, Side
from robo_trader.core.domain.statements import (
    BrokerStatement,
    ForeignExecution,
    StatedExecution,
    StatedOrder,
    StatedPosition,
    StatementReceived,
)
from tests.builders import AAPL, MINUTE, OPEN, Exact, some_terms


def stated_position(*, symbol: str = AAPL, quantity: Exact = 100, average_cost: Exact | None = None) -> StatedPosition:
    return StatedPosition(
        symbol=Symbol(symbol), quantity=Decimal(quantity),
        average_cost=None if average_cost is None else Decimal(average_cost),
    )  # fmt: skip


def stated_order(
    *,
    order_id: int | None = 1,
    broker_order_id: str = "B1",
    symbol: str = AAPL,
    side: Side = Side.BUY,
    quantity: Exact = 100,
    limit: Exact | None = None,
    filled: Exact = 0,
    status: OrderStatus = OrderStatus.WORKING,
    lost: str = "",
) -> StatedOrder:
    return StatedOrder(
        order_id=None if order_id is None else OrderId(order_id), broker_order_id=broker_order_id,
        symbol=Symbol(symbol), side=side, terms=some_terms(quantity=quantity, limit=limit), filled=Decimal(filled),
        status=status, lost_reference=lost,
    )  # fmt: skip


def stated_execution(
    *,
    execution_id: str = "E1",
    order_id: int | None = 1,
    broker_order_id: str = "B1",
    symbol: str = AAPL,
    side: Side = Side.BUY,
    quantity: Exact = 100,
    price: Exact = 100,
    commission: Exact | None = 0,
    corrects: str | None = None,
    at: int = OPEN,
    lost: str = "",
) -> StatedExecution:
    return StatedExecution(
        execution_id=ExecutionId(execution_id), order_id=None if order_id is None else OrderId(order_id),
        broker_order_id=broker_order_id, symbol=Symbol(symbol), side=side, quantity=Decimal(quantity),
        price=Decimal(price), commission=None if commission is None else Decimal(commission),
        corrects=None if corrects is None else ExecutionId(corrects), occurred_at=at,
        lost_reference=lost,
    )  # fmt: skip


def by_hand(
    *, execution_id: str = "H1", symbol: str = AAPL, side: Side = Side.BUY, quantity: Exact = 10, price: Exact = 100,
    commission: Exact | None = 1, at: int = OPEN, lost: str = "",
) -> ForeignExecution:  # fmt: skip
    """Ten shares that somebody bought by hand, at 100 dollars and a dollar of commission."""
    return ForeignExecution(
        execution=stated_execution(
            execution_id=execution_id, order_id=None, broker_order_id="X1", symbol=symbol, side=side,
            quantity=quantity, price=price, commission=commission, at=at, lost=lost,
        )
    )  # fmt: skip


def a_statement(
    *,
    since: int = OPEN,
    positions: tuple[StatedPosition, ...] | None = None,
    cash: Exact | None = None,
    open_orders: tuple[StatedOrder, ...] | None = None,
    completed_orders: tuple[StatedOrder, ...] | None = None,
    executions: tuple[StatedExecution, ...] | None = None,
) -> BrokerStatement:
    """Nothing is told but what is named."""
    return BrokerStatement(
        since=since, positions=positions, cash=None if cash is None else Decimal(cash), open_orders=open_orders,
        completed_orders=completed_orders, executions=executions,
    )  # fmt: skip


def received(statement: BrokerStatement, *, minute: int = 1) -> StatementReceived:
    """A statement that is asked for and answered at once, so many minutes after the open."""
    return StatementReceived(statement=statement, asked_at=OPEN + minute * MINUTE, occurred_at=OPEN + minute * MINUTE)
