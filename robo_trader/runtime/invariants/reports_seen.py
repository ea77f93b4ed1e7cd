"""What each broker's report must lead to, worked out from the reports alone."""

from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.fills import ExecutionId
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
from robo_trader.core.domain.orders import OrderId, OrderStatus, Side
from robo_trader.core.domain.statements import StatedExecution
from robo_trader.runtime.invariants.orders_seen import OVER, KnownOrder

_S = OrderStatus
_OPEN = (_S.SUBMITTED, _S.UNKNOWN, _S.WORKING, _S.PARTIALLY_FILLED)
_TO_WORK = {_S.SUBMITTED: _S.WORKING, _S.UNKNOWN: _S.WORKING}
_STAYS = {status: status for status in _S}

# What a report that moves no shares makes of an order; a status that is missing does not go with the report.
BECOMES: dict[type, dict[OrderStatus, OrderStatus]] = {
    # After a statement has told of it, or twice, it changes nothing.
    OrderAccepted: {
        **_TO_WORK, _S.WORKING: _S.WORKING, _S.PARTIALLY_FILLED: _S.PARTIALLY_FILLED, _S.FILLED: _S.FILLED,
    },
    OrderRejected: dict.fromkeys(_OPEN, _S.REJECTED),
    OrderCanceled: dict.fromkeys(_OPEN, _S.CANCELED),
    OrderExpired: dict.fromkeys(_OPEN, _S.EXPIRED),
    OrderModified: {
        **_TO_WORK, _S.WORKING: _S.WORKING, _S.PARTIALLY_FILLED: _S.PARTIALLY_FILLED, _S.FILLED: _S.FILLED,
    },
    ModifyRejected: _STAYS,
    CancelRejected: _STAYS,
    OrderUnanswered: {_S.SUBMITTED: _S.UNKNOWN},
    OrderAbsent: {_S.UNKNOWN: _S.REJECTED},
}  # fmt: skip


class Version(Struct, frozen=True, gc=False):
    """An execution as it was last told."""

    order_id: OrderId
    quantity: Decimal
    price: Decimal
    commission: Decimal


class Effect(Struct, frozen=True, gc=False):
    """What a report must do: change an order, and perhaps shares. `refused` says why it must be set aside."""

    refused: str = ""
    execution_id: ExecutionId | None = None  # whose shares or costs change
    before: Version | None = None  # None for a new one
    after: Version | None = None
    is_repeat: bool = False  # whether it is refused because it was told before
    side_before: Side | None = None  # None for that of what it is now: only others' executions change theirs

    @property
    def change(self) -> Decimal:
        """The shares that it adds to the order's."""
        return (self.after.quantity if self.after else ZERO) - (self.before.quantity if self.before else ZERO)


