"""The broker port, spoken to Alpaca.

An order is sent once. If the answer does not come, nothing is said: whether it is there, Alpaca's lists will show, and
they are read at once, again with every statement, and whenever the stream comes back. Nothing that is told twice is
reported twice (`following.py`), so reading too often harms nobody.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from robo_trader.adapters.brokers.alpaca.following import Following
from robo_trader.adapters.brokers.alpaca.listings import AlpacaListings
from robo_trader.adapters.brokers.alpaca.lookout import Lookout
from robo_trader.adapters.brokers.alpaca.order_bodies import unsupported
from robo_trader.adapters.brokers.alpaca.order_traffic import OrderTraffic
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaSilent
from robo_trader.adapters.brokers.alpaca.reports import Reports
from robo_trader.adapters.brokers.alpaca.statements import statement_of
from robo_trader.adapters.brokers.alpaca.update_stream import UpdateStream
from robo_trader.adapters.brokers.alpaca.wire import TradeUpdate
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementPart, StatementReceived

ORDERS_WAITING_MAX = 100
STATEMENTS_WAITING_MAX = 4  # who asks more while none is answered gets no more answers


class AlpacaBroker:
    """One Alpaca account. Made by `connecting.connect`; to be closed."""

    def __init__(
        self, traffic: OrderTraffic, lookout: Lookout, listings: AlpacaListings, following: Following, reports: Reports
    ) -> None:
        self._traffic = traffic
        self._lookout = lookout
        self._listings = listings
        self._following = following
        self._reports = reports
        self._early: list[TradeUpdate] | None = []  # updates before we know what was there; None once we do
        self._turns: WeakValueDictionary[OrderId, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []
        self._orders_waiting = 0
        self._statements_waiting = 0

    # ---- the port --------------------------------------------------------------------------------

    async def submit(self, order: ApprovedOrder) -> None:
        """Hand over an order; it is sent once."""
        refusal = unsupported(order.intent)
        self._following.begin(order)
        if refusal is None and self._orders_waiting >= ORDERS_WAITING_MAX:
            refusal = f"{self._orders_waiting} orders wait to be sent already; this one was not sent"
        if refusal is not None:
            self._following.refuse(order.order_id, refusal, at=self._traffic.time(order.approved_at))
            return
        self._orders_waiting += 1
        self._do(order.order_id, partial(self._send, order))

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        """Ask for the rest of an order to be taken out of the market."""
        self._do(order_id, partial(self._traffic.cancel, order_id, at=at))

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        """Ask for an order to be worked under other terms: Alpaca lets another order take its place."""
        self._do(order_id, partial(self._traffic.modify, order_id, terms, at=at))

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        """Ask what is in the account. What Alpaca does not answer is left out; if that is all, no statement comes."""
        if self._statements_waiting < STATEMENTS_WAITING_MAX:
            self._statements_waiting += 1
            self._begin(self._state(parts, at))

    def take_reports(self) -> Sequence[FromBroker]:
        """Return what is new. Raises what broke the connection for good: unknown keys, or a bug."""
        if self._failures:
            raise self._failures[0]
        return self._reports.take()

    @property
    def arrived(self) -> asyncio.Event:
        """Set while something waits to be taken."""
        return self._reports.arrived

    def now(self) -> int:
        """Return the time, UTC nanoseconds."""
        return self._traffic.now()

    # ---- its life --------------------------------------------------------------------------------

    async def start(self, stream: UpdateStream, *, within_seconds: float) -> None:
        """Listen, and only then see what is there: so nothing falls in between. Raises what makes it impossible."""
        self._begin(stream.run())
        listening = asyncio.create_task(stream.listening.wait())
        try:
            await asyncio.wait({listening, *self._tasks}, timeout=within_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            listening.cancel()
        if self._failures:
            raise self._failures[0]
        if not stream.listening.is_set():
            raise AlpacaSilent("Alpaca's stream of updates cannot be reached", next_step="See status.alpaca.markets.")
        await self._lookout.begin()
        early, self._early = self._early or [], None
        for update in early:
            self._following.take_update(update)
        self._reports.note_known()
        self._begin(self._lookout.run())

    def take_update(self, update: TradeUpdate) -> None:
        """Take what the stream tells."""
        if self._early is not None:
            self._early.append(update)
        else:
            self._following.take_update(update)
            self._lookout.check_doubts()

    async def close(self) -> None:
        """End all that is under way. An order that was being sent may have arrived, as after a crash."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for lane in (self._traffic.orders, self._traffic.cancels, self._listings):
            await asyncio.to_thread(lane.close)

    # ---- what it does meanwhile ------------------------------------------------------------------

    async def _send(self, order: ApprovedOrder) -> None:
        try:
            await self._traffic.send(order)
        finally:
            self._orders_waiting -= 1

    async def _state(self, parts: tuple[StatementPart, ...], at: int) -> None:
        try:
            holdings = await self._listings.holdings() if StatementPart.POSITIONS in parts else None
            listing = await self._listings.read(at, with_orders=StatementPart.ORDERS in parts)
        finally:
            self._statements_waiting -= 1
        self._lookout.take_listing(listing)
        if holdings is None and listing.executions is None:
            return  # Alpaca answered nothing: nothing is known
        statement = statement_of(holdings, listing, self._following)
        self._reports.tell(StatementReceived(statement=statement, asked_at=at, occurred_at=self._traffic.time(at)))

    def _do(self, order_id: OrderId, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin work on an order, after all that was begun before on the same."""
        turn = self._turns.setdefault(order_id, asyncio.Lock())

        async def in_turn() -> None:
            async with turn:
                await work()

        self._begin(in_turn())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)
            self._reports.arrived.set()
