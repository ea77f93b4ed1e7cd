"""The event-driven backtest: engine, venue and loop of paper trading, on recorded bars, nothing kept on disk."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.app.joining import build_broker, build_engine
from robo_trader.app.places import cache_directory
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.session_plan import SessionPlan, plan_session
from robo_trader.app.settings import Settings
from robo_trader.app.summary import summarise
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.engine.engine import Engine
from robo_trader.research.backtest.result import Result
from robo_trader.runtime.loading import load_series
from robo_trader.runtime.slices import merge_slices
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.runtime.unjournaled import UnjournaledRun


@dataclass(frozen=True, slots=True)
class Backtest:
    """A finished backtest: what happened, the summary `run` would print, and the feed that served each symbol."""

    result: Result
    summary: Mapping[str, Any]
    feeds: Mapping[str, str]


async def backtest_event_driven(settings: Settings, *, environment: Mapping[str, str]) -> Backtest:
    """Play the feeds through the engine once. Raises RoboTraderError for everything the world refuses."""
    begun = time.monotonic()
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))
    plan = plan_session(settings, sessions, now=time.time_ns())
    engine, result = build_engine(settings), Result()
    await _play(plan, engine, result)
    feeds = {str(symbol): feed.name for symbol, feed in plan.feeds.items()}
    return Backtest(result, summarise(engine, seconds=time.monotonic() - begun), feeds)


async def _play(plan: SessionPlan, engine: Engine, result: Result) -> None:
    settings = plan.settings
    broker = build_broker(settings)
    loop = TradingLoop(engine, UnjournaledRun(), broker, observers=[broker.observe], listeners=[result.take])
    execution = settings.execution
    await loop.take([
        SessionStarted(occurred_at=plan.start, account=execution.account, opening_cash=execution.opening_cash)
    ])  # fmt: skip
    series = await load_series(plan.requests(after=0), max_concurrent=settings.data.max_concurrent)
    for slice_ in merge_slices(series, plan.sessions, after=0):
        await loop.close_slice(slice_)