class ReportsSeen:
    """Executions by the broker's id, in their last version."""

    def __init__(self, name_now: Callable[[Symbol], Symbol]) -> None:
        """name_now: returns what a symbol is called now."""
        self._name_now = name_now
        self._latest: dict[ExecutionId, Version] = {}  # by the first id of each
        self._first_id: dict[ExecutionId, ExecutionId] = {}  # of every version, the first included
        self._early: dict[ExecutionId, Decimal] = {}  # commissions that came before their execution
        self._unbooked: set[ExecutionId] = set()  # first ids of what was taken back before it was told
        self.unconfirmed: set[ExecutionId] = set()  # told by a statement; their own reports may still come
        self.foreign: dict[ExecutionId, StatedExecution] = {}  # of orders that are not ours

    def is_known(self, execution_id: ExecutionId) -> bool:
        """Return whether a version of one of our executions was told."""
        return execution_id in self._first_id

    def first_id(self, execution_id: ExecutionId) -> ExecutionId:
        """Return the id of an execution's first version."""
        return self._first_id.get(execution_id, execution_id)

    def latest(self, execution_id: ExecutionId) -> Version | None:
        """Return what was last told of one of our executions."""
        return self._latest.get(self.first_id(execution_id))

    def take_foreign(self, stated: StatedExecution) -> Effect:
        """Remember an execution of somebody else's order; return what it must do."""
        corrects = stated.corrects
        subject = corrects if corrects is not None and corrects in self.foreign else stated.execution_id
        if self.is_known(subject) or stated.quantity < 0 or stated.price <= 0:
            return Effect("it is one of ours, or of no shares or no price")
        known = self.foreign.get(subject)
        if known is not None and self._name_now(known.symbol) != self._name_now(stated.symbol):
            return Effect("it is of another symbol than it was")
        self.foreign[subject] = stated
        if known is None:
            return Effect(execution_id=subject, after=_version(stated))
        return Effect(
            execution_id=subject, before=_version(known), after=_version(stated), side_before=known.side
        )  # fmt: skip

    def foresee(self, report: BrokerReport, known: KnownOrder | None) -> Effect | None:
        """Return what a report must do, None for a kind this checker knows nothing of. known: its order."""
        if isinstance(report, (OrderExecuted, ExecutionCorrected, CommissionReported)):
            if known is None:
                return Effect("the order is not ours")
            return self._of_shares(report, known)
        moves = BECOMES.get(type(report))
        if moves is None:
            return None
        if known is None:
            return Effect("the order is not ours")
        if isinstance(report, OrderAccepted) and _is_strange(known.order.broker_order_id, report.broker_order_id):
            return Effect("the broker knows the order by another id")
        return Effect() if known.order.status in moves else Effect(f"the order is {known.order.status.value}")

    def take(self, report: BrokerReport, effect: Effect) -> None:
        """Remember a report that must not be set aside."""
        if isinstance(report, CommissionReported) and effect.after is None:
            if report.execution_id not in self._first_id:
                self._early[report.execution_id] = report.commission
        elif isinstance(report, (OrderExecuted, ExecutionCorrected)):
            if report.execution_id in self.unconfirmed:
                self.unconfirmed.remove(report.execution_id)
                if effect.after is not None and effect.execution_id is not None:
                    self._latest[effect.execution_id] = effect.after
                return
            first = report.execution_id if isinstance(report, OrderExecuted) else report.corrects
            first = self._first_id.get(first, first)
            self._first_id[first] = self._first_id[report.execution_id] = first
            if effect.after is None:
                self._unbooked.add(first)
            else:
                self._unbooked.discard(first)
            version = effect.after or Version(report.order_id, report.quantity, report.price, report.commission)
            self._latest[first] = version
            self._early.pop(first, None)
        elif isinstance(report, CommissionReported) and effect.after is not None:
            self._latest[self._first_id[report.execution_id]] = effect.after

    def _of_shares(self, report: OrderExecuted | ExecutionCorrected | CommissionReported, known: KnownOrder) -> Effect:
        if isinstance(report, OrderExecuted):
            return self._executed(report, known)
        if isinstance(report, CommissionReported):
            return self._restated(report, report.execution_id, None)
        if report.execution_id in self._first_id:
            return self._told_again(report)
        if report.quantity < 0 or report.price <= 0:
            return Effect("it is of no shares or no price")
        return self._restated(report, report.corrects, report)

    def _restated(
        self, report: ExecutionCorrected | CommissionReported, subject: ExecutionId, told: ExecutionCorrected | None
    ) -> Effect:
        first = self._first_id.get(subject)
        if first is None:
            return Effect() if told is None or not told.quantity else self._new(subject, told)
        before = self._latest[first]
        if first in self._unbooked and before.order_id == report.order_id:
            return Effect() if told is None or not told.quantity else self._new(first, told)
        if before.order_id != report.order_id:
            return Effect("the execution is of another order")
        quantity, price = (before.quantity, before.price) if told is None else (told.quantity, told.price)
        after = Version(report.order_id, quantity, price, report.commission)
        return Effect(execution_id=first, before=before, after=after)

    def _executed(self, report: OrderExecuted, known: KnownOrder) -> Effect:
        if report.execution_id in self._first_id:
            return self._told_again(report)
        name, own = self._name_now(report.symbol), self._name_now(known.order.intent.symbol)
        if name != own or report.quantity <= 0 or report.price <= 0:
            return Effect("it is of another symbol, no shares or no price")
        return self._new(report.execution_id, report)

    def _told_again(self, report: OrderExecuted | ExecutionCorrected) -> Effect:
        if report.execution_id not in self.unconfirmed:
            return Effect("this is known", is_repeat=True)
        first = self._first_id[report.execution_id]
        before = self._latest[first]
        if before.commission == report.commission or first in self._unbooked:
            return Effect()
        if before.order_id != report.order_id:
            return Effect("the execution is of another order")
        after = Version(before.order_id, before.quantity, before.price, report.commission)
        return Effect(execution_id=first, before=before, after=after)

    def _new(self, first: ExecutionId, report: OrderExecuted | ExecutionCorrected) -> Effect:
        commission = self._early.get(first, report.commission)
        after = Version(report.order_id, report.quantity, report.price, commission)
        return Effect(execution_id=first, after=after)


def _is_strange(known: str, told: str) -> bool:
    return known not in ("", told) and told != ""


def _version(stated: StatedExecution) -> Version:
    return Version(OrderId(0), stated.quantity, stated.price, stated.commission or ZERO)


def status_after(report: BrokerReport, known: KnownOrder, effect: Effect) -> OrderStatus:
    """Return what an order must become. known: before the report, its executions with it."""
    status = known.order.status
    if isinstance(report, (OrderExecuted, ExecutionCorrected, CommissionReported)):
        return _status_of_shares(status, known, effect)
    after = BECOMES[type(report)][status]
    if isinstance(report, OrderModified):
        return _S.FILLED if report.terms.quantity <= known.filled else after
    if isinstance(report, ModifyRejected) and known.order.intent.quantity <= known.filled:
        return _S.FILLED
    return after


def _status_of_shares(status: OrderStatus, known: KnownOrder, effect: Effect) -> OrderStatus:
    if effect.after is None:
        return status
    if known.filled >= known.most:
        return _S.FILLED
    if effect.before is None:
        return status if status in OVER else _S.PARTIALLY_FILLED
    return _S.CANCELED if status is _S.FILLED and effect.change < 0 else status
