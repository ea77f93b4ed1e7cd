"""A broker who comes and goes, made one that is READY only once his books were held against ours.

The engine is told that he is READY after it has taken two whole statements of the present connection; until then
nothing leaves. Later he is asked again as the schedule says, and at once where an order was not answered: only what he
states ends such an order, and until then its symbol is blocked.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.order_reports import OrderUnanswered
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementPart, StatementReceived
from robo_trader.core.execution.statement_schedule import EVERYTHING, LastAsked, StatementSchedule, due_parts
from robo_trader.core.ports.broker import Broker

PASSES = 2
ANSWER_NANOS = 60 * 1_000_000_000  # a statement that does not come within it is asked for again


class LiveBroker(Broker, Protocol):
    """A broker that may come and go, and says when something arrived."""

    @property
    def arrived(self) -> asyncio.Event:
        """Set while something waits to be taken."""
        ...

    def now(self) -> int:
        """Return the market's time, UTC ns."""
        ...


class ReconciledBroker:
    """Stands before a live broker. It is a broker itself, and hands all on but the word that he is READY."""

    def __init__(self, broker: LiveBroker, schedule: StatementSchedule, clock: Callable[[], int]) -> None:
        """clock: nanoseconds that never go back."""
        self._broker = broker
        self._schedule = schedule
        self._clock = clock
        self._last = LastAsked()
        self._asked_at: int | None = None  # by the clock, of the statement that is under way
        self._ready: BrokerLinkChanged | None = None  # heard, and not told yet
        self._passes_left = 0
        self._looks_left = 0  # statements that are wanted because of an order that was not answered
        self.is_ready = False  # and the engine was told so

    async def submit(self, order: ApprovedOrder) -> None:
        """As Broker.submit."""
        await self._broker.submit(order)

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        """As Broker.cancel."""
        await self._broker.cancel(order_id, at=at)

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        """As Broker.modify."""
        await self._broker.modify(order_id, terms, at=at)

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        """As Broker.request_statement."""
        await self._broker.request_statement(parts, at=at)

    def take_reports(self) -> Sequence[FromBroker]:
        """As Broker.take_reports; that he is READY comes after the second statement was taken."""
        told: list[FromBroker] = []
        if self._ready is not None and not self._passes_left:
            told.append(self._release(self._ready))
        for report in self._broker.take_reports():
            if isinstance(report, BrokerLinkChanged):
                self._note_link(report)
                if report.state is LinkState.READY:
                    continue
            elif isinstance(report, StatementReceived):
                self._note_statement(report)
            elif isinstance(report, OrderUnanswered):
                self._looks_left = PASSES
            told.append(report)
        return told

    async def ask(self) -> None:
        """Ask for a statement if one is due and none is under way."""
        now = self._clock()
        if self._asked_at is not None and now - self._asked_at < ANSWER_NANOS:
            return
        is_wanted = self._passes_left or self._looks_left
        parts = EVERYTHING if is_wanted else due_parts(self._schedule, self._last, now, session_opens=False)
        if parts and (self.is_ready or self._ready is not None):
            self._last = self._last.note(parts, now)
            self._asked_at = now
            await self._broker.request_statement(parts, at=self._broker.now())

    def _note_link(self, changed: BrokerLinkChanged) -> None:
        is_ready = changed.state is LinkState.READY
        self._ready = changed if is_ready else None
        self._passes_left = PASSES if is_ready else 0
        self._asked_at = None
        self._last = LastAsked()
        self.is_ready = False

    def _note_statement(self, received: StatementReceived) -> None:
        self._asked_at = None
        if received.statement.is_whole:
            self._passes_left = max(0, self._passes_left - 1)
            self._looks_left = max(0, self._looks_left - 1)

    def _release(self, ready: BrokerLinkChanged) -> BrokerLinkChanged:
        self._ready, self.is_ready = None, True
        return BrokerLinkChanged(
            state=ready.state, reason=f"{ready.reason}; two statements were taken", epoch=ready.epoch,
            occurred_at=max(ready.occurred_at, self._broker.now()),
        )  # fmt: skip
