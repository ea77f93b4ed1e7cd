"""The market that the pretend gateway shows: bars of the feeds, or recorded quotes and prints with bars."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from robo_trader.app.backtest_window import Window
from robo_trader.app.corporate_actions import chosen_actions
from robo_trader.app.quote_backtesting import RecordFiles, happenings_of, load_quoted_market
from robo_trader.app.session_plan import SessionPlan, plan_session
from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import Bar, BarSlice
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize, Duration
from robo_trader.core.market.sessions import SessionTable
from robo_trader.runtime.loading import load_series
from robo_trader.runtime.records import with_actions
from robo_trader.runtime.slices import merge_slices

DAILY_PAST, INTRADAY_PAST = Duration(730), Duration(30)  # known before the first bar that is shown

# The real gateway cuts hours by the clock, feeds from the open: of half hours either can be made.
_PIECES = {BarSize.HOUR_1: BarSize.MINUTES_30}

Happening = BarSlice | QuoteArrived | TradePrinted | CorporateAction


@dataclass(frozen=True, slots=True)
class GatewayMarket:
    """What will happen, in order of time, and what can be traded in it."""

    symbols: tuple[Symbol, ...]
    quoted: frozenset[Symbol]  # those that have quotes, and are filled against them only
    happenings: Iterator[Happening]
    past: Mapping[Symbol, Sequence[Bar]]  # what clients can ask for that is never shown
    bar_size: BarSize  # of those that are shown


def in_pieces(settings: Settings) -> Settings:
    """Return settings with bars of which the gateway can make those that were asked for."""
    size = settings.data.bar_size
    data = settings.data.model_copy(update={"bar_size": _PIECES.get(size, size)})
    return settings.model_copy(update={"data": data})


async def load_market(settings: Settings, sessions: SessionTable, records: RecordFiles, *, after: int) -> GatewayMarket:
    """Return the market after a moment, UTC nanoseconds; 0: from its beginning.

    Raises DataError for what cannot be read, InvalidConfig for prints without quotes.
    """
    if records.quotes is not None:
        return await _of_records(settings, sessions, records, after=after)
    if records.trades is not None:
        raise InvalidConfig("prints alone make no market", next_step="Give --quotes as well, or neither.")
    plan = plan_session(settings, sessions, now=time.time_ns())
    series = await load_series(plan.requests(after=after), max_concurrent=settings.data.max_concurrent)
    actions = chosen_actions(settings).events(settings.data.symbols, sessions)
    happenings = with_actions(
        merge_slices(series, sessions, after=after),
        [action for action in actions if action.occurred_at >= after],
        is_new=not after,
    )
    past = await _past_of(plan, after=after)
    return GatewayMarket(tuple(plan.feeds), frozenset(), iter(happenings), past, plan.settings.data.bar_size)


async def _past_of(plan: SessionPlan, *, after: int) -> dict[Symbol, Sequence[Bar]]:
    """Return bars of before, so that a client can warm up with the first shown one."""
    data = plan.settings.data
    end = after or plan.start
    start = max(0, end - (DAILY_PAST if data.bar_size.is_daily else INTRADAY_PAST).nanos)
    requests = [(feed, replace(request, start=start, end=end)) for feed, request in plan.requests(after=after)]
    series = await load_series(requests, max_concurrent=data.max_concurrent)
    return dict(zip(plan.feeds, series, strict=True))


async def _of_records(settings: Settings, sessions: SessionTable, records: RecordFiles, *, after: int) -> GatewayMarket:
    market = await load_quoted_market(settings, sessions, records, Window())
    happenings = (one for one in happenings_of(market, sessions) if end_of(one) > after)
    size = market.plan.settings.data.bar_size  # of minutes, where bars are made of the quotes
    return GatewayMarket(settings.data.symbols, market.quotes.symbols, happenings, {}, size)


def begin_of(happening: Happening) -> int:
    """Return when it begins, UTC nanoseconds: of bars, the earliest."""
    if isinstance(happening, BarSlice):
        return min((bar.started_at for bar in happening.bars), default=happening.ended_at)
    return end_of(happening)


def end_of(happening: Happening) -> int:
    """Return when it is known, UTC nanoseconds."""
    if isinstance(happening, BarSlice):
        return happening.ended_at
    if isinstance(happening, QuoteArrived):
        return happening.quote.at
    return happening.trade.at if isinstance(happening, TradePrinted) else happening.occurred_at
