"""A session of the broker's process whose gateway says anything at all: everything is real but the socket below it."""

import asyncio
import contextlib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from ib_async.connection import Connection
from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.safety import PAPER_ONLY
from robo_trader.adapters.brokers.interactive_brokers.session import Session
from robo_trader.core.domain.broker_link import LinkState
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.domain.statements import BrokerStatement, StatementPart, StatementReceived
from robo_trader.simulation.gateway.protocol import messages as said
from robo_trader.simulation.gateway.protocol.frames import frame
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.writing import write_message
from tests.builders import OPEN, an_approved_order, an_intent, some_terms
from tests.gateway_running import ACCOUNT
from tests.unit.adapters.brokers.interactive_brokers.messages import INSTALL
from tests.unit.simulation.gateway.protocol.test_writing_at_length import AAPL, EXECUTION, SAMPLES
from tests.unit.simulation.gateway.protocol.test_writing_at_length import OPEN as SHOWN

VERSION = 178
ORDERS = (1, 2, 3)
PERM = 7_000
ENDS = (said.OpenOrderEnd(), said.CompletedOrdersEnd(), said.PositionEnd())
D = Decimal


class SilentLine(Connection):
    """ib_async's connection without its socket."""

    is_closed = False

    def sendMsg(self, msg: bytes) -> None:  # noqa: N802 - ib_async's name
        self.numBytesSent += len(msg)

    def disconnect(self) -> None:
        self.is_closed = True
        self.disconnected.emit("")


def begin(folder: Path) -> speech.Begin:
    """Three orders of an earlier process: one that works, one that is to be canceled, one with new terms."""
    table = ReferenceTable(install=INSTALL)
    known = []
    for order_id in ORDERS:
        table.note(OrderId(order_id), 1)
        order = an_approved_order(order_id=order_id, intent=an_intent(limit=100))
        known.append(
            speech.KnownOrder(
                order=order, reference=str(table.reference_of(order.order_id)), terms=order.intent.terms,
                is_accepted=order_id == 1, is_cancel_asked=order_id == 2,
                asked=some_terms(quantity=120, limit=101) if order_id == 3 else None,
            )
        )  # fmt: skip
    return speech.Begin(
        host="127.0.0.1", port=4002, client_id=1, account=ACCOUNT, allowed=PAPER_ONLY, time_zone="US/Eastern",
        table=table, numbers_file=str(folder / "numbers"), orders=tuple(known), executions={}, at=OPEN, opened_at=OPEN,
    )  # fmt: skip


