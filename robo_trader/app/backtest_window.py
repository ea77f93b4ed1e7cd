"""Which part of the data a backtest plays, and what its result is held against."""

import time
from dataclasses import dataclass, replace

import polars as pl

from robo_trader.app.session_plan import SessionPlan, plan_session
from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.domain.instruments import Symbol, parse_symbol
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.result import BENCHMARK_SCHEMA
from robo_trader.runtime.loading import load_series


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which bars are played: sessions from `start` to `end`, ISO dates, both included; and their benchmark."""

    start: str | None = None
    end: str | None = None
    benchmark: str | None = None  # a symbol that the feeds serve


def windowed(plan: SessionPlan, window: Window) -> SessionPlan:
    """Return the plan cut to the window. Raises InvalidConfig for a date that is none, or an empty window."""
    first, last = _moment(plan.sessions, window.start, "start"), _moment(plan.sessions, window.end, "end")
    start = max(plan.start, first.opens_at) if first else plan.start
    end = min(plan.end, last.closes_at) if last else plan.end
    if start >= end:
        raise InvalidConfig(
            f"There are no bars from {window.start or 'the beginning'} to {window.end or 'the end'}",
            next_step="Choose dates within the data, the first one earlier.",
        )
    return replace(plan, start=start, end=end)


async def load_benchmark(plan: SessionPlan, window: Window) -> pl.DataFrame | None:
    """Return the closes of the benchmark over the plan's time, None if there is none."""
    if window.benchmark is None:
        return None
    symbol: Symbol = parse_symbol(window.benchmark)
    data = plan.settings.data.model_copy(update={"symbols": (symbol,)})
    alone = plan_session(plan.settings.model_copy(update={"data": data}), plan.sessions, now=plan.end)
    (bars,) = await load_series(replace(alone, start=plan.start, end=plan.end).requests(after=0), max_concurrent=1)
    if not bars:
        raise DataError(f"There are no bars of {symbol} in this time", next_step="Choose another benchmark.")
    times, closes = [bar.ended_at for bar in bars], [bar.close for bar in bars]
    return pl.DataFrame({"ended_at": times, "close": closes}).cast(dict(BENCHMARK_SCHEMA))  # type: ignore[arg-type]


def _moment(sessions: SessionTable, date: str | None, which: str) -> TradingSession | None:
    """Return the session at or after a start date, at or before an end date."""
    if date is None:
        return None
    try:
        day = time.strptime(date, "%Y-%m-%d")
    except ValueError as error:
        raise InvalidConfig(f"{date!r} is no date", next_step=f"Write --{which} as YYYY-MM-DD.") from error
    iso = time.strftime("%Y-%m-%d", day)
    ordered = sessions.sessions if which == "start" else sessions.sessions[::-1]
    found = next((one for one in ordered if (one.date >= iso if which == "start" else one.date <= iso)), None)
    if found is None:
        raise InvalidConfig(f"The calendar does not reach {iso}", next_step="Choose a date within the data.")
    return found
