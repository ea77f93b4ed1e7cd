"""How orders that move, executions and commissions are written. Whole orders: `writing_tickets`."""

from typing import assert_never

from robo_trader.simulation.gateway.protocol.field_writing import Field, double_or_unset, time_text
from robo_trader.simulation.gateway.protocol.messages import OrderMessage
from robo_trader.simulation.gateway.protocol.order_messages import (
    CommissionReport,
    CompletedOrder,
    CompletedOrdersEnd,
    ExecutionDetails,
    ExecutionDetailsEnd,
    NextValidId,
    OpenOrder,
    OpenOrderEnd,
    OrderStatusMessage,
)
from robo_trader.simulation.gateway.protocol.writing_completed_orders import completed_order_fields
from robo_trader.simulation.gateway.protocol.writing_contracts import eleven_fields
from robo_trader.simulation.gateway.protocol.writing_open_orders import open_order_fields

_PRICE_REVISIONS = 178  # from this server version on, an execution says whether its price may still change


def order_fields(message: OrderMessage, version: int) -> list[Field]:  # noqa: PLR0911 - one layout a message
    """Return the fields of the message."""
    match message:
        case OrderStatusMessage():
            return _order_status(message)
        case OpenOrder():
            return open_order_fields(message, version)
        case NextValidId(order_id=order_id):
            return [9, 1, order_id]
        case ExecutionDetails():
            return _execution_details(message, version)
        case OpenOrderEnd():
            return [53, 1]
        case ExecutionDetailsEnd(request_id=request_id):
            return [55, 1, request_id]
        case CommissionReport(exec_id=exec_id, commission=commission):
            realised = double_or_unset(message.realised)
            return [59, 1, exec_id, commission, message.currency, realised, double_or_unset(None), None]
        case CompletedOrder():
            return completed_order_fields(message, version)
        case CompletedOrdersEnd():
            return [102]
    assert_never(message)


def _order_status(message: OrderStatusMessage) -> list[Field]:
    return [
        3,
        message.order_id,
        message.status,
        message.filled,
        message.remaining,
        message.average_price,
        message.perm_id,
        message.parent_id,
        message.last_price,
        message.client_id,
        message.why_held,
        0,  # price that a cap of the market holds it at
    ]


def _execution_details(message: ExecutionDetails, version: int) -> list[Field]:
    execution = message.execution
    return [
        11,
        message.request_id,
        execution.order_id,
        *eleven_fields(message.contract, message.contract.exchange),
        execution.exec_id,
        time_text(execution.at, version),
        execution.account,
        execution.exchange,
        execution.side,
        execution.shares,
        execution.price,
        execution.perm_id,
        execution.client_id,
        execution.liquidation,
        execution.cumulative,
        execution.average_price,
        execution.order_ref,
        "",  # rule of the economic value
        "",  # and its multiplier
        "",  # model
        execution.last_liquidity,
        *((False,) if version >= _PRICE_REVISIONS else ()),
    ]
