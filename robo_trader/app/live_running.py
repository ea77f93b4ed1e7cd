"""One session that trades through Interactive Brokers: recover, connect, agree on the account, warm up, trade."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog

from robo_trader.adapters.brokers.interactive_brokers.broker import InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.open_orders import OpenOrders
from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.adapters.storage.writer_lock import WriterLock
from robo_trader.app.arming import ArmingWatch
from robo_trader.app.instruction_inbox import InstructionInbox
from robo_trader.app.integrity_watch import IntegrityWatch
from robo_trader.app.joining import build_engine, build_engine_settings
from robo_trader.app.journal_opening import open_journal
from robo_trader.app.live_market import GatewayMarket
from robo_trader.app.live_plan import LivePlan, history_wanted, plan_live_session, ticks_wanted, watch_arming
from robo_trader.app.logs import batch_logger
from robo_trader.app.places import cache_directory
from robo_trader.app.reconciliation import build_schedule
from robo_trader.app.risk_policy import PolicyWatch
from robo_trader.app.running import FIRST_SESSION, last_session_date, make_directory
from robo_trader.app.session_memory import SessionMemory
from robo_trader.app.settings import Settings
from robo_trader.app.shutting_down import begin_shutdown, hear_last_answers
from robo_trader.app.stopping import StopRequest
from robo_trader.app.summary import summarise
from robo_trader.app.supervision.beats import Phase
from robo_trader.app.supervision.halt_orders import HaltOrder, HaltWatch
from robo_trader.app.supervision.heart import ALONE, Heart, Upbringing
from robo_trader.app.supervision.standstill import Standstill
from robo_trader.app.web_process import WebProcess
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.errors import BrokerError, DataError
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.core.engine.engine import Engine
from robo_trader.core.execution.statement_schedule import EVERYTHING
from robo_trader.core.ports.journal import START, Batch
from robo_trader.runtime.live_trading import LiveMarket, LiveTrading
from robo_trader.runtime.missed_slices import freshness
from robo_trader.runtime.order_references import OrderReferences
from robo_trader.runtime.reconciled_broker import ReconciledBroker
from robo_trader.runtime.recovery import replay
from robo_trader.runtime.session_progress import SessionProgress
from robo_trader.runtime.snapshots.keeper import SnapshotKeeper
from robo_trader.runtime.trading_loop import TradingLoop

CONNECT_SECONDS = 15  # to find somebody who listens
FIRST_WORD_SECONDS = 60  # the gateway may take so long to tell all, and history to come
NOBODY = "00000000"  # whose orders are asked for before the session has a name

log = structlog.get_logger()


@dataclass(slots=True)
class _Recovered:
    engine: Engine
    references: OrderReferences
    progress: SessionProgress
    orders: OpenOrders  # as the journal knows them: what the broker has heard since may not be in it

    def parts(self) -> dict[str, object]:
        """Return what a snapshot holds."""
        references = self.references.memory()
        return {"engine": self.engine, "references": references, "progress": self.progress, "orders": self.orders}

    def note(self, batch: Batch) -> None:
        """Take in a batch of the journal, or one that was just stored."""
        self.references.note(batch)
        self.progress.note(batch)
        self.orders.restore([batch], lambda order_id: str(self.references.reference_of(order_id)), answer_by=0.0)


@dataclass(frozen=True, slots=True)
class _Watches:
    """What is looked at while it trades: files that people change, and whether it is to go on."""

    policy: PolicyWatch
    arming: ArmingWatch | None
    halts: HaltWatch
    heart: Heart
    stop: StopRequest
    keeper: SnapshotKeeper
    standstill: Standstill


@dataclass(frozen=True, slots=True)
class _Opening:
    """What the account was like when the session began."""

    cash: Decimal
    at: int


async def run_live_session(
    settings: Settings,
    *,
    environment: Mapping[str, str],
    policy: PolicyWatch | None = None,
    upbringing: Upbringing = ALONE,
) -> dict[str, Any]:
    """Trade through the gateway until stopped; return the summary. upbringing: who keeps it running.

    Raises BrokerError where the gateway cannot be reached at the start, or must not be traded with, and
    RoboTraderError for everything else that the world refuses. Once it trades, a gateway that goes away is waited for.
    """
    begun = time.monotonic()
    plan = plan_live_session(settings, environment)
    arming = watch_arming(plan, environment)  # before anything is connected
    make_directory(plan.database.parent)
    with WriterLock(plan.database):
        opening = await _open(plan)
        stop = StopRequest()
        with closing(open_journal(settings, plan.database)) as journal:
            identity = journal.begin(plan.record(opening.cash))
            memory = SessionMemory(build_engine_settings(settings), journal, identity, plan.database)
            recovered = _recover(plan, journal, OrderReferences(identity), memory, opening)
            keeper = memory.keeper(settings, recovered.parts)
            heart = Heart(plan.database, settings, stop.asked, upbringing)
            heart.begin(recovered.engine, identity.epoch)
            halts = HaltWatch(plan.database, settings.safety.kill_file)
            watches = _Watches(
                policy or PolicyWatch(settings),
                arming,
                halts,
                heart,
                stop,
                keeper,
                Standstill(settings.supervision.freeze_seconds),
            )
            await _run(plan, journal, recovered, opening, watches, environment)
            keeper.close()
    return summarise(recovered.engine, seconds=time.monotonic() - begun)


def _recover(
    plan: LivePlan, journal: SqlJournal, references: OrderReferences, memory: SessionMemory, opening: _Opening
) -> _Recovered:
    """Return what the newest snapshot and the journal behind it lead to, or else the journal alone."""
    found = memory.recall()
    if found is None:
        progress = SessionProgress(opened_at=opening.at)
        recovered = _Recovered(build_engine(plan.settings), references, progress, OpenOrders())
    else:
        parts = found.parts
        references.recall(parts["references"])
        recovered = _Recovered(parts["engine"], references, parts["progress"], parts["orders"])
        log.info("going on from a snapshot", record=found.snapshot.mark.seq)
    for batch in replay(journal.batches(START if found is None else found.snapshot.mark), recovered.engine):
        recovered.note(batch)
    return recovered


async def _open(plan: LivePlan) -> _Opening:
    """Return what a journal began with; for a new one, ask the broker."""
    if plan.database.exists():
        with closing(SqlProjections(plan.database)) as stored:
            return _Opening(stored.session().opening_cash, 0)
    asked = InteractiveBrokers(
        plan.target, table=ReferenceTable(install=NOBODY), numbers_file=plan.database.with_suffix(".numbers")
    )
    async with _connected(asked):
        await asked.request_statement(EVERYTHING, at=asked.now())
        deadline = time.monotonic() + FIRST_WORD_SECONDS
        while time.monotonic() < deadline:
            for report in asked.take_reports():
                if isinstance(report, StatementReceived) and report.statement.cash is not None:
                    return _Opening(report.statement.cash, asked.now())
            await asyncio.sleep(0.05)
    raise BrokerError("the gateway does not say what is in the account", next_step="Look into the gateway's log.")


@asynccontextmanager
async def _connected(broker: InteractiveBrokers) -> AsyncIterator[None]:
    """Have a process that talks to the gateway, and has heard all; end it afterwards."""
    await broker.start()
    try:
        await _first_word(broker)
        yield
    finally:
        await broker.stop()


async def _first_word(broker: InteractiveBrokers) -> None:
    deadline = time.monotonic() + FIRST_WORD_SECONDS
    while broker.link is not LinkState.READY:
        if broker.link is LinkState.REFUSED:
            raise BrokerError(broker.reason, next_step="Check `ibkr.account`, `ibkr.port` and the gateway's login.")
        is_away = broker.link in {LinkState.DOWN, LinkState.CONNECTING, LinkState.RESTARTING}
        if time.monotonic() > deadline - (FIRST_WORD_SECONDS - CONNECT_SECONDS if is_away else 0):
            raise BrokerError(
                f"the gateway at {broker.target} cannot be traded through: {broker.reason}",
                next_step="Start IB Gateway or TWS in paper mode, or `robo-trader gateway`, and look at --gateway.",
            )
        await asyncio.sleep(0.05)


async def _run(
    plan: LivePlan,
    journal: SqlJournal,
    recovered: _Recovered,
    opening: _Opening,
    watches: "_Watches",
    environment: Mapping[str, str],
) -> None:
    """Recover, connect, warm up, and trade until a signal says stop."""
    settings, heart = plan.settings, watches.heart
    broker = InteractiveBrokers(
        plan.target,
        table=recovered.references.table,
        numbers_file=plan.database.with_suffix(".numbers"),
        opened_at=recovered.progress.opened_at,
    )
    progress = recovered.progress
    broker.recall(recovered.orders)
    broker.market_time = max(progress.last_slice_ended_at, progress.last_shown_at, opening.at)
    stands_before = ReconciledBroker(broker, build_schedule(settings), time.monotonic_ns)
    loop = TradingLoop(
        recovered.engine,
        journal,
        stands_before,
        due_timer=recovered.engine.due_timer,
        listeners=[
            recovered.note,
            _tell_ready,
            batch_logger(quiet=False, references=recovered.references),
        ],
    )
    if not recovered.progress.batches:
        await loop.take(
            [SessionStarted(occurred_at=opening.at, account=plan.target.account, opening_cash=opening.cash)]
        )
    await loop.take([_down(broker)])  # nothing leaves before two statements were taken
    await watches.halts.look(loop, recovered.engine, at=broker.now())
    async with heart, _connected(broker):
        market = await _warm_up(plan, loop, broker, recovered, environment)
        integrity = IntegrityWatch(plan.database, environment, settings.storage.verify_minutes)
        upkeep = _Upkeep(loop, broker, recovered.engine, InstructionInbox(plan.database), integrity, watches)
        await upkeep.begin()
        async with (
            integrity,
            WebProcess(
                plan.database,
                environment,
                ("--port", str(settings.web.port)),
                enabled=settings.web.enabled,
                log_format=settings.monitoring.log_format,
            ),
        ):
            trading = LiveTrading(
                loop, broker, stands_before, see_to=upkeep.turn,
                market=LiveMarket(
                    market.slices, freshness(market.sessions, settings.data.bar_size), market.records
                ),
            )  # fmt: skip
            log.info("trading through a gateway", gateway=str(plan.target), account=plan.target.account)
            heart.enter(Phase.TRADING)
            await trading.run(watches.stop.asked)
            heart.enter(Phase.STOPPING)
            await begin_shutdown(loop, settings, at=broker.now())
            await hear_last_answers(
                loop, recovered.engine, broker, stands_before, seconds=settings.shutdown.seconds,
                at_once=watches.stop.at_once,
            )  # fmt: skip
    log.info("stopped")


def _tell_ready(batch: Batch) -> None:
    for step in batch.steps:
        if isinstance(step.input, BrokerLinkChanged) and step.input.state is LinkState.READY:
            log.info("orders may leave", reason=step.input.reason)


def _down(broker: InteractiveBrokers) -> BrokerLinkChanged:
    return BrokerLinkChanged(
        state=LinkState.CONNECTING, reason="the program has just begun", epoch=0, occurred_at=broker.market_time
    )


async def _warm_up(
    plan: LivePlan,
    loop: TradingLoop,
    broker: InteractiveBrokers,
    recovered: _Recovered,
    environment: Mapping[str, str],
) -> GatewayMarket:
    """Show the engine the bars that are over already: those that features need, and those that were missed."""
    data = plan.settings.data
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))
    market = GatewayMarket(broker, data.bar_size, sessions, after=recovered.progress.last_slice_ended_at)
    broker.watch(data.symbols, data.bar_size, history_wanted(plan.settings), ticks_wanted(plan.settings))
    waiting = set(data.symbols)
    deadline = time.monotonic() + FIRST_WORD_SECONDS
    while waiting or not broker.is_watching:
        waiting -= market.take()
        if time.monotonic() > deadline:
            raise DataError(
                f"the gateway sends no history of {', '.join(sorted(waiting or data.symbols))}",
                next_step="Check the symbols, and the market data subscriptions of the account.",
            )
        await asyncio.sleep(0.05)
    shown = [slice_ for slice_ in market.slices() if slice_.ended_at >= recovered.progress.last_shown_at]
    if shown:
        await loop.take([HistoryShown(slice=slice_) for slice_ in shown])
    log.info("warmed up", slices=len(shown), symbols=len(data.symbols))
    return market


@dataclass(frozen=True, slots=True)
class _Upkeep:
    """What is seen to at every turn: the policy file, and what a person asks."""

    loop: TradingLoop
    broker: InteractiveBrokers
    engine: Engine
    inbox: InstructionInbox
    integrity: IntegrityWatch
    watches: _Watches

    async def begin(self) -> None:
        """Put the policy in force as it is now."""
        self.watches.standstill.look()  # what came before trading is no standstill
        change = self.watches.policy.first(self.engine.account.limits.policy, at=self.broker.now())
        if change is not None:
            await self.loop.take([change])
        await self._look_at_arming()

    async def turn(self) -> None:
        """Look once."""
        self.watches.heart.turn()
        await self._look_at_clocks()
        await self.watches.halts.look(self.loop, self.engine, at=self.broker.now())
        await self.integrity.see_to(self.loop, self.engine.account.trading_state, at=self.broker.now())
        change = self.watches.policy.look(at=self.broker.now())
        if change is not None:
            await self.loop.take([change])
        await self._look_at_arming()
        for path, instruction in self.inbox.waiting(at=self.broker.now()):
            await self.loop.take([instruction])
            path.unlink()
        self.watches.keeper.look()

    async def _look_at_clocks(self) -> None:
        """Take the line for away after a standstill, and halt if the wall clock was set."""
        gap = self.watches.standstill.look()
        if gap.away:
            log.warning("the program stood still", seconds=round(gap.away, 1))
            self.broker.renew(f"the program stood still for {gap.away:.1f} seconds")
        if gap.jumped:
            halt = HaltOrder(actor="clock", reason=f"the wall clock was set by {gap.jumped:+.1f} seconds: check it")
            await self.watches.halts.halt(self.loop, self.engine, halt, at=self.broker.now())

    async def _look_at_arming(self) -> None:
        arming = self.watches.arming
        told = None if arming is None else arming.look(at=self.broker.now())
        if told is not None:
            await self.loop.take([told])
