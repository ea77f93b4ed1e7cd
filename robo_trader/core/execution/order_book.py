"""Every order we have sent, moved on by the broker's reports."""

from collections.abc import KeysView, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.domain.events import (
    BrokerReport,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderRejected,
)
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import BUY, ApprovedOrder, Order, OrderId, OrderStatus
from robo_trader.core.execution.transitions import ENDED, TRANSITIONS, Move


class Moved(Struct, frozen=True, gc=False):
    """The report was applied: the order after it, and the fill it carried."""

    order: Order
    fill: Fill | None
    overfilled: bool = False


class Quarantined(Struct, frozen=True, gc=False):
    """The report contradicts the book and changed nothing."""

    reason: str
    breaks_books: bool = False  # shares changed hands that we cannot account for


class OrderBook:
    """Orders by id; the ones still open are kept apart, and by symbol, because so they are asked about at every bar."""

    def __init__(self) -> None:
        self.open: dict[OrderId, Order] = {}
        self._open_for: dict[Symbol, dict[OrderId, Order]] = {}  # no symbol without an order
        self.ended: dict[OrderId, Order] = {}
        self.executions: set[ExecutionId] = set()
        self.last_id = 0

    def next_id(self) -> OrderId:
        """Return the id the next order would get; it is used up by `add` alone."""
        return OrderId(self.last_id + 1)

    def add(self, approved: ApprovedOrder) -> Order:
        """Begin to follow an approved order. Its id must be the next one."""
        assert approved.order_id == self.next_id(), approved
        self.last_id = approved.order_id
        order = Order(
            order_id=approved.order_id,
            intent=approved.intent,
            status=_SUBMITTED,
            cancel_requested=False,
            filled=ZERO,
            filled_value=ZERO,
            commission=ZERO,
            broker_order_id="",
            reason="",
            created_at=approved.approved_at,
            updated_at=approved.approved_at,
        )
        self._open_for.setdefault(order.intent.symbol, {})
        return self._store(order)

    def request_cancel(self, order_id: OrderId, *, at: int) -> Order:
        """Mark that we have asked for an open order's end; its status waits for the answer."""
        return self._store(replace(self.open[order_id], cancel_requested=True, updated_at=at))

    def open_symbols(self) -> KeysView[Symbol]:
        """Return the symbols that have open orders."""
        return self._open_for.keys()

    def open_for(self, symbol: Symbol) -> tuple[Order, ...]:
        """Return the open orders of a symbol, oldest first."""
        orders = self._open_for.get(symbol)
        return () if orders is None else tuple(orders.values())

    def working_shares(self, symbol: Symbol) -> tuple[Decimal, Decimal]:
        """Return the shares that open orders may still buy, and sell; a pending cancel still counts."""
        bought = sold = ZERO
        for order in self._open_for.get(symbol, _NONE).values():
            if order.intent.side is BUY:
                bought += order.remaining
            else:
                sold += order.remaining
        return bought, sold

    def apply(self, report: BrokerReport) -> Moved | Quarantined:
        """Move an order by a report. What the table does not allow is quarantined and changes nothing."""
        order = self.open.get(report.order_id) or self.ended.get(report.order_id)
        if order is None:
            return Quarantined(f"order {report.order_id} is not ours", breaks_books=isinstance(report, OrderExecuted))
        if isinstance(report, OrderExecuted):
            return self._apply_execution(order, report)
        status = TRANSITIONS[order.status].get(_MOVES[type(report)])
        if status is None:
            return Quarantined(f"{type(report).__name__} does not fit an order that is {order.status.value}")
        return Moved(self._store(_answered(order, report, status)), None)

    def _apply_execution(self, order: Order, report: OrderExecuted) -> Moved | Quarantined:
        if report.execution_id in self.executions:
            return Quarantined(f"execution {report.execution_id} is booked already")
        if report.symbol != order.intent.symbol:
            reason = f"execution {report.execution_id} is of {report.symbol}, not {order.intent.symbol}"
            return Quarantined(reason, breaks_books=True)
        if report.quantity <= 0 or report.price <= 0:
            reason = f"execution {report.execution_id} is of {report.quantity} shares at {report.price}"
            return Quarantined(reason, breaks_books=True)
        self.executions.add(report.execution_id)
        filled, wanted = order.filled + report.quantity, order.intent.quantity
        overfilled = filled > wanted
        move = _FILL_REST if filled >= wanted else _FILL_PART
        status = TRANSITIONS[order.status].get(move, order.status)  # a fill counts whatever the order is
        moved = self._store(_filled(order, report, filled, status))
        return Moved(moved, _fill_of(order, report), overfilled)

    def _store(self, order: Order) -> Order:
        order_id, symbol = order.order_id, order.intent.symbol
        if order.status not in ENDED:
            self.open[order_id] = order
            self._open_for[symbol][order_id] = order
            return order
        self.ended[order_id] = order
        if self.open.pop(order_id, None) is not None:
            others = self._open_for[symbol]
            del others[order_id]
            if not others:
                del self._open_for[symbol]
        return order


_SUBMITTED = OrderStatus.SUBMITTED  # as BUY: quicker by its own name
_FILL_PART, _FILL_REST = Move.FILL_PART, Move.FILL_REST
_NONE: Mapping[OrderId, Order] = {}
_MOVES: dict[type[BrokerReport], Move] = {
    OrderAccepted: Move.ACCEPT,
    OrderRejected: Move.REJECT,
    OrderCanceled: Move.CANCEL,
    OrderExpired: Move.EXPIRE,
}


def _answered(order: Order, report: BrokerReport, status: OrderStatus) -> Order:
    return replace(
        order,
        status=status,
        updated_at=max(order.updated_at, report.occurred_at),
        broker_order_id=getattr(report, "broker_order_id", order.broker_order_id),
        reason=getattr(report, "reason", order.reason),
        cancel_requested=order.cancel_requested and status not in ENDED,
    )


def _filled(order: Order, report: OrderExecuted, filled: Decimal, status: OrderStatus) -> Order:
    return replace(
        order,
        status=status,
        filled=filled,
        filled_value=order.filled_value + report.price * report.quantity,
        commission=order.commission + report.commission,
        updated_at=max(order.updated_at, report.occurred_at),
        cancel_requested=order.cancel_requested and status not in ENDED,
    )


def _fill_of(order: Order, report: OrderExecuted) -> Fill:
    return Fill(
        execution_id=report.execution_id,
        order_id=order.order_id,
        signal_id=order.intent.signal_id,
        symbol=report.symbol,
        side=order.intent.side,
        quantity=report.quantity,
        price=report.price,
        commission=report.commission,
        occurred_at=report.occurred_at,
    )
