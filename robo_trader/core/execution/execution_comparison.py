"""Our executions beside those of a statement. The ones we had not seen are booked before; this is what is left."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import takewhile
from typing import TypeVar

from robo_trader.core.domain.discrepancies import Discrepancy, DiscrepancyKind
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import OrderExecuted
from robo_trader.core.domain.statements import BrokerStatement, StatedExecution
from robo_trader.core.execution.figures import NOTHING, figure
from robo_trader.core.execution.order_book import OrderBook
from robo_trader.core.execution.order_comparison import owner_of
from robo_trader.core.execution.reconciliation_policy import ReconciliationPolicy

_K = DiscrepancyKind
Version = TypeVar("Version", OrderExecuted, StatedExecution)
_MARGIN = 86_400 * 10**9  # executions stand in the order they came; older than this before `since` none is looked at


def compare_executions(
    orders: OrderBook, stated: tuple[StatedExecution, ...], statement: BrokerStatement, policy: ReconciliationPolicy
) -> list[Discrepancy]:
    """Return every difference between our executions since the statement's `since` and the told ones."""
    found = [one for execution in stated for one in _compare(orders, execution, policy)]
    found.extend(_missing_there(orders, stated, statement.since, policy))
    return found


def is_bookable(orders: OrderBook, stated: StatedExecution) -> bool:
    """Return whether it is clear whose execution it is: an order's of ours that it fits, or nobody's of ours."""
    if stated.order_id is None:
        return stated.quantity > 0 and stated.price > 0 and owner_of(orders, stated.broker_order_id) is None
    order = orders.order(stated.order_id)
    return order is not None and order.intent.symbol == stated.symbol and order.intent.side is stated.side


def known_version(orders: OrderBook, stated: StatedExecution) -> OrderExecuted | StatedExecution | None:
    """Return what we have booked under an execution's id, whosever it is."""
    executions = orders.executions
    for execution_id in (stated.execution_id, stated.corrects):
        if execution_id in executions.foreign:
            return executions.foreign[execution_id]
    return executions.latest.get(executions.family(stated.execution_id))


def synthetic_id(stated: StatedExecution) -> ExecutionId:
    """Return an id for a version that the broker gave none: for the same figures the same, so it is booked once."""
    figures = f"{figure(stated.quantity)}@{figure(stated.price)}/{figure(stated.commission)}"
    return ExecutionId(f"{stated.execution_id}={figures}")


def _compare(orders: OrderBook, stated: StatedExecution, policy: ReconciliationPolicy) -> Iterator[Discrepancy]:
    subject = f"execution {stated.execution_id}"
    known = known_version(orders, stated)
    if known is None:
        if stated.quantity and not is_bookable(orders, stated):
            yield _contradiction(orders, stated, policy)
        return
    if _differs(known, stated):
        yield policy.discrepancy(
            _K.EXECUTION_DIFFERENT, subject, stated.symbol, ours=_told(known), theirs=_told(stated),
            unit="shares at USD", is_adoptable=known.order_id == stated.order_id,
        )  # fmt: skip
    if stated.execution_id in orders.executions.unconfirmed:
        yield policy.discrepancy(
            _K.EXECUTION_MISSING_HERE, subject, stated.symbol, ours=NOTHING, theirs=_told(stated), unit="shares at USD"
        )  # fmt: skip


def _contradiction(orders: OrderBook, stated: StatedExecution, policy: ReconciliationPolicy) -> Discrepancy:
    order = None if stated.order_id is None else orders.order(stated.order_id)
    owner = owner_of(orders, stated.broker_order_id) if stated.order_id is None else None
    ours = _told_order(order.intent.side.value, order.intent.symbol) if order is not None else NOTHING
    kind = _K.ORDER_ID_REUSED if owner is not None else _K.ORDER_CONTRADICTION
    return policy.discrepancy(
        kind, f"execution {stated.execution_id}", stated.symbol, ours=ours if owner is None else f"order {owner}",
        theirs=_told_order(stated.side.value, stated.symbol), unit="order",
    )  # fmt: skip


def _missing_there(
    orders: OrderBook, stated: tuple[StatedExecution, ...], since: int, policy: ReconciliationPolicy
) -> Iterator[Discrepancy]:
    executions = orders.executions
    told = {executions.family(name) for one in stated for name in (one.execution_id, one.corrects) if name is not None}
    for execution_id, symbol, quantity, text in _ours(orders, since):
        if quantity and executions.family(execution_id) not in told:
            yield policy.discrepancy(
                _K.EXECUTION_MISSING_THERE, f"execution {execution_id}", symbol, ours=text, theirs=NOTHING,
                unit="shares at USD",
            )  # fmt: skip


def _ours(orders: OrderBook, since: int) -> Iterator[tuple[ExecutionId, Symbol, Decimal, str]]:
    """Yield what is booked since a time; a busted execution has no shares."""
    booked: list[OrderExecuted | StatedExecution] = [*_newest(orders.executions.latest, since)]
    booked.extend(_newest(orders.executions.foreign, since))
    for one in booked:
        yield one.execution_id, one.symbol, one.quantity, _told(one)


def _newest(known: dict[ExecutionId, Version], since: int) -> list[Version]:
    recent = takewhile(lambda one: one.occurred_at >= since - _MARGIN, reversed(known.values()))
    return [one for one in recent if one.occurred_at >= since]


def _differs(known: OrderExecuted | StatedExecution, stated: StatedExecution) -> bool:
    is_other_side = isinstance(known, StatedExecution) and known.side is not stated.side
    if is_other_side or (known.quantity, known.price, known.order_id) != (
        stated.quantity, stated.price, stated.order_id,
    ):  # fmt: skip
        return bool(known.quantity or stated.quantity) or known.order_id != stated.order_id
    return stated.commission is not None and known.commission != stated.commission


def _told(one: OrderExecuted | StatedExecution) -> str:
    return f"{figure(one.quantity)} at {figure(one.price)}, commission {figure(one.commission)}"


def _told_order(side: str, symbol: str) -> str:
    return f"{side} {symbol}"
