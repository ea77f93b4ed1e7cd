"""The books as plain data, for who wants to compare what a client believes with what is so."""

from typing import Any

from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.simulation.gateway.brokerage.contracts import symbol_in
from robo_trader.simulation.gateway.brokerage.orders import BookedExecution, BrokerageOrder
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import BrokerageState

Row = dict[str, Any]
Book = dict[str, Any]


def book_of(state: BrokerageState, settings: BrokerageSettings) -> Book:
    """Return orders, executions, positions and cash, fit for JSON: decimals are text, times UTC nanoseconds.

    Of corrected executions only the last version stands here.
    """
    positions: list[Row] = [
        {"symbol": symbol, "quantity": str(held.quantity), "average_cost": str(round_money(held.cost / held.quantity))}
        for symbol, held in sorted(state.holdings.positions.items())
        if held.quantity != ZERO
    ]
    return {
        "account": settings.account,
        "at": state.now,
        "cash": str(state.holdings.cash),
        "positions": positions,
        "orders": [_order_row(order) for order in state.orders.values()],
        "executions": [_execution_row(one) for one in state.executions if not one.is_replaced],
    }


def _order_row(order: BrokerageOrder) -> Row:
    ticket = order.ticket
    return {
        "perm_id": order.perm_id,
        "client_id": order.client_id,
        "order_id": order.order_id,
        "parent_perm_id": order.parent_perm_id,
        "order_ref": ticket.order_ref,
        "symbol": order.symbol,
        "action": ticket.action,
        "order_type": ticket.order_type,
        "tif": ticket.tif,
        "oca_group": ticket.oca_group,
        "quantity": str(ticket.quantity),
        "filled": str(order.filled),
        "average_price": str(order.average_price),
        "status": order.status.value,
        "is_over": order.is_over,
        "reason": order.completed_status,
    }


def _execution_row(booked: BookedExecution) -> Row:
    execution = booked.execution
    return {
        "exec_id": execution.exec_id,
        "perm_id": execution.perm_id,
        "client_id": execution.client_id,
        "order_id": execution.order_id,
        "order_ref": execution.order_ref,
        "symbol": symbol_in(booked.contract),
        "side": execution.side,
        "shares": str(execution.shares),
        "price": str(execution.price),
        "commission": str(booked.commission),
        "realised": None if booked.realised is None else str(booked.realised),
        "at": execution.at,
        "liquidation": execution.liquidation,
    }
