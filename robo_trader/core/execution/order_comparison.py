"""Our orders beside those of a statement.

An order is ours if it carries our id. A broker's own id is the cross-check: it stands for one order, for ever.
"""

from collections import Counter
from collections.abc import Collection, Iterator

from robo_trader.core.domain.discrepancies import Discrepancy, DiscrepancyKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import Order, OrderId, OrderStatus, OrderType
from robo_trader.core.domain.statements import BrokerStatement, StatedOrder
from robo_trader.core.execution.figures import NOTHING, figure
from robo_trader.core.execution.order_book import OrderBook
from robo_trader.core.execution.reconciliation_policy import ReconciliationPolicy
from robo_trader.core.execution.transitions import ENDED

_K = DiscrepancyKind


def compare_orders(
    orders: OrderBook, symbols: Collection[Symbol], statement: BrokerStatement, policy: ReconciliationPolicy
) -> list[Discrepancy]:
    """Return every difference between our orders and the told ones."""
    stated = statement.orders()
    found = [one for order in stated for one in _compare(orders, symbols, order, policy)]
    found.extend(_named_twice(stated, policy))
    if statement.tells_all_orders:
        found.extend(_missing_there(orders, statement, policy))
    return found


def is_ours(order: Order | None, stated: StatedOrder) -> bool:
    """Return whether a stated order can be the order of ours that it names."""
    return order is not None and order.intent.symbol == stated.symbol and order.intent.side is stated.side


def owner_of(orders: OrderBook, broker_order_id: str) -> OrderId | None:
    """Return the order of ours that the broker knows by an id; None if there is none. Not cheap, and seldom asked."""
    known = (*orders.open.values(), *orders.ended.values())
    return next(
        (order.order_id for order in known if broker_order_id and order.broker_order_id == broker_order_id), None
    )


def report_of(stated: StatedOrder, order_id: OrderId, *, at: int) -> BrokerReport:
    """Return the report that would have told what a statement tells of an order's status."""
    if stated.status is OrderStatus.CANCELED:
        return OrderCanceled(order_id=order_id, occurred_at=at)
    if stated.status is OrderStatus.EXPIRED:
        return OrderExpired(order_id=order_id, occurred_at=at)
    if stated.status is OrderStatus.REJECTED:
        return OrderRejected(order_id=order_id, reason=stated.reason, occurred_at=at)
    return OrderAccepted(order_id=order_id, broker_order_id=stated.broker_order_id, occurred_at=at)


def terms_report(stated: StatedOrder, order_id: OrderId, *, at: int) -> OrderModified:
    """Return the report that would have told the terms an order works under."""
    return OrderModified(order_id=order_id, terms=stated.terms, occurred_at=at)


def _compare(
    orders: OrderBook, symbols: Collection[Symbol], stated: StatedOrder, policy: ReconciliationPolicy
) -> Iterator[Discrepancy]:
    if stated.order_id is None:
        yield from _stranger(orders, symbols, stated, policy)
        return
    order, subject = orders.order(stated.order_id), f"order {stated.order_id}"
    if order is None or order.intent.symbol != stated.symbol:
        ours = NOTHING if order is None else order.intent.symbol
        yield policy.discrepancy(
            _K.ORDER_CONTRADICTION, subject, stated.symbol, ours=ours, theirs=stated.symbol, unit="symbol"
        )  # fmt: skip
    elif order.intent.side is not stated.side:
        yield policy.discrepancy(
            _K.ORDER_SIDE, subject, stated.symbol, ours=order.intent.side.value, theirs=stated.side.value, unit="side"
        )  # fmt: skip
    elif order.broker_order_id and stated.broker_order_id and order.broker_order_id != stated.broker_order_id:
        yield policy.discrepancy(
            _K.ORDER_ID_REUSED, subject, stated.symbol, ours=order.broker_order_id, theirs=stated.broker_order_id,
            unit="broker's order id",
        )  # fmt: skip
    else:
        yield from _terms(order, stated, policy)
        yield from _progress(order, stated, policy)


