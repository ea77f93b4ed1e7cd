"""Bars in memory through an account: by the engine that trades, or by the same rules compiled. Nothing is kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.app.event_strategies import refuse_to_compile
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.event_recorder import EventRecorder
from robo_trader.research.backtest.result import Result
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


async def play_event(account: Account, happenings: Iterable[Happening], **more: Any) -> tuple[Engine, Result]:  # noqa: ANN401 - fields of Result
    """Play slices, quotes and prints through the engine that trades; `more` are further fields of the result."""
    engine, recorder = Engine(account.engine), EventRecorder()
    await _play(account, engine, happenings, recorder)
    prices = {str(symbol): float(price) for symbol, price in engine.closing_prices().items()}
    return engine, recorder.result(closing_prices=prices, **more)


async def play_long_event(account: Account, table: BarTable, announce: Announce, **more: Any) -> tuple[Engine, Result]:  # noqa: ANN401 - as above
    """Play a table through the engine that trades, shown only the bars that may concern it.

    A strategy that cannot be compiled, or whose rule fails, is played the plain way, which knows how to say so.
    One in event form must see every bar.
    """
    if any(isinstance(sleeve.strategy, EventStrategy) for sleeve in account.engine.sleeves):
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
    """Play a table through the compiled rules. Raises StrategyError for a strategy that has none."""
    for sleeve in account.engine.sleeves:
        refuse_to_compile(sleeve.strategy)
    from robo_trader.research.backtest import compiled_run
    from robo_trader.research.backtest.compiled_result import result_of
    from robo_trader.research.compiled.compiler import Compiler

    cash, compiler = float(account.cash), Compiler(announce=announce)
    played = compiled_run.play_compiled(table, account.engine, account.venue, cash=cash, compiler=compiler)
    return result_of(played, strategies=[sleeve.name for sleeve in account.engine.sleeves], opening_cash=cash, **more)


async def _play(account: Account, engine: Engine, happenings: Iterable[Happening], recorder: EventRecorder) -> None:
    broker = SimulatedBroker(Venue(account.venue))
    loop = TradingLoop(
        engine, UnjournaledRun(), broker, observers=[broker.observe], due_timer=engine.due_timer,
        listeners=[recorder.take],
    )  # fmt: skip
    await loop.take([
        SessionStarted(occurred_at=account.opened_at, account=account.name, opening_cash=account.cash)
    ])  # fmt: skip
    latest = account.opened_at
    for happening in happenings:
        if isinstance(happening, BarSlice):
            latest = happening.ended_at
            await loop.close_slice(happening)
        else:
            latest = happening.occurred_at
            await loop.take_record(happening)
    await loop.fire_timers(before=latest + 1)
