"""What the gateway says of the whole account, as a statement. A part that is not answered is missing in it."""

from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from ib_async.contract import Contract
from ib_async.objects import Execution
from ib_async.order import Order, OrderState
from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.executions import (
    Read,
    is_before,
    last_versions,
    owner,
    predecessor,
    stated_execution,
)
from robo_trader.adapters.brokers.interactive_brokers.tracking import CANCELED, WORKS, OrderTracker
from robo_trader.adapters.brokers.interactive_brokers.translation import (
    UnreadableError,
    exact,
    side_of,
    symbol_of,
    terms_of,
)
from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.risk_facts import AccountFacts
from robo_trader.core.domain.statements import (
    BrokerStatement,
    StatedExecution,
    StatedOrder,
    StatedPosition,
    StatementPart,
)

CASH, EXCESS = "TotalCashValue", "ExcessLiquidity"
_Rows = TypeVar("_Rows")
_Part = TypeVar("_Part")


async def make_statement(  # noqa: PLR0913 - what a statement is made of
    wire: GatewayWire,
    tracker: OrderTracker,
    account: str,
    read: Read,
    parts: tuple[StatementPart, ...],
    *,
    since: int,
    opened_at: int,
) -> tuple[BrokerStatement, AccountFacts | None]:
    """Ask for what is wanted; return the statement, and what else was told of the account, None where nothing was.

    Raises ConnectionError where the line breaks.

    tracker: knows which orders were refused. read: whose an order is, by its reference. since: when the gateway's day
    began, UTC ns: older ends are not told.
    """
    executions = await _or_none(wire.executions())
    told = _read(executions, tracker, lambda rows: _executions(rows, tracker, account, read, opened_at))
    filled = _filled_by_order(told or ())
    positions = values = open_orders = completed = None
    if StatementPart.ORDERS in parts:
        open_orders = await _or_none(wire.open_orders())
        completed = await _or_none(wire.completed_orders())
    if StatementPart.POSITIONS in parts:
        positions = await _or_none(wire.positions())
        values = await _or_none(wire.account_values(f"{CASH},{EXCESS}"))
    statement = BrokerStatement(
        since=since,
        positions=_read(positions, tracker, lambda rows: _positions(rows, account)),
        cash=_read(values, tracker, lambda rows: _value(rows, CASH, account)),
        open_orders=_read(
            open_orders,
            tracker,
            lambda rows: tuple(_still_open(one, tracker) for one in _orders(rows, account, read, filled)),
        ),
        completed_orders=_read(completed, tracker, lambda rows: _orders(rows, account, read, filled)),
        executions=told,
    )
    excess = _read(values, tracker, lambda rows: _value(rows, EXCESS, account))
    return statement, None if excess is None else AccountFacts(excess_liquidity=excess)


def _read(rows: _Rows | None, tracker: OrderTracker, read: Callable[[_Rows], _Part]) -> _Part | None:
    """Return a part; None where there was no answer, or one with a row that cannot be read: the rest is not all."""
    try:
        return None if rows is None else read(rows)
    except UnreadableError as error:
        tracker.alarms.append(f"an answer of the gateway cannot be read: {error}")
        return None


async def _or_none(asked: Awaitable[_Rows]) -> _Rows | None:
    """Return an answer; None where none came: that is not known, and is not the same as nothing."""
    try:
        return await asked
    except (NoAnswerError, RequestRefusedError):
        return None


def _positions(rows: list[tuple[str, Contract, float, float]], account: str) -> tuple[StatedPosition, ...]:
    last = {  # a row may be told twice, in the answer and because it changed meanwhile
        (contract.conId, contract.symbol, contract.secType): (contract, shares, cost)
        for owner, contract, shares, cost in rows
        if owner == account
    }
    return tuple(
        StatedPosition(symbol=symbol_of(contract), quantity=exact(shares), average_cost=exact(cost))
        for contract, shares, cost in last.values()
        if shares
    )


def _value(rows: list[tuple[str, str, str, str]], wanted: str, account: str) -> Decimal | None:
    """Return a figure of the account, None where it was not told. Raises UnreadableError."""
    told = next((value for owner, tag, value, _ in rows if owner == account and tag == wanted), None)
    if told is None:
        return None
    try:
        return exact(Decimal(told))
    except InvalidOperation:
        raise UnreadableError(f"{told[:20]!r} is no sum of money") from None


def _executions(
    rows: list[tuple[Contract, Execution]], tracker: OrderTracker, account: str, read: Read, opened_at: int
) -> tuple[StatedExecution, ...]:
    told = (
        replace(
            stated_execution(contract, execution, read, predecessor(execution.execId)),
            commission=tracker.commission_of(execution.execId),
        )
        for contract, execution in rows
        if execution.acctNumber == account
    )
    return last_versions(stated for stated in told if not is_before(stated, opened_at))


def _filled_by_order(executions: tuple[StatedExecution, ...]) -> dict[str, Decimal]:
    """Return by the broker's number what executions of today filled."""
    filled: dict[str, Decimal] = {}
    for execution in executions:
        filled[execution.broker_order_id] = filled.get(execution.broker_order_id, ZERO) + execution.quantity
    return filled


def _orders(
    rows: list[tuple[Contract, Order, OrderState]], account: str, read: Read, filled: dict[str, Decimal]
) -> tuple[StatedOrder, ...]:
    last = {  # as above; two orders under one reference are two
        (order.permId or (order.clientId, order.orderId), order.orderRef): (contract, order, state)
        for contract, order, state in rows
        if order.account in {account, ""}
    }
    return tuple(
        _order(contract, order, state, read, filled.get(str(order.permId), ZERO))
        for contract, order, state in last.values()
    )


def _order(contract: Contract, order: Order, state: OrderState, read: Read, executed: Decimal) -> StatedOrder:
    order_id, lost = owner(order.orderRef, read)
    filled = max(exact(order.filledQuantity), executed)
    return StatedOrder(
        order_id=order_id, broker_order_id=str(order.permId), symbol=symbol_of(contract), side=side_of(order.action),
        terms=terms_of(order), filled=filled, status=_status(state.status, filled), reason=state.completedStatus or "",
        lost_reference=lost,
    )  # fmt: skip


def _still_open(stated: StatedOrder, tracker: OrderTracker) -> StatedOrder:
    """Return an open order as one that lives: "Inactive" ones do, held until there are shares to borrow, or margin.

    Refused ones may be shown for a while as well.
    """
    known = None if stated.order_id is None else tracker.order(stated.order_id)
    if stated.status is not OrderStatus.REJECTED or (known is not None and known.is_over):
        return stated
    return replace(stated, status=OrderStatus.PARTIALLY_FILLED if stated.filled else OrderStatus.WORKING)


def _status(word: str, filled: Decimal) -> OrderStatus:
    if word in WORKS or word == "PendingCancel":
        return OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.WORKING
    if word in CANCELED:
        return OrderStatus.CANCELED
    return OrderStatus.FILLED if word == "Filled" else OrderStatus.REJECTED
