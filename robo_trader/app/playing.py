"""Bars in memory through an account: by the engine that trades, or by the same rules compiled. Nothing is kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.app.compiled_policy import refuse_policy_to_compile
from robo_trader.app.event_strategies import refuse_to_compile
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.events import PolicyChanged, SessionStarted
from robo_trader.core.domain.policies import NO_POLICY, Policy
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.safeguards import sees_every_slice
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.ports.broker import Broker
from robo_trader.core.ports.journal import Journal
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.event_recorder import EventRecorder
from robo_trader.research.backtest.result import Result
from robo_trader.runtime.invariants.acts import WatchedBroker, WatchedJournal
from robo_trader.runtime.invariants.checker import CheckedEngine
from robo_trader.runtime.records import Happening
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.runtime.unjournaled import UnjournaledRun
from robo_trader.simulation.venue.venue import Venue, VenueSettings

EngineName = Literal["event", "compiled"]
ENGINES: tuple[EngineName, ...] = ("event", "compiled")
Announce = Callable[[str], None]

# Bars from which it pays to compute features and views over the whole history first; below, compiling takes longer.
WORTH_COMPILING = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a backtest is played with."""

    engine: EngineSettings
    venue: VenueSettings
    cash: Decimal  # dollars at the beginning
    opened_at: int  # UTC nanoseconds, before the first bar
    name: str = "PAPER"
    policy: Policy = NO_POLICY  # in force from the beginning
    is_checked: bool = False  # whether every event is held against the invariants

    @property
    def needs_every_bar(self) -> bool:
        """Whether bars matter that concern no order: to a checker, a strategy in event form, a policy, controls."""
        engine = self.engine
        is_told = any(isinstance(sleeve.strategy, EventStrategy) for sleeve in engine.sleeves)
        return self.is_checked or is_told or bool(self.policy.limits) or sees_every_slice(engine.limits)


async def play_event(
    account: Account,
    happenings: Iterable[Happening | CorporateAction],
    **more: Any,  # noqa: ANN401 - fields of Result
) -> tuple[Engine, Result]:
    """Play what happened through the engine that trades; `more` are further fields of the result."""
    engine = CheckedEngine(account.engine) if account.is_checked else Engine(account.engine)
    recorder = EventRecorder()
    await _play(account, engine, happenings, recorder)
    prices = {str(symbol): float(price) for symbol, price in engine.closing_prices().items()}
    return engine, recorder.result(closing_prices=prices, **more)


async def play_long_event(account: Account, table: BarTable, announce: Announce, **more: Any) -> tuple[Engine, Result]:  # noqa: ANN401 - as above
    """Play a table through the engine that trades, shown only the bars that may concern it.

    A strategy that cannot be compiled, or whose rule fails, is played the plain way, which knows how to say so.
    One in event form must see every bar, and so must some controls, who checks it, and who works along the volume.
    """
    if account.needs_every_bar or account.engine.execution is not None:
        return await play_event(account, map(table.slice_at, range(table.slices)), **more)
    from robo_trader.research.backtest.event_play import EventPlay
    from robo_trader.research.compiled.compiler import Compiler

    try:
        play, recorder = EventPlay(table, account.engine, Compiler(announce=announce)), EventRecorder()
    except StrategyError:
        return await play_event(account, map(table.slice_at, range(table.slices)), **more)
    await _play(account, play.engine, play.slices(), recorder)
    result = recorder.result(equity=play.equity_frame(), closing_prices=play.closing_prices(), **more)
    return play.engine, result


def play_compiled(account: Account, table: BarTable, announce: Announce, **more: Any) -> Result:  # noqa: ANN401 - as above
    """Play a table through the compiled rules.

    Raises StrategyError for a strategy that has none, and InvalidConfig for limits that only the engine knows.
    """
    refuse_policy_to_compile(account.policy)
    for sleeve in account.engine.sleeves:
        refuse_to_compile(sleeve.strategy)
    from robo_trader.research.backtest import compiled_run
    from robo_trader.research.backtest.compiled_result import result_of
    from robo_trader.research.compiled.compiler import Compiler

    cash, compiler = float(account.cash), Compiler(announce=announce)
    played = compiled_run.play_compiled(table, account.engine, account.venue, cash=cash, compiler=compiler)
    return result_of(played, strategies=[sleeve.name for sleeve in account.engine.sleeves], opening_cash=cash, **more)


async def _play(
    account: Account, engine: Engine, happenings: Iterable[Happening | CorporateAction], recorder: EventRecorder
) -> None:
    venue = SimulatedBroker(Venue(account.venue))
    journal: Journal = UnjournaledRun()
    broker: Broker = venue
    if account.is_checked:
        journal = watched = WatchedJournal(journal)
        broker = WatchedBroker(broker, watched)
    loop = TradingLoop(
        engine, journal, broker, observers=[venue.observe], due_timer=engine.due_timer, listeners=[recorder.take],
    )  # fmt: skip
    await loop.take([
        SessionStarted(occurred_at=account.opened_at, account=account.name, opening_cash=account.cash)
    ])  # fmt: skip
    if account.policy.limits:
        await loop.take([
            PolicyChanged(policy=account.policy, actor=None, reason="of the backtest", occurred_at=account.opened_at)
        ])  # fmt: skip
    latest = account.opened_at
    for happening in happenings:
        if isinstance(happening, BarSlice):
            latest = happening.ended_at
            await loop.close_slice(happening)
        elif isinstance(happening, CorporateAction):
            await loop.take_action(happening)
        else:
            latest = happening.occurred_at
            await loop.take_record(happening)
    await loop.fire_timers(before=latest + 1)
