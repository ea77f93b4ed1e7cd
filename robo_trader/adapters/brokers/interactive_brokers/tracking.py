"""From what the wire says of orders to reports, each thing once.

What counts is what the gateway itself sent: statuses, open orders and executions, matched by the reference that our
orders carry. Reports name orders by our own ids. Nothing here waits, sends or reads a clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ib_async.contract import Contract
from ib_async.objects import CommissionReport, Execution
from ib_async.order import Order, OrderState
from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.codes import NO_CONTRACT, CodeKind, meaning
from robo_trader.adapters.brokers.interactive_brokers.executions import (
    ExecutionVersions,
    Read,
    Recent,
    execution_id_of,
    is_before,
    owner,
    stated_execution,
)
from robo_trader.adapters.brokers.interactive_brokers.translation import exact, symbol_of, terms_of
from robo_trader.core.domain.events import BrokerClaim
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    CancelRejected,
    CommissionReported,
    ExecutionCorrected,
    ModifyRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import OrderId, OrderIntent, OrderTerms, TimeInForce
from robo_trader.core.domain.statements import ForeignExecution, StatedExecution

WORKS = frozenset({"PreSubmitted", "Submitted"})
CANCELED = frozenset({"Cancelled", "ApiCancelled"})
_HELD = "locate"  # an order waits for shares to borrow: it lives


@dataclass(slots=True)
class TrackedOrder:
    """One of our orders, and how far it was heard to be."""

    order_id: OrderId
    reference: str
    intent: OrderIntent
    terms: OrderTerms
    wire_id: int = 0  # 0: not known on this connection
    perm_id: int = 0
    is_accepted: bool = False
    is_over: bool = False
    is_cancel_asked: bool = False
    asked: OrderTerms | None = None
    shown: OrderTerms | None = None  # by the gateway, on this connection
    refusal: str = ""  # the last error that named it
    sent_at: int = 0  # UTC ns


class OrderTracker:
    """Knows our orders by reference and by the gateway's numbers."""

    def __init__(self, clock: Callable[[], int], read: Read, opened_at: int = 0, client_id: int = 1) -> None:
        """clock: the time of what has no time of its own, UTC ns. read: whose an order is.

        opened_at: executions of others before it are known already, UTC ns. client_id: whose numbers are ours: each
        client counts for itself, and all are told.
        """
        self._client_id = client_id
        self._clock = clock
        self._read = read
        self._opened_at = opened_at
        self._by_id: dict[OrderId, TrackedOrder] = {}
        self._by_wire: dict[int, TrackedOrder] = {}
        self._by_perm: dict[int, TrackedOrder] = {}
        self._reports: list[BrokerReport | BrokerClaim] = []
        self._commissions: Recent[Decimal] = Recent()
        self._owners: Recent[OrderId] = Recent()  # of executions
        self.versions = ExecutionVersions()
        self.alarms: list[str] = []

    def take_reports(self) -> list[BrokerReport | BrokerClaim]:
        """Return what was learnt since the last call, in order."""
        reports, self._reports = self._reports, []
        return reports

    def order(self, order_id: OrderId) -> TrackedOrder | None:
        """Return one of our orders."""
        return self._by_id.get(order_id)

    def open_orders(self) -> list[TrackedOrder]:
        """Return our orders that were not heard to be over."""
        return [order for order in self._by_id.values() if not order.is_over]

    def know(self, order: TrackedOrder) -> None:
        """Take in an order: one that goes out now, or one of an earlier connection."""
        self._by_id[order.order_id] = order
        if order.wire_id:
            self._by_wire[order.wire_id] = order

    def know_executions(self, known: Mapping[str, Decimal | None]) -> None:
        """Take in executions that were told before, oldest first, with their commissions as far as those were."""
        for execution_id, commission in known.items():
            if self.versions.is_new(execution_id):
                self.versions.note(execution_id)
            if commission is not None:
                self._commissions[execution_id] = commission

    def commission_of(self, execution_id: str) -> Decimal | None:
        """Return what an execution cost, dollars; None while it was not told."""
        return self._commissions.get(execution_id)

    def lapse(self, day_began: int) -> None:
        """End the orders of an earlier day that the gateway, which has told all, shows no more.

        It lists what ended today and nothing older, so nobody else will ever say so. What they filled meanwhile shows
        in the positions.
        """
        for known in self.open_orders():
            is_gone = known.is_accepted and not known.wire_id and known.sent_at < day_began
            if is_gone and known.intent.time_in_force is not TimeInForce.GTC:
                known.is_over = True
                self._say(OrderExpired(order_id=known.order_id, occurred_at=self._clock()))

    def forget_wire(self) -> None:
        """Forget the gateway's numbers: a new connection tells them anew."""
        self._by_wire.clear()
        for order in self._by_id.values():
            order.wire_id, order.shown = 0, None

    def settle_changes(self) -> None:
        """Say of every change that nobody answered what became of it: every open order has been shown anew."""
        for known in self.open_orders():
            if known.asked is not None and known.shown is not None:
                known.asked = None
                words = "it did not arrive: the order is shown under the terms it had"
                self._say(ModifyRejected(order_id=known.order_id, reason=words, occurred_at=self._clock()))

    def hear_open_order(self, contract: Contract, order: Order, state: OrderState) -> None:
        """Take an openOrder: it names the order by reference, and shows its terms and status."""
        known = self._find(order.orderRef, order.orderId if order.clientId == self._client_id else 0)
        if known is None:
            return
        if not _fits(known, contract, order):
            self.alarms.append(f"order {known.order_id}: the gateway shows another order under its reference")
            return
        self._bind(known, order.orderId if order.clientId == self._client_id else 0, order.permId)
        known.shown = terms_of(order)
        if known.asked is not None and known.shown == known.asked:
            known.terms, known.asked = known.asked, None
            self._say(OrderModified(order_id=known.order_id, terms=known.terms, occurred_at=self._clock()))
        elif known.asked is None:
            self._note_loss(known, known.shown.quantity)
        if state.status in WORKS:
            self._accept(known)

    def hear_status(self, wire_id: int, status: str, perm_id: int, why_held: str, client_id: int) -> None:
        """Take an orderStatus: where an order is. That it is filled is its executions' to say."""
        is_own = client_id == self._client_id
        known = self._by_wire.get(wire_id) if is_own else self._by_perm.get(perm_id)
        if known is None:
            return
        if known.perm_id and perm_id and known.perm_id != perm_id:
            self.alarms.append(f"order {known.order_id}: its number {wire_id} is used for another order")
            return
        self._bind(known, wire_id if is_own else 0, perm_id)
        if status in WORKS or (status == "Inactive" and _HELD in why_held):
            self._accept(known)
        elif status in CANCELED:
            self._end(known)
        elif status == "Inactive":
            self._reject(known, known.refusal or "the broker holds the order inactive")

    def hear_completed(self, contract: Contract, order: Order, state: OrderState) -> None:
        """Take a completed order: it has no number, only its reference."""
        known = self._find(order.orderRef, 0)
        if known is None or known.is_over:
            return
        if not _fits(known, contract, order):
            self.alarms.append(f"order {known.order_id}: the gateway ended another order under its reference")
            return
        self._bind(known, 0, order.permId)
        if state.status in CANCELED:
            self._end(known)
        elif state.status == "Inactive":
            self._reject(known, state.completedStatus or known.refusal)

    def hear_execution(self, contract: Contract, execution: Execution) -> None:
        """Take an execution, however often it is told: each version counts once."""
        before = self.versions.before(execution.execId)
        stated = stated_execution(contract, execution, self._read, before)  # read whole, or it stays unknown
        order_id = stated.order_id
        if order_id is not None:
            self._owners[execution.execId] = order_id  # its commission may be new, though it is not
        if not self.versions.is_new(execution.execId):
            return
        self.versions.note(execution.execId)
        if order_id is None:
            if is_before(stated, self._opened_at):
                return
            self._reports.append(ForeignExecution(execution=stated))
            return
        known = self._by_id.get(order_id)
        if known is not None:
            if known.perm_id and execution.permId != known.perm_id:
                self.alarms.append(f"order {order_id}: execution {execution.execId} names another order of the broker")
            self._bind(known, 0, execution.permId)
        commission = self._commissions.get(execution.execId, ZERO)
        if before is None:
            self._say(_executed(stated, order_id, commission))
        else:
            self._say(
                ExecutionCorrected(
                    execution_id=stated.execution_id, corrects=before, order_id=order_id, quantity=stated.quantity,
                    price=stated.price,
                    commission=commission or self._commissions.get(before, ZERO), occurred_at=stated.occurred_at,
                )
            )  # fmt: skip

    def hear_commission(self, report: CommissionReport) -> None:
        """Take a commission; where it comes before its execution, it goes with it."""
        execution_id, commission = execution_id_of(report.execId), round_money(exact(report.commission))
        if self._commissions.get(report.execId) == commission:
            return
        self._commissions[report.execId] = commission
        owner = self._owners.get(report.execId)
        if owner is not None:
            self._say(
                CommissionReported(
                    execution_id=execution_id, order_id=owner, commission=commission,
                    occurred_at=self._clock(),
                )
            )  # fmt: skip

    def hear_error(self, wire_id: int, code: int, text: str) -> None:
        """Take an error that names one of our orders."""
        known = self._by_wire.get(wire_id)
        if known is None:
            return
        kind = meaning(code).kind
        words = f"{code}: {text}" if code != NO_CONTRACT else f"{code}: {text}; {meaning(code).next_step}"
        if kind in {CodeKind.REJECTS, CodeKind.REFUSES_CHANGE} and known.asked is not None:
            known.asked = None
            self._say(ModifyRejected(order_id=known.order_id, reason=words, occurred_at=self._clock()))
        elif kind is CodeKind.REJECTS:
            known.refusal = words
            if not known.is_accepted:
                self._reject(known, words)
        elif kind is CodeKind.REFUSES_CANCEL and known.is_cancel_asked:
            known.is_cancel_asked = False
            self._say(CancelRejected(order_id=known.order_id, reason=words, occurred_at=self._clock()))

    def _find(self, reference: str, wire_id: int) -> TrackedOrder | None:
        order_id, _ = owner(reference, self._read)
        if order_id is not None:
            return self._by_id.get(order_id)
        return None if reference else self._by_wire.get(wire_id)

    def _bind(self, known: TrackedOrder, wire_id: int, perm_id: int) -> None:
        known.perm_id = known.perm_id or perm_id
        if known.perm_id:
            self._by_perm[known.perm_id] = known
        if wire_id <= 0:
            return
        if known.wire_id in {0, wire_id}:
            known.wire_id = wire_id
            self._by_wire[wire_id] = known
        else:  # a cancel under another number would be one of another order
            self.alarms.append(f"order {known.order_id}: the gateway calls it {wire_id} and not {known.wire_id}")

    def _note_loss(self, known: TrackedOrder, shown: Decimal) -> None:
        """Say that an order is for fewer shares now: another one of its group has filled the others."""
        if known.intent.oca_group and not known.is_over and ZERO < shown < known.terms.quantity:
            known.terms = replace(known.terms, quantity=shown)
            self._say(OrderModified(order_id=known.order_id, terms=known.terms, occurred_at=self._clock()))

    def _accept(self, known: TrackedOrder) -> None:
        if known.is_accepted or known.is_over or not known.perm_id:
            return
        known.is_accepted = True
        self._say(OrderAccepted(order_id=known.order_id, broker_order_id=str(known.perm_id), occurred_at=self._clock()))

    def _reject(self, known: TrackedOrder, reason: str) -> None:
        if not known.is_over:
            known.is_over = True
            self._say(OrderRejected(order_id=known.order_id, reason=reason, occurred_at=self._clock()))

    def _end(self, known: TrackedOrder) -> None:
        """An order was taken out of the market: by us, by a refusal, by its time, or by somebody else."""
        if known.is_over:
            return
        if known.refusal and not known.is_cancel_asked:
            self._reject(known, known.refusal)
            return
        known.is_over = True
        at = self._clock()
        if known.is_cancel_asked or known.intent.time_in_force is TimeInForce.GTC:
            self._say(OrderCanceled(order_id=known.order_id, occurred_at=at))
        else:
            self._say(OrderExpired(order_id=known.order_id, occurred_at=at))

    def _say(self, report: BrokerReport) -> None:
        self._reports.append(report)


def _fits(known: TrackedOrder, contract: Contract, order: Order) -> bool:
    is_same = symbol_of(contract) == known.intent.symbol and order.action == known.intent.side.value
    return is_same and (not known.perm_id or order.permId in {0, known.perm_id})


def _executed(stated: StatedExecution, order_id: OrderId, commission: Decimal) -> OrderExecuted:
    return OrderExecuted(
        execution_id=stated.execution_id,
        order_id=order_id,
        symbol=stated.symbol,
        quantity=stated.quantity,
        price=stated.price,
        commission=commission,
        occurred_at=stated.occurred_at,
    )
