"""The library's client with a recorder in it: every frame is kept as it went, and whoever waits for one is woken."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from types import SimpleNamespace
from typing import Any, cast

from ib_async.contract import Contract, ContractDetails
from ib_async.decoder import Decoder
from ib_async.objects import CommissionReport, Execution, PriceIncrement
from ib_async.order import Order, OrderState

from robo_trader.adapters.brokers.interactive_brokers.codes import CodeKind, meaning
from robo_trader.adapters.brokers.interactive_brokers.conformance.frames import Direction, Frame, heard, sent, text_at
from robo_trader.adapters.brokers.interactive_brokers.conformance.placeholders import Placeholders, ids_told
from robo_trader.adapters.brokers.interactive_brokers.guarded_client import GuardedClient

FIRST_ORDER = 1_000_000  # numbers of orders: long ones, that no other field of a frame has by chance
FIRST_QUESTION = 1_900_000_000  # numbers of questions
REJECTED = "Rejected"  # refused before it had a status
GONE = "Gone"  # among the open orders no more, and nobody said why
OVER = frozenset({"Cancelled", "ApiCancelled", "Filled", "Inactive", REJECTED, GONE})
_PRIVATE = frozenset({"position", "updatePortfolio", "updateAccountValue", "accountSummary"})

_CLIENT_PLACES = {"openOrder": 24, "orderStatus": 9, "execDetails": 22}  # where the client id stands


@dataclass(slots=True)
class OwnOrders:
    """Which orders are the tour's, and how they stand by what was heard last."""

    client_id: int
    statuses: dict[int, str] = field(default_factory=dict)  # by our number; "" until one is heard
    perm_ids: set[int] = field(default_factory=set)
    executions: dict[str, float] = field(default_factory=dict)  # signed shares by the execution's id

    def unended(self) -> list[int]:
        """Return the orders that nobody has said to have ended."""
        return [order_id for order_id, status in self.statuses.items() if status not in OVER]

    def note_code(self, order_id: int, code: str) -> None:
        """Take an error about one of the orders."""
        kind = meaning(int(code)).kind if code.isdigit() else CodeKind.NOTICE
        if kind is CodeKind.CONFIRMS_CANCEL:
            self.statuses[order_id] = "Cancelled"
        elif kind is CodeKind.REJECTS and not self.statuses[order_id]:
            self.statuses[order_id] = REJECTED


class Recorder:
    """Keeps frames in order, under the name of the step that is being taken."""

    def __init__(self, own: OwnOrders, clock: Callable[[], float]) -> None:
        self.own = own
        self.frames: list[Frame] = []
        self.placeholders = Placeholders()
        self.step = ""
        self.is_cut_off = False  # the gateway has ended the connection
        self._clock = clock
        self._began_at = clock()
        self._news = asyncio.Event()

    def send(self, fields: Sequence[str]) -> None:
        """Take a request that goes out."""
        self.frames.append(sent(self.step, self._now(), fields))

    def hear(self, fields: Sequence[str]) -> Frame:
        """Take a message that came in; what it is about is known once it is decoded."""
        frame = heard(self.step, self._now(), fields)
        self.frames.append(frame)
        return frame

    def conclude(self, frame: Frame) -> None:
        """Take it that a message has been decoded: say whose it is, and wake who waits."""
        if frame.kind in _PRIVATE:
            frame.is_ours = False
        elif frame.kind in _CLIENT_PLACES:
            client = {"openOrder": 24, "orderStatus": 9, "execDetails": 22}[frame.kind]
            frame.is_ours = frame.about in self.own.statuses and text_at(frame.fields, client) == str(
                self.own.client_id
            )
        elif frame.kind == "error" and frame.about is not None:
            is_of_order = FIRST_ORDER <= frame.about < FIRST_QUESTION
            frame.is_ours = not is_of_order or frame.about in self.own.statuses
        if frame.is_ours:
            for name, value in ids_told(frame):
                self.placeholders.learn(name, value)
            self._note_status(frame)
        self._news.set()

    async def wait(self, is_it: Callable[[Frame], bool], *, since: int, seconds: float) -> Frame | None:
        """Return the first message heard from a place on that fits; None if there is none within so many seconds.

        Raises ConnectionError where the connection breaks meanwhile.
        """
        place = since
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for frame in self.frames[place:]:
                        place += 1
                        if frame.direction is Direction.HEARD and is_it(frame):
                            return frame
                    if self.is_cut_off:
                        raise ConnectionError("the gateway has hung up")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return None

    def cut_off(self) -> None:
        """Take it that the gateway has ended the connection."""
        self.is_cut_off = True
        self._news.set()

    def _note_status(self, frame: Frame) -> None:
        statuses, about = self.own.statuses, frame.about
        if about is None or about not in statuses:
            return
        if frame.kind == "orderStatus":
            statuses[about] = frame.detail
        elif frame.kind == "error":
            self.own.note_code(about, frame.detail)

    def _now(self) -> float:
        return self._clock() - self._began_at


