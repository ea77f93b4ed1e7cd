"""Interactive Brokers behind the broker port: starts the process that talks to the gateway, and outlives it.

The process may die, hang or be killed at any time; then another is started and told what is open. An order that the
dead one may or may not have sent is never sent again: it becomes unknown when its time is over, and evidence ends that.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.channel import Channel, ChannelBrokenError
from robo_trader.adapters.brokers.interactive_brokers.codes import CodeKind, meaning
from robo_trader.adapters.brokers.interactive_brokers.open_orders import OpenOrders
from robo_trader.adapters.brokers.interactive_brokers.patience import USUAL, Patience
from robo_trader.adapters.brokers.interactive_brokers.safety import PAPER_ONLY, AllowedTargets
from robo_trader.adapters.brokers.interactive_brokers.surroundings import (
    THIS_MACHINE,
    BrokerProcess,
    Surroundings,
)
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import (
    BROKER_REPORTS,
    ModifyRejected,
    OrderRejected,
    OrderUnanswered,
)
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.domain.statements import ForeignExecution, StatementPart, StatementReceived
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.ports.journal import Batch

_NOT_SENT = "it was not sent: the broker's process is not there"

_FOR_THE_BOOKS = (*BROKER_REPORTS, StatementReceived, ForeignExecution)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTarget:
    """Whom to connect to, as whom."""

    host: str
    port: int
    account: str
    allowed: AllowedTargets = PAPER_ONLY
    client_id: int = 1
    time_zone: str = "US/Eastern"

    def __str__(self) -> str:
        """Return host and port."""
        return f"{self.host}:{self.port}"


class InteractiveBrokers:
    """The engine's end of the line. Reports wait in it until they are taken."""

    def __init__(
        self,
        target: GatewayTarget,
        *,
        table: ReferenceTable,
        numbers_file: Path,
        opened_at: int = 0,
        patience: Patience = USUAL,
        around: Surroundings = THIS_MACHINE,
    ) -> None:
        """table: the names of the journal's orders, kept by its writer; numbers_file: the numbers used on the wire.

        opened_at: when the session began, UTC ns: what others traded before is in its opening figures.
        """
        self.target = target
        self._table = table
        self._numbers_file = numbers_file
        self._opened_at = opened_at
        self._patience = patience
        self._around = around
        self._orders = OpenOrders()
        self._reports: list[FromBroker] = []
        self._channel: Channel | None = None
        self._process: BrokerProcess | None = None
        self._epoch = 0
        self._heard_at = 0.0
        self._keeper: asyncio.Task[None] | None = None
        self._bars: list[speech.BarsTold] = []
        self._watch: speech.WatchMarket | None = None
        self.is_simulated = False  # the gateway plays another day
        self.link = LinkState.DOWN
        self.reason = "not started"
        self.market_time = 0  # the latest that anybody named, UTC ns
        self.bars_until = 0  # all bars that ended by then were told, UTC ns
        self.is_watching = False  # histories are there, and every bar since comes as it is made
        self.arrived = asyncio.Event()  # something waits to be taken

    # ---- life ----

    def restore(self, batches: Iterable[Batch]) -> None:
        """Learn from a journal which orders are open and which executions are known."""
        self._orders.restore(batches, self._reference_of, answer_by=self._around.monotonic() + self._patience.answer)

    async def start(self) -> None:
        """Start the process and keep one running."""
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Hang up and end the process."""
        if self._keeper is None:
            return
        if self._channel is not None:
            with contextlib.suppress(ConnectionError):
                self._channel.say(speech.Finish())
        process = self._process
        if process is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.finish):
                    await process.wait()
        self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper

    @property
    def processes(self) -> int:
        """How many processes were started so far."""
        return self._epoch

    @property
    def process_id(self) -> int | None:
        """The process that talks to the gateway now."""
        return None if self._process is None else self._process.pid

    # ---- the port ----

    async def submit(self, order: ApprovedOrder) -> None:
        """Hand an order to the process, once."""
        reference = self._reference_of(order.order_id)
        self.market_time = max(self.market_time, order.approved_at)
        group = f"{self._table.install}.{order.intent.oca_group}" if order.intent.oca_group else ""
        if self._say(speech.PlaceOrder(order=order, reference=reference, group=group)):
            self._orders.add(order, reference, answer_by=self._around.monotonic() + self._patience.answer)
        else:
            self._take(OrderRejected(order_id=order.order_id, reason=_NOT_SENT, occurred_at=self.market_time))

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        """Ask for an order to be canceled; while the process or the gateway is not there, once they are."""
        self._orders.ask_cancel(order_id)
        self._say(speech.WithdrawOrder(order_id=order_id, at=at))

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        """Ask for other terms; refused while the process is not there."""
        if self._say(speech.ChangeOrder(order_id=order_id, terms=terms, at=at)):
            self._orders.ask_change(order_id, terms)
        else:
            self._take(ModifyRejected(order_id=order_id, reason=_NOT_SENT, occurred_at=at))

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        """Ask for a statement; while the line is not READY there is no answer."""
        self.market_time = max(self.market_time, at)
        self._say(speech.AskStatement(parts=parts, at=at))

    def take_reports(self) -> Sequence[FromBroker]:
        """Return what arrived, and which orders nobody answered in time. Raises the bug that ended the keeping."""
        if self._keeper is not None and self._keeper.done() and not self._keeper.cancelled():
            self._keeper.result()
        for unanswered in self._orders.overdue(self._around.monotonic()):
            self._reports.append(OrderUnanswered(order_id=unanswered.order_id, occurred_at=self.market_time))
        reports, self._reports = self._reports, []
        self.arrived.clear()
        return reports

    # ---- the market ----

    def watch(self, symbols: tuple[Symbol, ...], bar_size: BarSize, duration: str) -> None:
        """Ask for bars: so much of the past, then those that are being made; over every restart of the process."""
        self.is_watching = False
        self._watch = speech.WatchMarket(symbols=symbols, bar_size=bar_size.value, duration=duration)
        self._say(self._watch)

    def now(self) -> int:
        """Return the market's time, UTC ns: ours, or that of a gateway which plays another day."""
        return self.market_time if self.is_simulated else max(self.market_time, self._around.wall())

    def take_bars(self) -> Sequence[speech.BarsTold]:
        """Return what was told of bars since the last call."""
        bars, self._bars = self._bars, []
        return bars

    # ---- the process ----

    async def _keep(self) -> None:
        deaths = 0
        while True:
            begun = self._around.monotonic()
            reason = await self._run_once()
            deaths = 1 if self._around.monotonic() - begun > self._patience.healthy else deaths + 1
            if self.link is LinkState.REFUSED:
                return
            self._change_link(LinkState.DOWN, reason)
            delays = self._patience.restart
            delay = delays[min(deaths, len(delays)) - 1]
            log.warning("the broker's process ended; trading waits", reason=reason, restart_in_seconds=delay)
            await asyncio.sleep(delay)

    async def _run_once(self) -> str:
        """Run one process; return why it is over."""
        self._epoch += 1
        launched = await self._around.launch(self._epoch)
        self._process = launched.process
        channel = Channel(launched.reader, launched.writer, self._epoch)
        try:
            channel.say(self._begin())
            self._channel = channel
            if self._watch is not None:
                channel.say(self._watch)
            while True:
                async with asyncio.timeout(self._patience.hangs):  # wait_for would lose a cancel that comes with a word
                    said = await channel.hear()
                self._hear(said)
        except TimeoutError:
            return f"it did not say a word for {self._patience.hangs:g} seconds"
        except (ConnectionError, ChannelBrokenError) as error:
            return str(error)
        finally:
            self._channel = None
            try:
                await self._end(self._process)
            finally:  # also where it is cancelled while the process ends
                await channel.close()

    async def _end(self, process: BrokerProcess) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()  # it holds nothing that must be put in order
        await process.wait()

    def _reference_of(self, order_id: OrderId) -> str:
        return str(self._table.reference_of(order_id))

    def _begin(self) -> speech.Begin:
        target = self.target
        return speech.Begin(
            host=target.host, port=target.port, client_id=target.client_id, account=target.account,
            allowed=target.allowed, time_zone=target.time_zone, table=self._table, numbers_file=str(self._numbers_file),
            orders=self._orders.known(), executions=self._orders.executions(), at=self.market_time,
            opened_at=self._opened_at, patience=self._patience,
        )  # fmt: skip

    def _say(self, value: object) -> bool:
        """Say something to the process; return whether there is one."""
        if self._channel is None:
            return False
        try:
            self._channel.say(value)
        except ConnectionError:
            return False
        return True

    def _hear(self, said: object) -> None:
        if isinstance(said, _FOR_THE_BOOKS):
            self._orders.note(said)
            self._take(said)
        elif isinstance(said, BrokerLinkChanged):
            self._change_link(said.state, said.reason, at=said.occurred_at)
        elif isinstance(said, speech.BarsTold):
            self._bars.append(said)
            self.arrived.set()
        elif isinstance(said, speech.HistoryTold):
            self._bars += said.parts
            self.is_watching = True
            self._come_to(said.at)
        elif isinstance(said, speech.TimeTold):
            self._come_to(said.at)
        elif isinstance(said, speech.StillAlive):
            if said.is_simulated is not None:
                self.is_simulated = said.is_simulated
        elif isinstance(said, speech.CodeHeard):
            _tell_code(said)
        elif isinstance(said, speech.AlarmRaised):
            log.error("the broker's process raises an alarm", words=said.words)

    def _change_link(self, state: LinkState, reason: str, *, at: int = 0) -> None:
        self.reason = reason
        self.is_watching &= state is LinkState.READY
        if state is not self.link:
            self.link = state
            log.info("broker link", state=state.value, reason=reason)
            self.market_time = max(self.market_time, at)
            self._take(BrokerLinkChanged(state=state, reason=reason, epoch=self._epoch, occurred_at=self.market_time))

    def _come_to(self, at: int) -> None:
        self.market_time = max(self.market_time, at)
        self.bars_until = max(self.bars_until, at)
        self.arrived.set()

    def _take(self, report: FromBroker) -> None:
        self.market_time = max(self.market_time, report.occurred_at)
        self._reports.append(report)
        self.arrived.set()


def _tell_code(said: speech.CodeHeard) -> None:
    code = meaning(said.code)
    tell = log.info if code.kind in {CodeKind.NOTICE, CodeKind.ADVISORY, CodeKind.CONFIRMS_CANCEL} else log.warning
    tell("gateway", code=said.code, text=said.text, means=code.cause, effect=code.effect, next_step=code.next_step)
