"""One trading session from start to stop: recover, load, trade, sum up."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.writer_lock import WriterLock
from robo_trader.app.corporate_actions import chosen_actions
from robo_trader.app.event_strategies import demand_records
from robo_trader.app.instruction_inbox import InstructionInbox
from robo_trader.app.integrity_watch import IntegrityWatch
from robo_trader.app.joining import build_broker, build_engine, build_engine_settings
from robo_trader.app.journal_opening import open_journal
from robo_trader.app.logs import batch_logger
from robo_trader.app.places import cache_directory
from robo_trader.app.reconciliation import build_schedule
from robo_trader.app.risk_policy import PolicyWatch, tell_strangers
from robo_trader.app.session_memory import SessionMemory
from robo_trader.app.session_plan import SessionPlan, database_of, plan_session
from robo_trader.app.settings import Settings
from robo_trader.app.shutting_down import begin_shutdown
from robo_trader.app.stopping import StopRequest
from robo_trader.app.strategies import build_strategies
from robo_trader.app.summary import summarise
from robo_trader.app.supervision.beats import Phase
from robo_trader.app.supervision.halt_orders import HaltWatch
from robo_trader.app.supervision.heart import ALONE, Heart, Upbringing
from robo_trader.app.web_process import WebProcess
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.errors import JournalUnwritable
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.engine.engine import Engine
from robo_trader.core.market.corporate_actions import action_key
from robo_trader.core.ports.journal import START, Batch
from robo_trader.runtime.loading import load_series
from robo_trader.runtime.order_references import OrderReferences
from robo_trader.runtime.records import with_actions
from robo_trader.runtime.recovery import replay
from robo_trader.runtime.session_progress import SessionProgress
from robo_trader.runtime.slices import merge_slices, pace
from robo_trader.runtime.snapshots.keeper import SnapshotKeeper
from robo_trader.runtime.statement_asking import StatementAsking
from robo_trader.runtime.trading_loop import TradingLoop

FIRST_SESSION = "1998-01-02"

log = structlog.get_logger()


@dataclass(slots=True)
class Recovered:
    """Engine and broker as the journal left them."""

    engine: Engine
    broker: SimulatedBroker
    references: OrderReferences
    progress: SessionProgress

    def parts(self) -> dict[str, object]:
        """Return what a snapshot holds."""
        references = self.references.memory()
        return {"engine": self.engine, "broker": self.broker, "references": references, "progress": self.progress}


async def run_session(
    settings: Settings,
    *,
    environment: Mapping[str, str],
    exit_when_done: bool,
    policy: PolicyWatch | None = None,
    upbringing: Upbringing = ALONE,
) -> dict[str, Any]:
    """Trade until stopped, or until the feeds end if `exit_when_done`; return the summary.

    policy: looks at the risk policy's file; one that nobody answers for if not given. upbringing: who keeps it running.
    SIGINT and SIGTERM stop between two slices. Raises RoboTraderError for everything the world refuses.
    """
    begun = time.monotonic()
    for chosen in build_strategies(settings):
        demand_records(chosen.strategy, quotes=False, trades=False, where="on any feed of a paper session")
    policy = policy or PolicyWatch(settings)
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))
    plan = plan_session(settings, sessions, now=time.time_ns())
    path = database_of(plan, environment)
    make_directory(path.parent)
    stop = StopRequest().asked
    heart = Heart(path, settings, stop, upbringing, enabled=not exit_when_done)
    halts = HaltWatch(path, settings.safety.kill_file)
    with (
        WriterLock(path),
        closing(open_journal(settings, path)) as journal,
    ):
        identity = journal.begin(plan.record())
        memory = SessionMemory(build_engine_settings(settings), journal, identity, path)
        recovered = recover(settings, journal, OrderReferences(identity), memory)
        keeper = memory.keeper(settings, recovered.parts, lambda: recovered.broker.is_at_rest)
        heart.begin(recovered.engine, identity.epoch)
        _tell_plan(plan, path, recovered)
        loop = _join_loop(settings, journal, recovered)
        asking = StatementAsking(recovered.broker, build_schedule(settings), time.monotonic_ns)
        await _resume(loop, plan, recovered)
        await halts.look(loop, recovered.engine, at=recovered.progress.last_slice_ended_at or plan.start)
        await asking.reconcile(loop, at=recovered.progress.last_slice_ended_at or plan.start)
        await begin_policy(loop, plan, recovered, policy)
        wants_web = settings.web.enabled and not exit_when_done
        async with (
            heart,
            WebProcess(
                path,
                environment,
                ("--port", str(settings.web.port)),
                enabled=wants_web,
                log_format=settings.monitoring.log_format,
            ),
        ):
            async with IntegrityWatch(path, environment, settings.storage.verify_minutes) as integrity:
                upkeep = _Upkeep(
                    asking, policy, InstructionInbox(path), halts, heart, integrity, recovered.engine, keeper
                )
                last = await _trade(loop, upkeep, plan, recovered, stop)
            if not exit_when_done and not stop.is_set():
                heart.enter(Phase.TRADING)
                log.info("the feeds have ended; the dashboard stays up, Ctrl-C stops")
                await stop.wait()
            heart.enter(Phase.STOPPING)
            if stop.is_set():
                await begin_shutdown(loop, settings, at=last)
            keeper.close()
        return summarise(recovered.engine, seconds=time.monotonic() - begun)


def recover(settings: Settings, journal: SqlJournal, references: OrderReferences, memory: SessionMemory) -> Recovered:
    """Return what the newest snapshot and the journal behind it lead to, or else the journal alone."""
    found = memory.recall()
    if found is None:
        recovered = Recovered(build_engine(settings), build_broker(settings), references, SessionProgress())
    else:
        parts = found.parts
        references.recall(parts["references"])
        recovered = Recovered(parts["engine"], parts["broker"], references, parts["progress"])
        log.info("going on from a snapshot", record=found.snapshot.mark.seq)
    after = START if found is None else found.snapshot.mark
    recovered.broker.restore(_noted(replay(journal.batches(after), recovered.engine), recovered))
    return recovered


def _noted(batches: Iterator[Batch], recovered: Recovered) -> Iterator[Batch]:
    for batch in batches:
        recovered.references.note(batch)
        recovered.progress.note(batch)
        yield batch


def _join_loop(settings: Settings, journal: SqlJournal, recovered: Recovered) -> TradingLoop:
    return TradingLoop(
        recovered.engine,
        journal,
        recovered.broker,
        observers=[recovered.broker.observe],
        due_timer=recovered.engine.due_timer,
        listeners=[
            recovered.references.note,
            recovered.progress.note,
            batch_logger(quiet=settings.data.speed == "max", references=recovered.references),
        ],
    )


async def _resume(loop: TradingLoop, plan: SessionPlan, recovered: Recovered) -> None:
    if recovered.progress.batches:
        await loop.take(recovered.broker.take_reports())  # those that were on their way when the program ended
        return
    execution = plan.settings.execution
    opening = SessionStarted(occurred_at=plan.start, account=execution.account, opening_cash=execution.opening_cash)
    await loop.take([opening])


async def begin_policy(loop: TradingLoop, plan: SessionPlan, recovered: Recovered, policy: PolicyWatch) -> None:
    """Put the risk policy in force as it is now."""
    in_force = recovered.engine.account.limits
    change = policy.first(in_force.policy, at=recovered.progress.last_slice_ended_at or plan.start)
    if change is not None:
        await loop.take([change])
    strategies = [chosen.name for chosen in build_strategies(plan.settings)]
    tell_strangers(in_force.policy, strategies, [str(symbol) for symbol in plan.settings.data.symbols])


@dataclass(frozen=True, slots=True)
class _Upkeep:
    """What is seen to before each slice: whether broker and books agree, the policy file, and what a person asks."""

    asking: StatementAsking
    policy: PolicyWatch
    inbox: InstructionInbox
    halts: HaltWatch
    heart: Heart
    integrity: IntegrityWatch
    engine: Engine
    keeper: SnapshotKeeper

    async def before(self, slice_: BarSlice, loop: TradingLoop, *, after: int, start: int) -> None:
        """after: the end of the last slice, 0 if there was none; start: of the session."""
        self.heart.enter(Phase.TRADING)
        await self.halts.look(loop, self.engine, at=after or start)
        await self.asking.ask_before(slice_, at=after)
        await self.integrity.see_to(loop, self.engine.account.trading_state, at=after or start)
        change = self.policy.look(at=after or start)
        if change is not None:
            await loop.take([change])
        for path, instruction in self.inbox.waiting(at=after or start):
            await loop.take([instruction])
            path.unlink()


async def _trade(
    loop: TradingLoop, upkeep: _Upkeep, plan: SessionPlan, recovered: Recovered, stop: asyncio.Event
) -> int:
    """Play slices until there are no more, or it is stopped; return where the market has come to, UTC ns."""
    after = recovered.progress.last_slice_ended_at
    data = plan.settings.data
    actions = [
        action
        for action in chosen_actions(plan.settings).events(data.symbols, plan.sessions)
        if action.occurred_at >= after and action_key(action) not in recovered.progress.actions
    ]
    series = await load_series(plan.requests(after=after), max_concurrent=data.max_concurrent)
    _tell_notices(plan)
    slices = merge_slices(series, plan.sessions, after=after)
    happenings = with_actions(slices, actions, is_new=not after)
    number = 0
    async for slice_ in pace(happenings, per_second=None if data.speed == "max" else data.speed):
        if stop.is_set():
            break
        if not isinstance(slice_, BarSlice):
            await loop.take_action(slice_)
            continue
        await upkeep.before(slice_, loop, after=after, start=plan.start)
        await loop.close_slice(slice_)
        upkeep.keeper.look()
        after = slice_.ended_at
        if number == 0:
            log.info("trading", first_slice=_utc(slice_.ended_at), bars=len(slice_.bars))
        number += 1
    if not stop.is_set():
        await loop.fire_timers(before=after + 1)
    log.info("stopped" if stop.is_set() else "feeds ended", slices=number)
    return after or plan.start


def make_directory(directory: Path) -> None:
    """Make a folder if it is not there. Raises JournalUnwritable."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalUnwritable(
            f"the folder {directory} cannot be made: {error.strerror}",
            next_step="Choose another place with --database PATH.",
        ) from error


