"""Every order we have sent, moved on by the broker's reports."""

from collections import Counter
from collections.abc import Callable, KeysView, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_reports import (
    BrokerReport,
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
from robo_trader.core.domain.orders import (
    BUY,
    ApprovedOrder,
    Order,
    OrderId,
    OrderIntent,
    OrderPurpose,
    OrderStatus,
    OrderTerms,
)
from robo_trader.core.execution.executions import Executions
from robo_trader.core.execution.identity import is_of_another
from robo_trader.core.execution.transitions import ENDED, TRANSITIONS, Move


class Moved(Struct, frozen=True, gc=False):
    """The report was applied: the order after it, and the fill it carried.

    restates: the fill as it was booked before, where the report only corrects it.
    """

    order: Order
    fill: Fill | None
    overfilled: bool = False
    restates: Fill | None = None


class Quarantined(Struct, frozen=True, gc=False):
    """The report contradicts the book and changed nothing."""

    reason: str
    breaks_books: bool = False  # shares changed hands that we cannot account for


class OrderBook:
    """Orders by id; the ones still open are kept apart, and by symbol, because so they are asked about at every bar."""

    def __init__(self) -> None:
        self.open: dict[OrderId, Order] = {}
        self._open_for: dict[Symbol, dict[OrderId, Order]] = {}  # no symbol without an order
        self._at_worst: dict[Symbol, tuple[Decimal, Decimal]] = {}  # shares bought and sold, until an order changes
        self.ended: dict[OrderId, Order] = {}
        self.changed: list[Symbol] = []  # whose order, one a change; who follows it remembers how far it has read
        self.executions = Executions()
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
        order = self.open[order_id]
        return self._store(replace(order, cancel_requested=True, updated_at=max(order.updated_at, at)))

    def request_modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> Order:
        """Mark that we have asked for other terms; both count at their worst until the answer comes."""
        order = self.open[order_id]
        assert terms.quantity > order.filled, (order, terms)
        return self._store(replace(order, modify_requested=terms, updated_at=max(order.updated_at, at)))

    def order(self, order_id: OrderId) -> Order | None:
        """Return an order, open or ended; None if it is not ours."""
        return self.open.get(order_id) or self.ended.get(order_id)

    def open_symbols(self) -> KeysView[Symbol]:
        """Return the symbols that have open orders."""
        return self._open_for.keys()

    def open_for(self, symbol: Symbol) -> tuple[Order, ...]:
        """Return the open orders of a symbol, oldest first."""
        orders = self._open_for.get(symbol)
        return () if orders is None else tuple(orders.values())

    def targeting(self, symbol: Symbol) -> tuple[Order, ...]:
        """Return the open orders that bring a symbol to its target, oldest first: its leg is not one of them."""
        orders = self._open_for.get(symbol)
        if orders is None:
            return ()
        return tuple([order for order in orders.values() if order.intent.purpose is _TARGET])

    def targeting_by_symbol(self) -> dict[Symbol, int]:
        """Return how many open orders work for the target of each symbol that has any."""
        return Counter([order.intent.symbol for order in self.open.values() if order.intent.purpose is _TARGET])

    def leg_for(self, symbol: Symbol) -> Order | None:
        """Return the open order that protects a symbol's position: the newest, where one is on its way out."""
        legs = [order for order in self._open_for.get(symbol, _NONE).values() if order.intent.purpose is _PROTECTION]
        return legs[-1] if legs else None

    def working_shares(self, symbol: Symbol, *, joining: OrderIntent | None = None) -> tuple[Decimal, Decimal]:
        """Return the shares that open orders may still buy, and sell, at worst.

        What waits to be canceled still counts, and so does the larger of two terms. Of orders that cancel each other
        the largest counts: what one fills, the others lose.

        joining: an intent for which this is asked, and which would join a group: its shares, added to the answer, come
        to what can be filled in all.
        """
        if joining is None:
            known = self._at_worst.get(symbol)
            if known is None:
                known = self._at_worst[symbol] = self._working_shares(symbol, None)
            return known
        bought, sold = self._working_shares(symbol, joining)
        if joining.side is BUY:
            return bought - joining.quantity, sold
        return bought, sold - joining.quantity

    def _working_shares(self, symbol: Symbol, joining: OrderIntent | None) -> tuple[Decimal, Decimal]:
        bought = sold = ZERO
        groups: dict[str, Decimal] | None = None
        found = [(order.intent, order.remaining_at_worst) for order in self._open_for.get(symbol, _NONE).values()]
        if joining is not None:
            found.append((joining, joining.quantity))
        for intent, shares in found:
            if intent.oca_group:
                groups = {} if groups is None else groups
                key = f"{intent.side.value} {intent.oca_group}"
                counted = groups.get(key, ZERO)
                groups[key] = max(counted, shares)
                shares = groups[key] - counted  # noqa: PLW2901 - what it adds to its group
            if intent.side is BUY:
                bought += shares
            else:
                sold += shares
        return bought, sold

    def apply(self, report: BrokerReport) -> Moved | Quarantined:
        """Move an order by a report. What the table does not allow is quarantined and changes nothing."""
        order = self.order(report.order_id)
        if order is None:
            shares_moved = isinstance(report, (OrderExecuted, ExecutionCorrected))
            return Quarantined(f"order {report.order_id} is not ours", breaks_books=shares_moved)
        if isinstance(report, OrderExecuted):
            return self._execute(order, report)
        if isinstance(report, (ExecutionCorrected, CommissionReported)):
            return self._restate(order, report)
        move = _MOVES[type(report)]
        status = TRANSITIONS[order.status].get(move)
        if is_of_another(order, report):
            return Quarantined(f"order {report.order_id} is the broker's {order.broker_order_id}, not another")
        if status is None:
            return Quarantined(f"{type(report).__name__} does not fit an order that is {order.status.value}")
        after = _answered(order, report, status)
        return Moved(self._store(_CHANGES[move](after, report) if move in _CHANGES else after), None)

    def _execute(self, order: Order, report: OrderExecuted) -> Moved | Quarantined:
        if self.executions.is_known(report.execution_id):
            return self._hear_again(order, report)
        if self.executions.renamed:
            report = replace(report, symbol=self.executions.name_now(report.symbol))
        if report.symbol != self.executions.name_now(order.intent.symbol):
            reason = f"execution {report.execution_id} is of {report.symbol}, not {order.intent.symbol}"
            return Quarantined(reason, breaks_books=True)
        if report.quantity <= 0 or report.price <= 0:
            reason = f"execution {report.execution_id} is of {report.quantity} shares at {report.price}"
            return Quarantined(reason, breaks_books=True)
        return self._fill(order, self.executions.take(report))

    def _book_first(self, order: Order, now: OrderExecuted, *, at: int) -> Moved:
        """Take another version of what was busted before it was ever told: nothing is booked that it could restate."""
        if not now.quantity:
            return Moved(order, None)
        executions = self.executions
        executions.unbooked.remove(now.execution_id)
        executions.latest[now.execution_id] = first = replace(now, occurred_at=at)
        return self._fill(order, first)

    def _fill(self, order: Order, report: OrderExecuted) -> Moved:
        filled, wanted = order.filled + report.quantity, order.quantity_at_worst
        move = _FILL_REST if filled >= wanted else _FILL_PART
        status = TRANSITIONS[order.status].get(move, order.status)  # a fill counts whatever the order is
        moved = self._store(_filled(order, report, filled, status))
        return Moved(moved, _fill_of(order, report), filled > wanted)

    def _hear_again(self, order: Order, report: OrderExecuted | ExecutionCorrected) -> Moved | Quarantined:
        """Take a report of what is booked: the first one after a statement may still tell the commission."""
        executions, execution_id = self.executions, report.execution_id
        if not executions.confirm(execution_id):
            return Quarantined(f"execution {execution_id} is booked already")
        if executions.latest[executions.family(execution_id)].commission == report.commission:
            return Moved(order, None)
        told = CommissionReported(
            execution_id=execution_id, order_id=report.order_id, commission=report.commission,
            occurred_at=report.occurred_at,
        )  # fmt: skip
        return self._restate(order, told)

    def _restate(self, order: Order, report: ExecutionCorrected | CommissionReported) -> Moved | Quarantined:
        executions = self.executions
        if isinstance(report, ExecutionCorrected):
            if executions.is_known(report.execution_id):
                return self._hear_again(order, report)
            if report.quantity < 0 or report.price <= 0:
                reason = f"correction {report.execution_id} is to {report.quantity} shares at {report.price}"
                return Quarantined(reason, breaks_books=True)
        if not executions.knows_subject(report):
            return self._wait_for_execution(order, report)
        after = executions.restated(report)
        before = executions.latest[executions.family(after.execution_id)]
        if before.order_id != order.order_id:
            return Quarantined(f"execution {before.execution_id} is of order {before.order_id}", breaks_books=True)
        executions.store(report, after)
        if after.execution_id in executions.unbooked:
            return self._book_first(order, after, at=report.occurred_at)
        moved = self._store(_restated(order, before, after, at=report.occurred_at))
        overfilled = after.quantity > before.quantity and moved.filled > moved.quantity_at_worst
        return Moved(moved, _fill_of(order, after), overfilled, restates=_fill_of(order, before))

    def _wait_for_execution(self, order: Order, report: ExecutionCorrected | CommissionReported) -> Moved | Quarantined:
        """Take in what was said of an execution before the execution itself: a commission waits, shares count now."""
        if isinstance(report, CommissionReported):
            self.executions.early_commissions[report.execution_id] = report.commission
            return Moved(order, None)
        first = OrderExecuted(
            execution_id=report.corrects, order_id=order.order_id, symbol=self.executions.name_now(order.intent.symbol),
            quantity=report.quantity,
            price=report.price, commission=report.commission, occurred_at=report.occurred_at,
        )  # fmt: skip
        if not report.quantity:
            self.executions.store(report, self.executions.take(first))
            self.executions.unbooked.add(report.corrects)
            return Moved(order, None)
        result = self._execute(order, first)
        self.executions.store(report, self.executions.latest[report.corrects])
        return result

    def _store(self, order: Order) -> Order:
        order_id, symbol = order.order_id, order.intent.symbol
        self.changed.append(symbol)
        self._at_worst.pop(symbol, None)
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


_TARGET, _PROTECTION = OrderPurpose.TARGET, OrderPurpose.PROTECTION
_SUBMITTED = OrderStatus.SUBMITTED  # as BUY: quicker by its own name
_FILL_PART, _FILL_REST = Move.FILL_PART, Move.FILL_REST
_NONE: Mapping[OrderId, Order] = {}
_MOVES: dict[type[BrokerReport], Move] = {
    OrderAccepted: Move.ACCEPT,
    OrderRejected: Move.REJECT,
    OrderCanceled: Move.CANCEL,
    OrderExpired: Move.EXPIRE,
    OrderModified: Move.MODIFY,
    ModifyRejected: Move.REFUSE,
    CancelRejected: Move.REFUSE,
    OrderUnanswered: Move.LOSE,
    OrderAbsent: Move.PROVE_ABSENT,
}


def _answered(order: Order, report: BrokerReport, status: OrderStatus) -> Order:
    is_over = status in ENDED
    return replace(
        order,
        status=status,
        updated_at=max(order.updated_at, report.occurred_at),
        broker_order_id=getattr(report, "broker_order_id", order.broker_order_id),
        reason=getattr(report, "reason", order.reason),
        cancel_requested=order.cancel_requested and not is_over,
        modify_requested=None if is_over else order.modify_requested,
    )


def _modified(order: Order, report: BrokerReport) -> Order:
    """Return an order under its new terms; it is never for fewer shares than it has filled."""
    assert isinstance(report, OrderModified), report
    terms = report.terms
    intent = replace(
        order.intent, quantity=max(terms.quantity, order.filled), limit_price=terms.limit_price,
        stop_price=terms.stop_price,
    )  # fmt: skip
    return _settled(replace(order, intent=intent, modify_requested=None))


def _refused(order: Order, report: BrokerReport) -> Order:
    if isinstance(report, CancelRejected):
        return replace(order, cancel_requested=False)
    return _settled(replace(order, modify_requested=None))


def _settled(order: Order) -> Order:
    """Return an order as FILLED if nothing is left of it under the terms it now has."""
    return replace(order, status=OrderStatus.FILLED, cancel_requested=False) if order.remaining <= 0 else order


def _absent(order: Order, _report: BrokerReport) -> Order:
    return replace(order, reason="it never reached the broker")


_CHANGES: dict[Move, Callable[[Order, BrokerReport], Order]] = {
    Move.MODIFY: _modified,
    Move.REFUSE: _refused,
    Move.PROVE_ABSENT: _absent,
}


def _restated(order: Order, before: OrderExecuted, after: OrderExecuted, *, at: int) -> Order:
    filled = order.filled - before.quantity + after.quantity
    status = order.status
    if filled >= order.quantity_at_worst:
        status = TRANSITIONS[status].get(_FILL_REST, status)
    elif filled < order.filled:
        status = TRANSITIONS[status].get(Move.BUST, status)
    return replace(
        order,
        status=status,
        filled=filled,
        filled_value=order.filled_value - before.price * before.quantity + after.price * after.quantity,
        commission=order.commission - before.commission + after.commission,
        updated_at=max(order.updated_at, at),
        cancel_requested=order.cancel_requested and status not in ENDED,
        modify_requested=None if status in ENDED else order.modify_requested,
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
        modify_requested=None if status in ENDED else order.modify_requested,
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
