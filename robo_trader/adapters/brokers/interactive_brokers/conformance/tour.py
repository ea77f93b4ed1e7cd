"""One walk through a gateway: its connection, its orders, and the end at which none of them is left open.

Nothing here cancels what others placed: each order of the tour is canceled by its own number, and orders of an earlier
tour that broke off are known by their reference.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from ib_async.contract import Contract
from ib_async.order import Order

from robo_trader.adapters.brokers.interactive_brokers.conformance.frames import Frame
from robo_trader.adapters.brokers.interactive_brokers.conformance.recorder import (
    FIRST_ORDER,
    FIRST_QUESTION,
    GONE,
    OVER,
    OwnOrders,
    Recorder,
    RecordingClient,
    TourEars,
)
from robo_trader.adapters.brokers.interactive_brokers.conformance.terms import TourOrders
from robo_trader.adapters.brokers.interactive_brokers.safety import PAPER_ONLY, refuse_login, refuse_target
from robo_trader.adapters.brokers.interactive_brokers.translation import stock, wire_order
from robo_trader.core.domain.errors import BrokerError, InvalidConfig, OrdersLeftOpen
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderIntent

REFERENCE = "robo-trader conformance"
_ATTEMPTS = 4
_PAUSE_SECONDS = 2.0
_IN_USE = "326"


@dataclass(frozen=True, slots=True, kw_only=True)
class TourPlan:
    """Where the tour goes, and how patient it is. Times are seconds, the price dollars a share."""

    host: str
    port: int
    account: str
    symbol: Symbol
    client_id: int = 77
    price: Decimal | None = None  # None: the gateway is asked
    fills: bool = False  # also buys one share at any price, and sells it
    answer_seconds: float = 10.0  # how long an answer may take
    settle_seconds: float = 1.0  # how long what comes after an answer may take
    fill_seconds: float = 60.0
    messages_a_second: int = 24  # two such seconds on end are within the gateway's 50, however late they come; 0: any

    def __post_init__(self) -> None:
        """Raises InvalidConfig for a live port and for an account that is none of paper."""
        refusal = refuse_target(PAPER_ONLY, self.port, self.account)
        if refusal is not None:
            raise InvalidConfig(refusal, next_step="The tour is for paper accounts: DU1234567 at port 4002 or 7497.")


class Tour:
    """Speaks with the gateway step by step."""

    def __init__(self, plan: TourPlan) -> None:
        self.plan = plan
        self.recorder = Recorder(OwnOrders(plan.client_id), asyncio.get_running_loop().time)
        self.ears = TourEars(self.recorder)
        self.client = RecordingClient(self.ears, self.recorder)
        self.client.MaxRequests = plan.messages_a_second
        self.recorder.placeholders.learn("ACCOUNT", plan.account)
        self.contract: Contract = stock(plan.symbol)
        self.orders: TourOrders  # once the prices are known
        self.server_version = 0
        self.unanswered: list[str] = []  # of the step that is being taken
        self._order_ids = FIRST_ORDER
        self._questions = FIRST_QUESTION

    async def connect(self) -> None:
        """Connect and shake hands. Raises BrokerError where nobody answers, or somebody else's login does."""
        plan = self.plan
        self.recorder.is_cut_off = False
        try:
            await self.client.connectAsync(plan.host, plan.port, plan.client_id, plan.answer_seconds)
        except (OSError, TimeoutError) as error:
            is_in_use = any(frame.kind == "error" and frame.detail == _IN_USE for frame in self.recorder.frames)
            raise BrokerError(
                f"client id {plan.client_id} is in use"
                if is_in_use
                else f"no gateway answers at {plan.host}:{plan.port}",
                next_step="Choose another --client-id." if is_in_use else "Start it, and enable its API.",
            ) from error
        for account in self.client.getAccounts():
            self.recorder.placeholders.learn("ACCOUNT", account)
        refusal = refuse_login(PAPER_ONLY, plan.account, self.client.getAccounts())
        if refusal is not None:
            raise BrokerError(refusal, next_step="Give the --account of the login.")
        self.server_version = self.client.serverVersion()  # known once it is the gateway that was meant
        self._order_ids = max(self._order_ids, self.ears.next_id)
        await self.settle()

    async def hang_up(self) -> None:
        """End the connection, and wait until it has ended."""
        if self.client.conn.isConnected():
            ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

            def end(_reason: str) -> None:
                if not ended.done():
                    ended.set_result(None)

            self.client.conn.disconnected += end
            try:
                self.client.disconnect()
                await asyncio.wait_for(ended, self.plan.answer_seconds)
            finally:
                self.client.conn.disconnected -= end

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """Take a step: what is said until its end, and until all was heard that follows, stands under its name."""
        self.recorder.step, self.unanswered = name, []
        yield
        if self.client.isReady():
            await self._drain()

    async def settle(self) -> None:
        """Wait for what still follows: some time, and then for an answer that comes after all that was said before."""
        await asyncio.sleep(self.plan.settle_seconds)
        await self._drain()

    async def _drain(self) -> None:
        await self.ask(self.client.reqCurrentTime, "currentTime")

    def question(self) -> int:
        """Return a number for a question."""
        self._questions += 1
        self.recorder.placeholders.learn("QUESTION", str(self._questions))
        return self._questions

    async def ask(self, speak: Callable[[], None], *ends: str, about: int | None = None) -> bool:
        """Ask, and wait for a message of one of these kinds or an error about the question; return whether one came."""

        def is_end(frame: Frame) -> bool:
            return (frame.kind in ends and about in {None, frame.about}) or (
                frame.kind == "error" and about is not None and frame.about == about
            )

        since = len(self.recorder.frames)
        speak()
        return await self._await(is_end, since, " or ".join(ends))

    def take_id(self) -> int:
        """Return a number for an order."""
        order_id, self._order_ids = self._order_ids, self._order_ids + 1
        self.recorder.own.statuses[order_id] = ""
        self.recorder.placeholders.learn("ORDER", str(order_id))
        return order_id

    def wire(self, intent: OrderIntent, *, group: str = "", parent: int = 0) -> Order:
        """Return an order in the words of the wire."""
        return wire_order(intent, account=self.plan.account, reference=REFERENCE, group=group, parent=parent)

    def send(self, order_id: int, order: Order) -> None:
        """Hand an order to the socket, and wait for nothing."""
        self.client.placeOrder(order_id, self.contract, order)

    async def place(self, order_id: int, order: Order) -> None:
        """Place an order, or change one, and wait for all that is said of it."""
        since = len(self.recorder.frames)
        self.send(order_id, order)
        await self._await(
            lambda frame: frame.about == order_id and frame.kind in {"orderStatus", "error"},
            since,
            "an answer to an order",
        )
        await self.settle()

    async def open(self, intent: OrderIntent) -> int:
        """Place a new order; return its number."""
        order_id = self.take_id()
        await self.place(order_id, self.wire(intent))
        return order_id

    async def cancel(self, order_id: int) -> None:
        """Cancel an order, and wait until it has ended or the cancel is refused, and for what else is said of it."""
        since = len(self.recorder.frames)
        self.client.cancelOrder(order_id)
        await self._await(
            lambda frame: frame.about == order_id and (frame.detail in OVER or frame.kind == "error"),
            since, "an answer to a cancel",
        )  # fmt: skip
        await self.settle()

    async def end(self, *order_ids: int) -> None:
        """Cancel those of these orders that have not ended."""
        for order_id in order_ids:
            if self.recorder.own.statuses[order_id] not in OVER:
                await self.cancel(order_id)

    async def await_end(self, order_id: int, seconds: float) -> bool:
        """Wait until an order has ended; return whether it filled."""
        await self.recorder.wait(
            lambda frame: frame.about == order_id and frame.detail in OVER, since=0, seconds=seconds
        )
        return self.recorder.own.statuses[order_id] == "Filled"

    def held(self) -> float:
        """Return the signed shares that the tour's own executions have left."""
        return sum(self.recorder.own.executions.values())

    async def sweep(self) -> Sequence[int]:
        """Cancel whatever the tour, or an earlier one, has open under its client id; return what is open still.

        Raises OrdersLeftOpen if the gateway does not say what is open.
        """
        open_ids: list[int] | None = None
        for attempt in range(_ATTEMPTS):
            if attempt and open_ids is None:
                await asyncio.sleep(_PAUSE_SECONDS)  # a gateway that restarts needs a while
            with contextlib.suppress(ConnectionError, BrokerError):
                open_ids = await self._own_open_ids()
                for order_id in open_ids or ():
                    await self.cancel(order_id)
                if open_ids == []:
                    self.recorder.own.statuses.update(dict.fromkeys(self.recorder.own.unended(), GONE))
                    return ()
        if open_ids is None:
            raise OrdersLeftOpen(
                "the gateway does not say which orders are open",
                next_step=f"Look in TWS for orders with the reference {REFERENCE!r}, and cancel them there.",
            )
        return open_ids

    async def _own_open_ids(self) -> list[int] | None:
        """Return the tour's open orders; None if the gateway does not tell them to the end."""
        if not self.client.isReady():
            await self.connect()
        self.ears.left_open.clear()
        if not await self.ask(self.client.reqOpenOrders, "openOrderEnd"):
            return None
        return [number for number, reference in self.ears.left_open.items() if reference == REFERENCE]

    async def _await(self, is_it: Callable[[Frame], bool], since: int, what: str) -> bool:
        frame = await self.recorder.wait(is_it, since=since, seconds=self.plan.answer_seconds)
        if frame is None:
            self.unanswered.append(what)
        return frame is not None