def _tell_plan(plan: SessionPlan, path: Path, recovered: Recovered) -> None:
    by_feed: dict[str, list[str]] = {}
    for symbol, feed in plan.feeds.items():
        by_feed.setdefault(feed.name, []).append(symbol)
    for name, symbols in by_feed.items():
        log.info(_FEED_WORDS.get(name, name), symbols=",".join(symbols), bar_size=plan.settings.data.bar_size.value)
    if recovered.progress.batches:
        log.info("continuing", database=str(path), after=_utc(recovered.progress.last_slice_ended_at))
    else:
        log.info("new paper session", database=str(path), cash=str(plan.settings.execution.opening_cash))


_FEED_WORDS = {
    "sample": "feed sample: real daily bars 2000-2013, replayed",
    "files": "feed files: your own bars, replayed",
    "synthetic": "feed synthetic: simulated prices, no real market",
}


def _tell_notices(plan: SessionPlan) -> None:
    for feed in set(plan.feeds.values()):
        for notice in getattr(feed, "notices", ()):
            log.warning("feed notice", feed=feed.name, notice=str(notice))


def last_session_date() -> str:
    """Return the last day of next month: far enough ahead for any order, and the same for a month at a time."""
    in_two_months = datetime.now(UTC).date().replace(day=1) + timedelta(days=64)
    return (in_two_months.replace(day=1) - timedelta(days=1)).isoformat()


def _utc(nanos: int) -> str:
    return datetime.fromtimestamp(nanos / 1e9, UTC).isoformat(timespec="minutes")