class HostileGateway:
    """Speaks to one session, and hears what that tells the engine."""

    def __init__(self, folder: Path) -> None:
        self.session = Session(begin(folder), self._hear)
        self.told = 0
        self.kinds: set[str] = set()
        self.statement: BrokerStatement | None = None  # the last one that was told
        self._client = self.session._wire.client

    def begin_again(self) -> None:
        """Let the connection be a new one that has heard nothing yet."""
        self._client.disconnect()
        self._client.conn = self._line = SilentLine()
        self._line.disconnected += self._client._onSocketDisconnected
        self._client.connState = self._client.CONNECTING

    def connect(self) -> None:
        """Shake hands: the line is as after every answer of the start."""
        self.begin_again()
        self.feed(frame(b"178\x0020240304 09:30:00 EST\0"))
        self.say(said.ManagedAccountsList(accounts=(ACCOUNT,)), said.NextValidId(order_id=10))
        self.session.tracker.forget_wire()
        self.say(*(self.shown(order_id) for order_id in ORDERS))
        self.session._wire.lost.clear()
        self.session._enter(LinkState.READY, "a test says so")
        assert self._client.isReady()

    def say(self, *messages: Message) -> None:
        """Say what is true."""
        self.feed(b"".join(frame(write_message(one, VERSION)) for one in messages))

    def feed(self, data: bytes) -> None:
        """Let bytes arrive; whatever they raise is a bug."""
        if not self._line.is_closed:
            self._client._onSocketHasData(data)

    @property
    def has_hung_up(self) -> bool:
        """Whether the session ended the connection."""
        return self._line.is_closed

    async def watch(self) -> None:
        """Let bars be asked for."""
        wanted = speech.WatchMarket(symbols=(Symbol("AAPL"),), bar_size="1 hour", duration="2 D")
        await self.session.market.watch(wanted)
        self.session.market.begin()
        await asyncio.sleep(1)

    async def ask(self, frames: Iterable[bytes]) -> None:
        """Have a statement made, and all asked as at a start, while frames come as rows; each answer ends."""
        parts = (StatementPart.ORDERS, StatementPart.POSITIONS)
        asked = speech.AskStatement(parts=parts, at=self.session._clock.now())
        for question in (self.session.answer, self._synchronise):
            task = asyncio.ensure_future(question(asked))
            rows = iter(frames)
            while not task.done():
                self.feed(next(rows, b""))
                await asyncio.sleep(0.01)
                number = self.session._wire._requests
                self.say(*(self.shown(order_id) for order_id in ORDERS))
                self.say(*ENDS, said.ExecutionDetailsEnd(request_id=number), said.AccountSummaryEnd(request_id=number))
                self.say(said.CurrentTimeMessage(at=OPEN))
            await task
        assert self.session.errands._broken.empty(), self.session.errands._broken.get_nowait()

    async def _synchronise(self, _asked: speech.AskStatement) -> None:
        with contextlib.suppress(NoAnswerError, RequestRefusedError, ConnectionError):
            await self.session._synchronise()

    def frames(self) -> list[bytes]:
        """Return true messages of every kind, and of our orders and questions."""
        number = self.session._wire._requests
        ours: list[Message] = [*SAMPLES]
        for order_id in ORDERS:
            ours += [self.shown(order_id), *self.life(order_id)]
        for about in (number - 1, number):
            ours += [
                said.ExecutionDetails(request_id=about, contract=AAPL, execution=EXECUTION),
                said.AccountSummaryMessage(
                    request_id=about, account=ACCOUNT, tag="TotalCashValue", value="100000.5", currency="USD"
                ),
                said.ErrorMessage(about=about, code=162, text="Historical Market Data Service error message"),
            ]
        ours.append(said.PositionMessage(account=ACCOUNT, contract=AAPL, quantity=D(100), average_cost=D("100.5")))
        ours += [_about(message, number - 1) for message in SAMPLES if hasattr(message, "request_id")]
        return [write_message(message, VERSION) for message in ours]

    def shown(self, order_id: int) -> said.OpenOrder:
        """Return an order of ours as the gateway shows it."""
        ticket = replace(
            SHOWN.ticket, order_ref=f"{INSTALL}.1.{order_id}", order_type="LMT", quantity=D(100), limit_price=D(100),
            aux_price=None, trail_stop_price=None, account=ACCOUNT,
        )  # fmt: skip
        state = replace(SHOWN.state, status="Submitted")
        return said.OpenOrder(
            order_id=order_id, client_id=1, perm_id=PERM + order_id, contract=AAPL, ticket=ticket, state=state
        )

    def life(self, order_id: int) -> list[Message]:
        """Return what is said of an order of ours as it fills."""
        shown = self.shown(order_id)
        execution = replace(
            EXECUTION, exec_id=f"00a1.{order_id:04}.01.01", order_id=order_id, client_id=1, perm_id=shown.perm_id,
            order_ref=shown.ticket.order_ref, shares=D(40), price=D(100), account=ACCOUNT,
        )  # fmt: skip
        return [
            *(
                said.OrderStatusMessage(
                    order_id=order_id, client_id=1, perm_id=shown.perm_id, parent_id=0, status=status, filled=D(40),
                    remaining=D(60), average_price=D(100), last_price=D(100), why_held="locate",
                )
                for status in ("PreSubmitted", "Submitted", "Filled", "Cancelled", "Inactive")
            ),
            said.ExecutionDetails(request_id=-1, contract=AAPL, execution=execution),
            said.CommissionReport(exec_id=execution.exec_id, commission=D("1.05")),
            said.CompletedOrder(
                perm_id=shown.perm_id, contract=AAPL, ticket=shown.ticket, state=shown.state, filled=D(100)
            ),
            *(said.ErrorMessage(about=order_id, code=code, text="in words") for code in (110, 201, 202, 399, 10147)),
        ]  # fmt: skip

    def renamed(
        self, execution: said.ExecutionDetails, commission: said.CommissionReport, name: str
    ) -> tuple[Message, Message]:
        """Return the two for another execution."""
        return (
            replace(execution, execution=replace(execution.execution, exec_id=name)),
            replace(commission, exec_id=name),
        )

    def _hear(self, value: object) -> None:
        """Take what the engine is told: it must be fit to be told."""
        kind, payload = speech.encode(value)
        assert speech.decode(kind, payload) == value
        self.told += 1
        self.kinds.add(kind)
        if isinstance(value, StatementReceived):
            self.statement = value.statement


def _about(message: Message, number: int) -> Message:
    return replace(message, request_id=number)