def _stranger(
    orders: OrderBook, symbols: Collection[Symbol], stated: StatedOrder, policy: ReconciliationPolicy
) -> Iterator[Discrepancy]:
    if stated.lost_reference:
        yield policy.discrepancy(
            _K.ORDER_LOST, f"order {stated.lost_reference}", stated.symbol, ours=NOTHING,
            theirs=f"{stated.side.value} {figure(stated.terms.quantity)}", unit="order",
        )  # fmt: skip
        return
    owner = owner_of(orders, stated.broker_order_id)
    subject = f"broker's order {stated.broker_order_id}"
    if owner is not None:
        yield policy.discrepancy(
            _K.ORDER_ID_REUSED, subject, stated.symbol, ours=f"order {owner}", theirs=NOTHING, unit="order"
        )  # fmt: skip
    elif stated.status not in ENDED:
        kind = _K.ORDER_UNKNOWN_TO_US if stated.symbol in symbols else _K.UNKNOWN_SYMBOL
        theirs = f"{stated.side.value} {figure(stated.terms.quantity)}"
        yield policy.discrepancy(kind, subject, stated.symbol, ours=NOTHING, theirs=theirs, unit="order")


def _named_twice(stated: tuple[StatedOrder, ...], policy: ReconciliationPolicy) -> Iterator[Discrepancy]:
    """Two orders at the broker that both say to be one of ours: the intent went out twice, or one of them lies."""
    names = Counter(order.order_id for order in stated if order.order_id is not None)
    for order_id in sorted(name for name, count in names.items() if count > 1):
        same = [order for order in stated if order.order_id == order_id]
        yield policy.discrepancy(
            _K.ORDER_CONTRADICTION, f"order {order_id}", same[0].symbol, ours="1", theirs=str(len(same)), unit="orders"
        )  # fmt: skip


def _terms(order: Order, stated: StatedOrder, policy: ReconciliationPolicy) -> Iterator[Discrepancy]:
    """Hold terms against what the order is for, or was asked to be for; what has ended has none any more."""
    if order.status in ENDED or stated.status in ENDED:
        return
    intent, subject, told = order.intent, f"order {order.order_id}", stated.terms
    ours = intent.terms
    asked = order.modify_requested or ours
    if told.quantity not in (ours.quantity, asked.quantity):
        yield policy.discrepancy(
            _K.ORDER_QUANTITY, subject, intent.symbol, ours=figure(ours.quantity), theirs=figure(told.quantity),
            unit="shares",
        )  # fmt: skip
    limits, stops = (ours.limit_price, asked.limit_price), (ours.stop_price, asked.stop_price)
    trails = intent.order_type is OrderType.TRAILING_STOP  # its stop moves by itself
    if told.limit_price not in limits or (told.stop_price not in stops and not trails):
        is_same_size = told.quantity in (ours.quantity, asked.quantity)
        yield policy.discrepancy(
            _K.ORDER_PRICE, subject, intent.symbol, ours=_prices(ours.limit_price, ours.stop_price),
            theirs=_prices(told.limit_price, told.stop_price), unit="USD a share", is_adoptable=is_same_size,
        )  # fmt: skip


def _progress(order: Order, stated: StatedOrder, policy: ReconciliationPolicy) -> Iterator[Discrepancy]:
    subject, symbol = f"order {order.order_id}", order.intent.symbol
    if stated.filled != order.filled:
        yield policy.discrepancy(
            _K.ORDER_FILLED, subject, symbol, ours=figure(order.filled), theirs=figure(stated.filled), unit="shares"
        )  # fmt: skip
    is_over, is_told_over = order.status in ENDED, stated.status in ENDED
    is_unheard = order.status is OrderStatus.SUBMITTED and not is_told_over
    if order.status is OrderStatus.UNKNOWN or not (is_over is not is_told_over or is_unheard):
        return
    # An end cannot be taken back, and shares that nobody reported cannot be filled: these two are for people.
    is_adoptable = not is_over and stated.status is not OrderStatus.FILLED
    yield policy.discrepancy(
        _K.ORDER_STATUS, subject, symbol, ours=order.status.value, theirs=stated.status.value, unit="status",
        is_adoptable=is_adoptable,
    )  # fmt: skip


def _missing_there(
    orders: OrderBook, statement: BrokerStatement, policy: ReconciliationPolicy
) -> Iterator[Discrepancy]:
    """An UNKNOWN order is no discrepancy: that it may be missing is what UNKNOWN says."""
    told = {stated.order_id for stated in statement.orders()}
    for order in orders.open.values():
        if order.order_id not in told and order.status is not OrderStatus.UNKNOWN:
            yield policy.discrepancy(
                _K.ORDER_UNKNOWN_TO_BROKER, f"order {order.order_id}", order.intent.symbol, ours=order.status.value,
                theirs=NOTHING, unit="order",
            )  # fmt: skip


def _prices(limit: object, stop: object) -> str:
    return f"limit {limit or NOTHING}, stop {stop or NOTHING}"
