"""What the engine's end remembers for a new process: orders that are not over, and executions that are known."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from robo_trader.adapters.brokers.interactive_brokers.speech import KnownOrder
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_reports import (
    BROKER_REPORTS,
    BrokerReport,
    CommissionReported,
    ExecutionCorrected,
    OrderAbsent,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
    OrderUnanswered,
)
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.ports.journal import Batch

_ENDS = (OrderRejected, OrderCanceled, OrderExpired, OrderAbsent)
_EXECUTIONS_MAX = 10_000  # the gateway tells one day's


@dataclass(slots=True)
class _Sent:
    order: ApprovedOrder
    reference: str
    terms: OrderTerms
    answer_by: float | None  # by the monotonic clock; None once it was answered, or declared unknown
    filled: dict[ExecutionId, Decimal] = field(default_factory=dict)


class OpenOrders:
    """Orders as they were sent and answered."""

    def __init__(self) -> None:
        self._open: dict[OrderId, _Sent] = {}
        self._executions: deque[str] = deque(maxlen=_EXECUTIONS_MAX)

    def add(self, order: ApprovedOrder, reference: str, *, answer_by: float) -> None:
        """Take in an order that goes out. answer_by: when it becomes unknown if nobody says a word."""
        self._open[order.order_id] = _Sent(order, reference, order.intent.terms, answer_by)

    def restore(self, batches: Iterable[Batch], reference_of: Callable[[OrderId], str], *, answer_by: float) -> None:
        """Learn from a journal. answer_by: of orders that it sent and that it holds no answer to."""
        for batch in batches:
            for step in batch.steps:
                if isinstance(step.input, BROKER_REPORTS):
                    self.note(step.input)
                elif isinstance(step.input, StatementReceived):
                    told = step.input.statement.executions or ()
                    self._executions.extend(execution.execution_id for execution in told)
            for command in batch.commands:
                if isinstance(command, SubmitOrder):
                    self.add(command.order, reference_of(command.order.order_id), answer_by=answer_by)

    def note(self, report: BrokerReport) -> None:
        """Take a report about an order."""
        if isinstance(report, (OrderExecuted, ExecutionCorrected)):
            self._executions.append(report.execution_id)
        sent = self._open.get(report.order_id)
        if sent is None:
            return
        if not isinstance(report, CommissionReported):
            sent.answer_by = None
        if isinstance(report, OrderModified):
            sent.terms = report.terms
        elif isinstance(report, OrderExecuted):
            sent.filled[report.execution_id] = report.quantity
        elif isinstance(report, ExecutionCorrected):
            sent.filled.pop(report.corrects, None)
            sent.filled[report.execution_id] = report.quantity
        if isinstance(report, _ENDS) or sum(sent.filled.values(), ZERO) >= sent.terms.quantity:
            del self._open[report.order_id]

    def overdue(self, now: float) -> list[OrderUnanswered]:
        """Return, once each, the orders that nobody answered in time; without a time of their own."""
        late = [sent for sent in self._open.values() if sent.answer_by is not None and now >= sent.answer_by]
        for sent in late:
            sent.answer_by = None
        return [OrderUnanswered(order_id=sent.order.order_id, occurred_at=sent.order.approved_at) for sent in late]

    def next_deadline(self) -> float | None:
        """Return when the next order becomes unknown, by the monotonic clock."""
        return min((sent.answer_by for sent in self._open.values() if sent.answer_by is not None), default=None)

    def known(self) -> tuple[KnownOrder, ...]:
        """Return the orders that are not over."""
        return tuple(
            KnownOrder(order=sent.order, reference=sent.reference, terms=sent.terms) for sent in self._open.values()
        )

    def executions(self) -> tuple[str, ...]:
        """Return the ids of the executions that are known, oldest first."""
        return tuple(self._executions)
