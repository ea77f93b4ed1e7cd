"""Order of acts: nothing reaches the broker before it is durable, and then once, in order, as it was written down.

I17, and I01 and I02 at the wire. The two wrappers stand around a run's journal and broker, and know each other.
"""

from collections import deque
from collections.abc import Iterator, Sequence

from robo_trader.core.domain.commands import CancelOrder, Command, ModifyOrder, SubmitOrder
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementPart
from robo_trader.core.ports.broker import Broker
from robo_trader.core.ports.journal import Batch, Journal
from robo_trader.runtime.invariants.broken import InvariantBroken


class WatchedJournal:
    """A journal that remembers which commands are durable and have not been carried out."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.due: deque[Command] = deque()

    async def commit(self, batch: Batch) -> None:
        """As Journal.commit. Raises InvariantBroken if commands of an earlier batch were never carried out."""
        if self.due:
            raise InvariantBroken("I17", f"{self.due[0]} was committed and never carried out")
        await self._journal.commit(batch)
        self.due.extend(batch.commands)

    def batches(self) -> Iterator[Batch]:
        """As Journal.batches."""
        return self._journal.batches()


class WatchedBroker:
    """A broker that is handed what the journal beside it has made durable, and nothing else."""

    def __init__(self, broker: Broker, journal: WatchedJournal) -> None:
        self._broker = broker
        self._journal = journal
        self._last_id = 0

    async def submit(self, order: ApprovedOrder) -> None:
        """As Broker.submit. Raises InvariantBroken."""
        self._demand(SubmitOrder(order=order))
        if order.order_id <= self._last_id:
            raise InvariantBroken("I02", f"order {order.order_id} is submitted after order {self._last_id}")
        self._last_id = order.order_id
        await self._broker.submit(order)

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        """As Broker.cancel. Raises InvariantBroken."""
        self._demand(CancelOrder(order_id=order_id, occurred_at=at))
        await self._broker.cancel(order_id, at=at)

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        """As Broker.modify. Raises InvariantBroken."""
        self._demand(ModifyOrder(order_id=order_id, terms=terms, occurred_at=at))
        await self._broker.modify(order_id, terms, at=at)

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        """As Broker.request_statement: a question moves nothing, and need not be durable."""
        await self._broker.request_statement(parts, at=at)

    def take_reports(self) -> Sequence[FromBroker]:
        """As Broker.take_reports."""
        return self._broker.take_reports()

    def _demand(self, command: Command) -> None:
        due = self._journal.due
        if not due:
            raise InvariantBroken("I17", f"{command} reaches the broker and is not durable")
        if due[0] != command:
            raise InvariantBroken("I01", f"{command} reaches the broker, durable is {due[0]}")
        due.popleft()