class TourEars:
    """Takes what ib_async decoded. Method names are the library's; what has none here is recorded all the same."""

    # ruff: noqa: N802, N803 - the library calls them so

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.defaultTimezone = UTC
        self.ib = SimpleNamespace(TimezoneTWS="US/Eastern")
        self.frame: Frame
        self.next_id = 0
        self.contracts: list[ContractDetails] = []
        self.increments: list[PriceIncrement] = []
        self.prices: dict[int, float] = {}  # dollars by type of tick
        self.left_open: dict[int, str] = {}  # references of this client's open orders, by number

    def connectAck(self) -> None:
        """The handshake is over."""

    def setEventsDone(self) -> None:
        """The connection is over."""

    def connectionClosed(self) -> None:
        """The gateway has ended the connection."""
        self._recorder.cut_off()

    def nextValidId(self, orderId: int) -> None:
        """The gateway offers a number."""
        self.next_id = orderId

    def openOrder(self, orderId: int, _contract: Contract, order: Order, orderState: OrderState) -> None:
        """An order as it is."""
        self.frame.detail = orderState.status
        if order.clientId == self._recorder.own.client_id:
            self.left_open[orderId] = order.orderRef
        if orderId in self._recorder.own.statuses:
            self._recorder.own.statuses[orderId] = orderState.status
            self._recorder.own.perm_ids.add(order.permId)

    def completedOrder(self, _contract: Contract, order: Order, orderState: OrderState) -> None:
        """An order that ended today."""
        self.frame.about, self.frame.detail = order.permId, orderState.status
        self.frame.is_ours = order.permId in self._recorder.own.perm_ids - {0}

    def execDetails(self, _reqId: int, _contract: Contract, execution: Execution) -> None:
        """An execution, as it happens or in an answer."""
        if execution.orderId in self._recorder.own.statuses and execution.clientId == self._recorder.own.client_id:
            sign = 1 if execution.side == "BOT" else -1
            self._recorder.own.executions[execution.execId] = sign * execution.shares

    def commissionReport(self, commissionReport: CommissionReport) -> None:
        """What an execution cost."""
        self.frame.is_ours = commissionReport.execId in self._recorder.own.executions

    def contractDetails(self, _reqId: int, contractDetails: ContractDetails) -> None:
        """What is known of a contract."""
        self.contracts.append(contractDetails)

    def marketRule(self, _marketRuleId: int, priceIncrements: list[PriceIncrement]) -> None:
        """The steps of prices."""
        self.increments = priceIncrements

    def position(self, _account: str, _contract: Contract, _position: float, _cost: float) -> None:
        """Shares held: nobody's business."""

    def error(self, _reqId: int, _code: int, _text: str, _rejectJson: str = "") -> None:
        """An error, a warning or a notice: the frame tells."""

    def priceSizeTick(self, _reqId: int, tickType: int, price: float, _size: float) -> None:
        """A price."""
        if price > 0:
            self.prices[tickType] = price


class UndecodableHandler(logging.Handler):
    """The library logs what it cannot read, and goes on; the recording says so."""

    def __init__(self, ears: TourEars) -> None:
        super().__init__(logging.ERROR)
        self._ears = ears

    def emit(self, _record: logging.LogRecord) -> None:
        """Note that the last message was not understood."""
        self._ears.frame.detail = "NOT UNDERSTOOD"


class _RecordingDecoder(Decoder):
    def __init__(self, ears: TourEars, recorder: Recorder) -> None:
        super().__init__(cast("Any", ears), 0)  # the library names its own class, and asks for these methods only
        self._ears = ears
        self._recorder = recorder

    def interpret(self, fields: list[str]) -> None:
        frame = self._ears.frame = self._recorder.hear(fields)
        super().interpret(list(fields))  # it takes the list apart
        self._recorder.conclude(frame)


class RecordingClient(GuardedClient):
    """The guarded client, with every frame recorded as it goes and before it is decoded."""

    def __init__(self, ears: TourEars, recorder: Recorder) -> None:
        super().__init__(ears)
        self.decoder = _RecordingDecoder(ears, recorder)
        self._recorder = recorder

    def sendMsg(self, msg: str | None) -> None:
        """Send a request; None: those that had to wait for their turn."""
        if msg:
            self._recorder.send(msg.split("\0")[:-1])
        super().sendMsg(msg or "")
