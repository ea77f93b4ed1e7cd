"""One pretend world from beginning to end: days of trading, faults as drawn, and what must hold at the end."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from random import Random

from robo_trader.app.torture.disk_journal import DurableOrders
from robo_trader.app.torture.faults import WorldFault
from robo_trader.app.torture.gateway_side import GatewaySide, WireEye, cents
from robo_trader.app.torture.program import INSTALL, Machine, Program
from robo_trader.app.torture.stage import AFTER_CLOSE_SECONDS, BEFORE_OPEN_SECONDS, Stage, WallClock
from robo_trader.app.torture.strikes import strike
from robo_trader.core.domain.bars import NANOS_PER_SECOND, TradingSession
from robo_trader.core.domain.errors import BrokerError, DataError, JournalDamaged, JournalError
from robo_trader.core.domain.events import InputEvent, TradingStateChanged
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import price_from_float
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.ports.journal import Batch
from robo_trader.simulation.world.disk import Disk
from robo_trader.simulation.world.loop import WorldLoop
from robo_trader.simulation.world.network import Network
from robo_trader.simulation.world.processes import Process

RECONCILED_SECONDS = 60  # from the end of all faults
EVENTS_A_MINUTE_MAX = 500  # an honest minute has a tenth of it
RESTART_SECONDS = 1.0  # from a program's end to the next one, if its death says nothing else
_LOOK_SECONDS = 0.5
_CALM_FRACTION = 0.7  # of the last session; after it nothing goes wrong any more
_QUESTIONS = (OrderStatus.SUBMITTED, OrderStatus.UNKNOWN)
_OTHERS = {"trade_elsewhere", "order_by_hand", "liquidate"}  # what nobody tells us of, once its day is over


class Violation(AssertionError):
    """Something that must hold does not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a world ended."""

    seed: int
    violation: str  # empty: none
    ending: str  # ACTIVE, REDUCING, HALTED, or why it could not go on
    events: int  # inputs that the engine took, all lives together
    steps: int  # callbacks of the loop
    lives: int
    orders: int  # that reached the gateway
    faults: Counter[str]  # that struck, by kind
    digest: str  # of the journal's bytes and the broker's book
    reconciled_seconds: float = 0.0


@dataclass(eq=False)
class World:
    """Everything there is."""

    stage: Stage
    settings: EngineSettings
    faults: Sequence[WorldFault]
    on_program: Callable[[Program], None] = lambda _: None
    kinds: Counter[str] = field(default_factory=Counter)
    struck: int = 0
    events: int = 0
    last_event: InputEvent | None = None
    ending: str = ""
    reconciled_seconds: float = 0.0

    def __post_init__(self) -> None:
        seed = self.stage.seed
        self.loop = WorldLoop(seed)
        self.network = Network(self.loop, seed)
        self.disk = Disk(self.loop, seed)
        begins = self.stage.sessions.sessions[0].opens_at - BEFORE_OPEN_SECONDS * NANOS_PER_SECOND
        self.clock = WallClock(lambda: self.loop.nanos, begins)
        self.eye = WireEye(INSTALL, DurableOrders(self.disk).holds)
        self.gateway = GatewaySide(self.loop, self.stage, self.clock, self.eye)
        self.machine = Machine(
            self.loop, self.network, self.disk, self.clock, self.stage, self.settings,
            Random(f"machine/{seed}"), on_batch=self._note_batch,  # noqa: S311 - a schedule
        )  # fmt: skip
        self.program = Program(self.machine)
        self._minute = self._events_before = 0
        self._down_until = 0.0
        self._is_calm = False
        self._is_flipped = False
        self._cures: list[Callable[[], None]] = []
        self._states: list[TradingStateChanged] = []

    # ---- what faults do ----

    def note(self, fault: WorldFault) -> None:
        """A fault has struck."""
        self.struck += 1
        self.kinds[fault.kind] += 1

    def later(self, seconds: float, act: Callable[[], None], *, is_cure: bool) -> None:
        """Do something later; a cure is done at the end of all faults at the latest."""
        done = False

        def once() -> None:
            nonlocal done
            if not done:
                done = True
                act()

        if is_cure:
            self._cures.append(once)
        self.loop.call_later(seconds, once)

    def kill_engine(self, fault: WorldFault) -> None:
        """End the program between two of its callbacks."""
        if self.program.process.is_alive:
            self._down_until = self.loop.time() + fault.seconds
            self.loop.kill(self.program.process)
            self.note(fault)

    def kill_broker(self, fault: WorldFault) -> None:
        """End the broker's process between two of its callbacks."""
        child = self.program.child
        if child is not None and child.is_alive:
            self.loop.kill(child)
            self.note(fault)

    def lose_power(self, fault: WorldFault) -> None:
        """Both processes end at once, and the disk forgets what was not synced."""
        for process in (self.program.process, self.program.child):
            if process is not None and process.is_alive:
                self._down_until = self.loop.time() + fault.seconds
                self.loop.kill(process)
        self.disk.lose_power()
        self.note(fault)

    def flip(self, fault: WorldFault) -> None:
        """Flip a bit of the journal on the medium."""
        if self.disk.flip("journal", fault.place, fault.count):
            self._is_flipped = True
            self.note(fault)

    def price(self, symbol: Symbol) -> Decimal:
        """Return about what a share costs."""
        book = self.gateway.server.book()["market"]["stocks"].get(symbol)
        if not book or book["price"] is None:
            raise LookupError(symbol)
        return price_from_float(book["price"])

    # ---- the story ----

    def run(self) -> Outcome:
        """Play it all; return how it ended."""
        violation = ""
        asyncio.set_event_loop(None)
        try:
            self.loop.run_until_complete(self._whole_story())
        except AssertionError as finding:
            violation = f"{type(finding).__name__}: {finding}"
        finally:
            self.loop.close()
        state = self.program.engine.account.trading_state.value if self.program.engine else "NONE"
        return Outcome(
            self.stage.seed, violation, self.ending or state, self.events, self.loop.steps, self.machine.lives,
            self.eye.orders, self.kinds, self._digest(), self.reconciled_seconds,
        )  # fmt: skip

    async def _whole_story(self) -> None:
        try:
            await self._story()
        finally:
            for process in (self.program.process, *self.machine.children, self.gateway.process):
                self.loop.kill(process)

    async def _story(self) -> None:
        self.loop.spawn(self.gateway.process, self.gateway.main())
        await asyncio.sleep(_LOOK_SECONDS)
        sessions = self.stage.sessions.sessions
        for session in sessions:
            self.clock.come_to(session.opens_at - BEFORE_OPEN_SECONDS * NANOS_PER_SECOND)
            await self._day(session, is_last=session is sessions[-1])
            if self.ending:
                return
        self._demand_agreement()

    async def _day(self, session: TradingSession, *, is_last: bool) -> None:
        loop = self.loop
        begins = loop.time()
        ends = begins + self._seconds_until(session.closes_at) + AFTER_CLOSE_SECONDS
        calm = begins + (ends - begins) * _CALM_FRACTION if is_last else ends
        playing = loop.create_task(
            self.gateway.play(list(self.stage.slices(session))), context=self.gateway.process.context
        )
        waiting = [fault for fault in self.faults if begins <= fault.at < calm]
        if not self.program.process.is_alive:
            self._start()
        elif not self.machine.lives or not self.program.process.tasks:
            self.program.begin()
        while loop.time() < ends and not self.ending:
            self._look_after()
            if is_last and not self._is_calm and loop.time() >= calm:
                await self._calm_down()
            while waiting and waiting[0].at <= loop.time():
                strike(self, waiting.pop(0))
            until = waiting[0].at if waiting else ends
            await asyncio.sleep(min(_LOOK_SECONDS, max(0.001, until - loop.time())))
        playing.cancel()
        await self._close_down(is_last=is_last)

    async def _calm_down(self) -> None:
        """End all faults, and demand that the program comes to terms with what there is."""
        self._is_calm = True
        self.network.calm()
        self.disk.calm()
        self.gateway.calm()
        self.clock.error = 0
        for cure in self._cures:
            cure()
        for process in (self.program.process, self.program.child):
            if process is not None:
                process.frozen_until = 0
        self._down_until = 0.0
        begun = self.loop.time()
        while self.loop.time() - begun < RECONCILED_SECONDS and not self.ending:
            await asyncio.sleep(_LOOK_SECONDS)
            self._look_after()
            if not self._is_settled():
                self.reconciled_seconds = self.loop.time() - begun
        is_so = self.ending or self._is_settled()
        self._demand(is_so, f"I19: not reconciled {RECONCILED_SECONDS} s after the last fault", self._told())

    async def _close_down(self, *, is_last: bool) -> None:
        """End the day: the program stops in order, if it lives."""
        if is_last and not self.ending:
            return
        self.program.stop.set()
        for _ in range(40):
            if not self.program.process.is_alive:
                break
            self.program.process.frozen_until = 0
            await asyncio.sleep(_LOOK_SECONDS)
        self._look_after(starts=False)
        for process in (self.program.process, *self.machine.children):
            self.loop.kill(process)

    def _start(self) -> None:
        self.program = Program(self.machine)
        self.on_program(self.program)
        self.program.begin()

    def _look_after(self, *, starts: bool = True) -> None:
        """See who has ended and why; start the program again."""
        busy = self.events - self._events_before
        self._demand(busy < EVENTS_A_MINUTE_MAX, f"a storm of {busy} events in a minute", self.last_event)
        self._demand(not self.loop.bugs, "a callback raised", self.loop.bugs)
        gateway = self.gateway.process
        self._demand(gateway.is_alive, "the gateway ended", gateway.failure)
        for child in self.machine.children:
            if not child.is_alive and child.failure is not None:
                self._judge_child(child)
        self.machine.children = [child for child in self.machine.children if child.is_alive]
        process = self.program.process
        if process.is_alive:
            return
        failure, process.failure = process.failure, None
        if failure is not None:
            self._judge(failure)
            self._down_until = max(self._down_until, self.loop.time() + RESTART_SECONDS)
        if starts and not self.ending and self.loop.time() >= self._down_until:
            self._start()

    def _judge(self, failure: BaseException) -> None:
        """Hold a program's end against what may end it."""
        if isinstance(failure, JournalDamaged):
            self._demand(self._is_flipped, "the journal is damaged, and nobody damaged it", failure)
            self.ending = "DAMAGED"
        elif not isinstance(failure, (JournalError, BrokerError, DataError)):
            raise Violation(f"the program ended: {_words(failure)} (after {self.last_event})") from failure

    def _judge_child(self, child: Process) -> None:
        failure, child.failure = child.failure, None
        left = failure.split(OSError)[1] if isinstance(failure, BaseExceptionGroup) else failure
        if left is not None and not isinstance(left, OSError):
            raise Violation(f"the broker's process ended: {_words(left)}") from left

    # ---- what must hold ----

    def _is_settled(self) -> bool:
        program = self.program
        if not (program.process.is_alive and program.is_trading and program.reconciled and program.engine):
            return False
        orders = program.engine.account.orders.open.values()
        return program.reconciled.is_ready and not any(order.status in _QUESTIONS for order in orders)

    def _demand_agreement(self) -> None:
        """Demand that both books are one: to the share, to the cent, and no order lost."""
        self._look_after(starts=False)
        program, book = self.program, self.gateway.book()
        self._demand(self._is_settled(), "not settled at the end", self._told())
        assert program.engine is not None and program.references is not None
        account = program.engine.account
        ours = {str(symbol): held.quantity for symbol, held in account.ledger.positions.items()}
        theirs = {row["symbol"]: Decimal(row["quantity"]) for row in book["positions"]}
        differing = {name for name in {*ours, *theirs} if ours.get(name, 0) != theirs.get(name, 0)}
        named = {name for name in differing if account.blocks.of(Symbol(name)) and _OTHERS & set(self.kinds)}
        self._demand(differing == named, "I09: positions differ", f"{ours} here, {theirs} there; {self._told()}")
        here, there = cents(account.ledger.cash), cents(Decimal(book["cash"]))
        self._demand(here == there or named, "I09: cash differs", f"{here} here, {there} there; {self._told()}")
        open_here = {str(program.references.reference_of(order_id)) for order_id in account.orders.open}
        open_there = {row["order_ref"] for row in book["orders"] if row["client_id"] == 1 and not row["is_over"]}
        self._demand(open_here == open_there, "I09: open orders differ", f"{open_here} here, {open_there} there")
        if account.trading_state is not TradingState.ACTIVE:
            reason = self._states[-1].reason
            self.ending = f"{account.trading_state.value}: {reason}"

    def _demand(self, holds: object, finding: str, details: object = "") -> None:
        if not holds:
            words = _words(details) if isinstance(details, BaseException) else str(details)
            raise Violation(f"{finding}: {words}")

    def _told(self) -> str:
        program = self.program
        if program.engine is None or program.broker is None or program.reconciled is None:
            return "the program has not begun"
        broker = program.broker
        orders = [f"{one.order_id} {one.status.value}" for one in program.engine.account.orders.open.values()]
        return (
            f"link {broker.link.value} ({broker.reason}), ready {program.reconciled.is_ready}, "
            f"trading {program.is_trading}, open {orders}, last event {self.last_event}"
        )

    def _note_batch(self, batch: Batch) -> None:
        minute = self.loop.nanos // (60 * NANOS_PER_SECOND)
        if minute != self._minute:
            self._minute, self._events_before = minute, self.events
        for step in batch.steps:
            self.events += 1
            self.last_event = step.input
            self._states += [one for one in step.decisions if isinstance(one, TradingStateChanged)]

    def _digest(self) -> str:
        told = f"{self.program.journal.digest()} {self.gateway.book()} {self.loop.steps} {self.loop.nanos}"
        return blake2b(told.encode(), digest_size=16).hexdigest()

    def _seconds_until(self, at: int) -> float:
        return (at - self.clock.market()) / NANOS_PER_SECOND


def _words(failure: BaseException) -> str:
    inner = getattr(failure, "exceptions", ())
    return f"{type(failure).__name__}: {failure}" + "".join(f"; {_words(one)}" for one in inner)
