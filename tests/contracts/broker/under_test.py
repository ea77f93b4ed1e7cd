"""A broker as the contract sees it: what a test may do to it, and what it may expect.

To put another broker under the contract, write a maker (as `paper.py`, `alpaca.py`) and name it in `conftest.py`.
Answers may come at any time: a test waits for what it asserts, and before it asserts that something did not happen it
asks for a statement, because a broker tells all it knows before that.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol, TypeVar

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.broker_words import BROKER_WORDS
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import CommissionReported, OrderAccepted, OrderExecuted, OrderRejected
from robo_trader.core.domain.orders import OrderId, OrderIntent, OrderTerms, OrderType, TimeInForce
from robo_trader.core.domain.risk_facts import FactsReported
from robo_trader.core.domain.statements import BrokerStatement, StatementPart, StatementReceived
from robo_trader.core.ports.broker import Broker
from tests.builders import OPEN, a_session, an_approved_order
from tests.unit.simulation.venue.showing import an_hour

EVERYTHING = (StatementPart.POSITIONS, StatementPart.ORDERS)
ANSWER_SECONDS_MAX = 20.0
Report = FromBroker
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a broker takes. What it does not take it must refuse, by a report with a reason."""

    order_types: frozenset[OrderType]
    times_in_force: frozenset[TimeInForce]
    modifies_partly_filled: bool
    tells_earlier_days: bool  # what was missed on one day can be asked for on the next
    refused: dict[str, OrderIntent]  # orders it takes in no case, by what is wrong with them


@dataclass(frozen=True, slots=True)
class Book:
    """What the broker's own book says, seen from behind: signed shares, and dollars."""

    shares: dict[Symbol, Decimal]
    cash: Decimal


class World(Protocol):
    """The broker's side, in the hands of a test. Times are UTC nanoseconds."""

    @property
    def broker(self) -> Broker: ...
    @property
    def abilities(self) -> Abilities: ...
    def come_to(self, at: int) -> None:
        """Let the market's time be at least this."""

    def show(self, slice_: BarSlice) -> None:
        """Let the market move."""

    def book(self) -> Book:
        """Look into the broker's book."""

    def lose_connection(self) -> None:
        """Let nothing reach us any more, as far as there is a connection to lose. Orders may still work."""

    def restore_connection(self) -> None:
        """Let us be reached again."""


@dataclass
class BrokerUnderTest:
    """A broker, its world, and all it has reported so far."""

    world: World
    reports: list[Report] = field(default_factory=list)
    now: int = OPEN

    @property
    def abilities(self) -> Abilities:
        return self.world.abilities

    async def submit(self, intent: OrderIntent, *, order_id: int = 1, at: int | None = None) -> OrderId:
        """Hand over an order at a time, by default now."""
        self.come_to(self.now if at is None else at)
        order = an_approved_order(order_id=order_id, intent=intent, at=self.now)
        await self.world.broker.submit(order)
        return order.order_id

    async def place(self, intent: OrderIntent, *, order_id: int = 1, at: int | None = None) -> OrderId:
        """Hand over an order, and wait until the broker has taken it."""
        name = await self.submit(intent, order_id=order_id, at=at)
        await self.until_told(OrderAccepted, name)
        return name

    async def refused(self, intent: OrderIntent, *, order_id: int = 1) -> OrderRejected:
        """Hand over an order, and wait until the broker has refused it."""
        return await self.until_told(OrderRejected, await self.submit(intent, order_id=order_id))

    async def cancel(self, order_id: OrderId) -> None:
        await self.world.broker.cancel(order_id, at=self.now)

    async def modify(self, order_id: OrderId, terms: OrderTerms) -> None:
        await self.world.broker.modify(order_id, terms, at=self.now)

    def come_to(self, at: int) -> None:
        self.now = max(self.now, at)
        self.world.come_to(self.now)

    def show(self, slice_: BarSlice) -> None:
        self.world.show(slice_)
        self.now = max(self.now, slice_.ended_at)

    def show_hours(self, *numbers: int, price: float = 100.0, volume: float = 1_000_000.0, day: int = 0) -> None:
        """Show flat hours of a session, the first being 1, the last, of half an hour, 7."""
        for number in numbers:
            self.show(an_hour(number, session=a_session(day=day), open_=price, volume=volume))

    def take(self) -> list[Report]:
        """Take what is new, and keep it."""
        new = list(self.world.broker.take_reports())
        self.reports.extend(new)
        return new

    async def until(self, condition: Callable[[], bool]) -> None:
        """Take reports until a condition holds."""
        deadline = time.monotonic() + ANSWER_SECONDS_MAX
        while True:
            self.take()
            if condition():
                return
            assert time.monotonic() < deadline, f"it did not come to be; reported so far: {self.reports}"
            await asyncio.sleep(0.005)

    async def until_told(self, kind: type[Kind], order_id: OrderId, *, times: int = 1) -> Kind:
        """Take reports until there are so many of a kind for an order, and return the last such."""
        await self.until(lambda: len(self.told(kind, order_id)) >= times)
        return self.told(kind, order_id)[-1]

    async def until_answered(self, order_id: OrderId) -> None:
        """Take reports until an order was taken or refused."""
        await self.until(lambda: bool(self.told(OrderAccepted, order_id) or self.told(OrderRejected, order_id)))

    async def until_filled(self, order_id: OrderId, shares: int) -> None:
        """Take reports until executions of an order come to so many shares."""
        await self.until(lambda: self.filled(order_id) >= shares)

    async def statement(self, parts: tuple[StatementPart, ...] = EVERYTHING) -> BrokerStatement:
        """Ask for a statement, and wait for it."""
        before = len(self._statements())
        await self.world.broker.request_statement(parts, at=self.now)
        await self.until(lambda: len(self._statements()) > before)
        return self._statements()[-1].statement

    async def settle(self) -> None:
        """Wait until the broker has told all it knew when this was called."""
        await self.statement()

    def told(self, kind: type[Kind], order_id: OrderId) -> list[Kind]:
        """Return the reports of a kind for an order."""
        return [one for one in self.reports if isinstance(one, kind) and getattr(one, "order_id", None) == order_id]

    def executions(self) -> list[OrderExecuted]:
        return [report for report in self.reports if isinstance(report, OrderExecuted)]

    def filled(self, order_id: OrderId) -> Decimal:
        return sum((one.quantity for one in self.told(OrderExecuted, order_id)), Decimal(0))

    def of_orders(self) -> list[Report]:
        """Return all reports but statements, the state of the link, and costs that some brokers tell apart."""
        others = (StatementReceived, FactsReported, CommissionReported, *BROKER_WORDS)
        return [report for report in self.reports if not isinstance(report, others)]

    def _statements(self) -> list[StatementReceived]:
        return [report for report in self.reports if isinstance(report, StatementReceived)]
