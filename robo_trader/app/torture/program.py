"""One life of the program in the pretend world: everything between the engine and the wire is the real code.

What a run through a gateway joins is joined here (`live_running` does it on a real machine): engine with its checker,
journal, trading loop, statements before READY, the broker's end of the line, and the broker's process, which talks to
the gateway with the same session and codec. Pretended are clock, network, disk, and that processes are processes.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from robo_trader.adapters.brokers.interactive_brokers.__main__ import serve_line
from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.channel import Channel
from robo_trader.adapters.brokers.interactive_brokers.patience import Patience
from robo_trader.adapters.brokers.interactive_brokers.surroundings import Launched, Surroundings
from robo_trader.app.live_market import GatewayMarket
from robo_trader.app.torture.disk_journal import DiskJournal
from robo_trader.app.torture.stage import ACCOUNT, BAR_SIZE, HOST, OPENING_CASH, PORT, Stage, WallClock
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.errors import BrokerError, DataError
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.statement_schedule import StatementSchedule
from robo_trader.core.ports.journal import Batch
from robo_trader.runtime.invariants.checker import CheckedEngine
from robo_trader.runtime.live_trading import LiveMarket, LiveTrading
from robo_trader.runtime.missed_slices import freshness
from robo_trader.runtime.order_references import OrderReferences
from robo_trader.runtime.reconciled_broker import ReconciledBroker
from robo_trader.runtime.recovery import last_slice_end, replay
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.simulation.world.disk import Disk
from robo_trader.simulation.world.loop import WorldLoop
from robo_trader.simulation.world.network import Network
from robo_trader.simulation.world.processes import Process

INSTALL = "t0rtvred"
LINE = "line"  # between engine and broker's process
NUMBERS = Path("numbers")
PATIENCE = Patience(reconnect=(0.5, 1, 2, 4, 8, 16), restart=(0.2, 1, 2, 5))
FIRST_WORD_SECONDS = 60
GRACE_NANOS = 2 * NANOS_PER_SECOND
TURN_SECONDS = 1.0  # rarer than usual while nothing arrives: turns cost more than all that happens
_LOOK_SECONDS = 0.25
_HISTORY = "2 D"


@dataclass(eq=False)
class Machine:
    """What the program runs on, and what outlives it."""

    loop: WorldLoop
    network: Network
    disk: Disk
    clock: WallClock
    stage: Stage
    settings: EngineSettings
    chance: Random
    lives: int = 0
    children: list[Process] = field(default_factory=list)  # the broker's processes, of all lives
    on_batch: Callable[[Batch], None] = lambda _: None


class Program:
    """One life, from start to end."""

    def __init__(self, machine: Machine) -> None:
        machine.lives += 1
        self.machine = machine
        self.process = Process(f"engine {machine.lives}")
        self.child: Process | None = None  # the broker's process that runs now
        self.stop = asyncio.Event()
        self.engine: CheckedEngine | None = None
        self.broker: InteractiveBrokers | None = None
        self.reconciled: ReconciledBroker | None = None
        self.references: OrderReferences | None = None
        self.journal = DiskJournal(machine.disk, INSTALL)
        self.is_trading = False
        self._last_slice_ended_at = 0
        self._batches = 0

    def begin(self) -> None:
        """Let it live."""
        self.machine.loop.spawn(self.process, self.main())

    async def main(self) -> None:
        """Recover, connect, warm up, and trade until stopped. Raises as a real run does."""
        machine = self.machine
        opened_at = machine.clock.starts_at
        self.references = OrderReferences(self.journal.begin())
        self.engine = engine = CheckedEngine(machine.settings, sessions=machine.stage.sessions)
        for batch in replay(self.journal.batches(), engine):
            self._note(batch)
        self.broker = broker = InteractiveBrokers(
            GatewayTarget(host=HOST, port=PORT, account=ACCOUNT), table=self.references.table, numbers_file=NUMBERS,
            opened_at=opened_at, patience=PATIENCE, around=self._around(),
        )  # fmt: skip
        broker.restore(self.journal.batches())
        broker.market_time = max(self._last_slice_ended_at, opened_at)
        self.reconciled = ReconciledBroker(broker, StatementSchedule(), lambda: machine.loop.nanos)
        loop = TradingLoop(
            engine, self.journal, self.reconciled, due_timer=engine.due_timer,
            listeners=[self._note, machine.on_batch],
        )  # fmt: skip
        if not self._batches:
            await loop.take([SessionStarted(occurred_at=opened_at, account=ACCOUNT, opening_cash=OPENING_CASH)])
        await loop.take([_unknown(broker)])
        await broker.start()
        try:
            await self._first_word(broker)
            market = await self._warm_up(loop, broker)
            self.is_trading = True
            trading = LiveTrading(
                loop,
                broker,
                self.reconciled,
                market=LiveMarket(market.slices, freshness(machine.stage.sessions, BAR_SIZE)),
                see_to=_nothing_else,
                turn_seconds=TURN_SECONDS,
            )
            await trading.run(self.stop)
        finally:
            self.is_trading = False
            await broker.stop()

    async def _first_word(self, broker: InteractiveBrokers) -> None:
        deadline = self.machine.loop.time() + FIRST_WORD_SECONDS
        while broker.link is not LinkState.READY:
            if broker.link is LinkState.REFUSED or self.machine.loop.time() > deadline:
                raise BrokerError(f"the gateway cannot be traded through: {broker.reason}")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _warm_up(self, loop: TradingLoop, broker: InteractiveBrokers) -> GatewayMarket:
        stage = self.machine.stage
        market = GatewayMarket(broker, BAR_SIZE, stage.sessions, after=self._last_slice_ended_at)
        broker.watch(stage.symbols, BAR_SIZE, _HISTORY)
        waiting = set(stage.symbols)
        deadline = self.machine.loop.time() + FIRST_WORD_SECONDS
        while waiting or not broker.is_watching:
            waiting -= market.take()
            if self.machine.loop.time() > deadline:
                raise DataError(f"the gateway sends no history of {', '.join(sorted(waiting))}")
            await asyncio.sleep(_LOOK_SECONDS)
        shown = market.slices()
        if shown:
            await loop.take([HistoryShown(slice=slice_) for slice_ in shown])
        return market

    def _around(self) -> Surroundings:
        machine = self.machine
        return Surroundings(
            monotonic=machine.loop.time, wall=machine.clock.machine, between=machine.chance.uniform,
            files=_PretendFiles(machine.disk), launch=self._launch,
        )  # fmt: skip

    async def _launch(self, epoch: int) -> Launched:
        machine = self.machine
        if not self.process.is_alive:
            raise ProcessLookupError  # it unwinds
        self.child = child = Process(f"{self.process.name}, broker {epoch}")
        machine.children.append(child)
        ours, theirs = machine.network.pair(LINE, self.process, child)
        machine.loop.spawn(child, serve_line(Channel(theirs.reader, theirs.writer, epoch), self._around()))
        return Launched(_PretendProcess(machine.loop, self.process, child), ours.reader, ours.writer)

    def _note(self, batch: Batch) -> None:
        assert self.references is not None
        self._batches += 1
        self.references.note(batch)
        self._last_slice_ended_at = max(self._last_slice_ended_at, last_slice_end(batch))


@dataclass(frozen=True, slots=True)
class _PretendFiles:
    """Small files on the pretend disk."""

    disk: Disk

    def read(self, path: Path) -> str | None:
        data = self.disk.read(str(path))
        return None if data is None else data.decode("ascii")

    def replace(self, path: Path, text: str) -> None:
        self.disk.replace(str(path), text.encode("ascii"))


class _PretendProcess:
    """What the engine holds of the broker's process."""

    def __init__(self, loop: WorldLoop, owner: Process, process: Process) -> None:
        self._loop = loop
        self._owner = owner
        self._process = process
        self.pid = 1

    @property
    def returncode(self) -> int | None:
        return None if self._process.is_alive else 0

    def kill(self) -> None:
        if self._owner.is_alive:  # what unwinds kills nobody
            self._loop.kill(self._process)

    async def wait(self) -> int:
        await self._process.died.wait()
        return 0


def _unknown(broker: InteractiveBrokers) -> BrokerLinkChanged:
    return BrokerLinkChanged(
        state=LinkState.CONNECTING, reason="the program has just begun", epoch=0, occurred_at=broker.market_time
    )


async def _nothing_else() -> None:
    """See to nothing besides."""
