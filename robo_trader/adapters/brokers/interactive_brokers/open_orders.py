"""What the engine's end remembers for a new process: orders that are not over, and executions that are known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from robo_trader.adapters.brokers.interactive_brokers.executions import Recent
from robo_trader.adapters.brokers.interactive_brokers.speech import KnownOrder
from robo_trader.core.domain.commands import CancelOrder, SubmitOrder
from robo_trader.core.domain.events import BrokerClaim
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_reports import (
    BROKER_REPORTS,
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
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import BrokerStatement, ForeignExecution, StatementReceived
from robo_trader.core.ports.journal import Batch

_ENDS = (OrderRejected, OrderCanceled, OrderExpired, OrderAbsent)


@dataclass(slots=True)
class _Sent:
    order: ApprovedOrder
    reference: str
    terms: OrderTerms
    answer_by: float | None  # by the monotonic clock; None once it was answered, or declared unknown
    asked: OrderTerms | None = None
    is_accepted: bool = False
    is_cancel_asked: bool = False
    filled: dict[ExecutionId, Decimal] = field(default_factory=dict)

    def note(self, report: BrokerReport) -> None:
        """Take in what was said of the order."""
        if not isinstance(report, (CancelRejected, ModifyRejected)):  # of an order that never arrived, these come too
            self.answer_by = None
        self.is_accepted = self.is_accepted or isinstance(report, (OrderAccepted, OrderModified))
        if isinstance(report, OrderModified):
            self.terms, self.asked = report.terms, None
        elif isinstance(report, ModifyRejected):
            self.asked = None
        elif isinstance(report, CancelRejected):
            self.is_cancel_asked = False
        elif isinstance(report, OrderExecuted):
            self.filled[report.execution_id] = report.quantity
        elif isinstance(report, ExecutionCorrected):
            self.filled.pop(report.corrects, None)
            self.filled[report.execution_id] = report.quantity


class OpenOrders:
    """Orders as they were sent and answered."""

    def __init__(self) -> None:
        self._open: dict[OrderId, _Sent] = {}
        self._executions: Recent[Decimal | None] = Recent()  # with commissions, as far as they are known

    def add(self, order: ApprovedOrder, reference: str, *, answer_by: float) -> None:
        """Take in an order that goes out. answer_by: when it becomes unknown if nobody says a word."""
        self._open[order.order_id] = _Sent(order, reference, order.intent.terms, answer_by)

    def restore(self, batches: Iterable[Batch], reference_of: Callable[[OrderId], str], *, answer_by: float) -> None:
        """Learn from a journal. answer_by: of orders that it sent and that it holds no answer to."""
        for batch in batches:
            for step in batch.steps:
                if isinstance(step.input, (*BROKER_REPORTS, StatementReceived, ForeignExecution)):
                    self.note(step.input)
            for command in batch.commands:
                if isinstance(command, SubmitOrder):
                    self.add(command.order, reference_of(command.order.order_id), answer_by=answer_by)
                elif isinstance(command, CancelOrder):
                    self.ask_cancel(command.order_id)
                else:
                    self.ask_change(command.order_id, command.terms)

    def recall(self, journaled: "OpenOrders", *, answer_by: float) -> None:
        """Take over what a journal has led to. answer_by: of orders that it holds no answer to."""
        self._executions = Recent(journaled.executions())
        self._open = {
            order_id: replace(sent, filled=dict(sent.filled), answer_by=None if sent.answer_by is None else answer_by)
            for order_id, sent in journaled._open.items()  # noqa: SLF001 - of its own kind
        }

    def ask_cancel(self, order_id: OrderId) -> None:
        """Remember that an order is to be canceled."""
        if order_id in self._open:
            self._open[order_id].is_cancel_asked = True

    def ask_change(self, order_id: OrderId, terms: OrderTerms) -> None:
        """Remember which new terms were asked for."""
        if order_id in self._open:
            self._open[order_id].asked = terms

    def note(self, report: BrokerReport | BrokerClaim) -> None:
        """Take in what the broker says."""
        if isinstance(report, StatementReceived):
            self._note_statement(report.statement)
        elif isinstance(report, ForeignExecution):
            self._note_execution(report.execution.execution_id, None)
        elif isinstance(report, CommissionReported):
            if report.execution_id in self._executions:
                self._note_execution(report.execution_id, report.commission)
        else:
            self._note_order(report)

    def _note_order(self, report: BrokerReport) -> None:
        if isinstance(report, (OrderExecuted, ExecutionCorrected)):
            self._note_execution(report.execution_id, report.commission or None)
        sent = self._open.get(report.order_id)
        if sent is not None:
            sent.note(report)
            if isinstance(report, _ENDS) or sum(sent.filled.values(), ZERO) >= sent.terms.quantity:
                del self._open[report.order_id]

    def overdue(self, now: float) -> list[OrderUnanswered]:
        """Return, once each, the orders that nobody answered in time; without a time of their own."""
        late = [sent for sent in self._open.values() if sent.answer_by is not None and now >= sent.answer_by]
        for sent in late:
            sent.answer_by = None
        return [OrderUnanswered(order_id=sent.order.order_id, occurred_at=sent.order.approved_at) for sent in late]

    def known(self) -> tuple[KnownOrder, ...]:
        """Return the orders that are not over."""
        return tuple(
            KnownOrder(
                order=sent.order, reference=sent.reference, terms=sent.terms, asked=sent.asked,
                is_accepted=sent.is_accepted, is_cancel_asked=sent.is_cancel_asked,
            )
            for sent in self._open.values()
        )  # fmt: skip

    def executions(self) -> dict[str, Decimal | None]:
        """Return the executions that are known, oldest first, with their commissions as far as these are known."""
        return dict(self._executions)

    def _note_statement(self, statement: BrokerStatement) -> None:
        for execution in statement.executions or ():  # the engine books those that it had not heard of
            self._note_execution(execution.execution_id, None)
        for stated in statement.orders():
            if stated.order_id in self._open:
                self._open[stated.order_id].answer_by = None  # it is there

    def _note_execution(self, execution_id: str, commission: Decimal | None) -> None:
        known = self._executions.get(execution_id)
        self._executions[execution_id] = known if commission is None else commission
