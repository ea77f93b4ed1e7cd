"""`robo-trader backtest --quotes`: quotes and prints of files, with bars of the feeds or bars made from the quotes."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from robo_trader.app.backtest_window import Window, load_benchmark, windowed
from robo_trader.app.joining import build_backtest_settings, build_venue_settings
from robo_trader.app.playing import Account, play_event
from robo_trader.app.risk_policy import policy_of_settings
from robo_trader.app.session_plan import SessionPlan, plan_session
from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.engine.engine import Engine
from robo_trader.core.market.bar_building import build_bars
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.quote_checks import find_quote_fault
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.rules.quotes import mid_update
from robo_trader.research.backtest.result import Result
from robo_trader.runtime.loading import load_series
from robo_trader.runtime.records import Happening, merge_records
from robo_trader.runtime.slices import merge_slices

if TYPE_CHECKING:  # what reads the files brings polars
    from robo_trader.adapters.feeds.quote_files import Records

Assumptions = tuple[tuple[str, str], ...]  # name and words

_BUILT = BarSize.MINUTE_1


@dataclass(frozen=True, slots=True)
class RecordFiles:
    """Where the quotes and prints of a backtest are, if it has any."""

    quotes: Path | None = None
    trades: Path | None = None

    @property
    def are_given(self) -> bool:
        """Whether there are any."""
        return self.quotes is not None or self.trades is not None


NO_RECORDS = RecordFiles()


@dataclass(frozen=True, slots=True)
class QuotedMarket:
    """What is played: bars, quotes and prints within one time."""

    plan: SessionPlan
    series: Sequence[Sequence[Bar]]
    quotes: "Records"
    trades: "Records | None"


async def play_quotes(
    settings: Settings,
    sessions: SessionTable,
    files: RecordFiles,
    window: Window,
    assumptions: Assumptions,
    *,
    is_checked: bool = False,
) -> tuple[Engine, Result, dict[str, str]]:
    """Play quotes, prints and bars through the engine; return it, the result, and what served each symbol.

    assumptions: of a backtest of bars, in words; those that quotes change are replaced.

    Raises DataError for files that cannot be used.
    """
    market = await load_quoted_market(settings, sessions, files, window)
    plan, quoted = market.plan, market.quotes.symbols
    account = Account(
        engine=build_backtest_settings(plan.settings),
        venue=replace(build_venue_settings(plan.settings), quoted=quoted),
        cash=plan.settings.execution.opening_cash,
        opened_at=plan.start,
        name=plan.settings.execution.account,
        policy=policy_of_settings(plan.settings),
        is_checked=is_checked,
    )
    happenings = happenings_of(market, sessions)
    engine, result = await play_event(
        account, happenings, bar_size=plan.settings.data.bar_size.value, assumptions=_assumptions(assumptions, plan),
        benchmark=await load_benchmark(plan, window),
    )  # fmt: skip
    if not engine.account.tally.quotes:
        raise DataError(
            f"There is not one sound quote: {_faults(engine)}", next_step="Check what stands in bid, ask and the sizes."
        )
    feeds = {str(symbol): feed.name for symbol, feed in plan.feeds.items()}
    served = {
        str(symbol): " and ".join(
            name for name in (feeds.get(str(symbol)), "quotes" if symbol in quoted else None) if name
        )
        for symbol in settings.data.symbols
    }
    return engine, result.warned(_warnings(market, engine)), served


def happenings_of(market: QuotedMarket, sessions: SessionTable) -> Iterator[Happening]:
    """Yield slices, quotes and prints in one order of time."""
    return merge_records(
        merge_slices(market.series, sessions, after=0), _arrivals(market.quotes, sessions),
        () if market.trades is None else _prints(market.trades, sessions),
    )  # fmt: skip


async def load_quoted_market(
    settings: Settings, sessions: SessionTable, files: RecordFiles, window: Window
) -> QuotedMarket:
    """Return what files and feeds hold of the window. Raises DataError for files that cannot be used."""
    from robo_trader.adapters.feeds.quote_files import QUOTE_NUMBERS, TRADE_NUMBERS, read_records

    assert files.quotes is not None, "prints alone are refused before"
    data, has_bars = settings.data, settings.data.directory is not None
    quotes = read_records(
        files.quotes, QUOTE_NUMBERS, data.symbols, sessions, naive_zone=data.time_zone, all_symbols=not has_bars
    )
    trades = None if files.trades is None else read_records(
        files.trades, TRADE_NUMBERS, data.symbols, sessions, naive_zone=data.time_zone, all_symbols=False
    )  # fmt: skip
    if has_bars:
        plan = windowed(plan_session(settings, sessions, now=time.time_ns()), window)
    else:
        plan = windowed(_plan_of(quotes, settings, sessions), window)
    quotes = quotes.between(plan.start, plan.end)
    trades = None if trades is None else trades.between(plan.start, plan.end)
    if quotes.table.is_empty():
        raise DataError("There are no quotes in this time", next_step="Choose --start and --end within the quotes.")
    if has_bars:
        series = await load_series(plan.requests(after=0), max_concurrent=data.max_concurrent)
    else:
        series = [list(_built(symbol, quotes, sessions)) for symbol in data.symbols]
    return QuotedMarket(plan, series, quotes, trades)


def _plan_of(quotes: "Records", settings: Settings, sessions: SessionTable) -> SessionPlan:
    """Return the plan of a run whose bars are made from quotes: minutes, over the sessions that have quotes."""
    opens = quotes.table["opens_at"]
    held = {session.opens_at: session for session in sessions.sessions}
    first, last = opens[0], opens[-1]
    of_minutes = settings.data.model_copy(update={"bar_size": _BUILT})
    return SessionPlan(settings.model_copy(update={"data": of_minutes}), sessions, {}, first, held[last].closes_at)


def _built(symbol: Symbol, quotes: "Records", sessions: SessionTable) -> Iterator[Bar]:
    return build_bars(symbol, _mids(quotes.of(symbol).quotes(sessions)), nanos=_BUILT.nanos)


def _mids(quotes: Iterator[tuple[Quote, TradingSession]]) -> Iterator[tuple[int, TradingSession, float]]:
    for quote, session in quotes:
        if find_quote_fault(quote, quote.at) is None:
            yield quote.at, session, mid_update([], quote.bid, quote.ask)


def _arrivals(quotes: "Records", sessions: SessionTable) -> Iterator[QuoteArrived]:
    return (QuoteArrived(quote=quote, session=session) for quote, session in quotes.quotes(sessions))


def _prints(trades: "Records", sessions: SessionTable) -> Iterator[TradePrinted]:
    return (TradePrinted(trade=trade, session=session) for trade, session in trades.trades(sessions))


def _assumptions(assumptions: Assumptions, plan: SessionPlan) -> Assumptions:
    of_bars = dict(assumptions)
    of_bars["Fills"] = (
        "Of a quoted symbol at the first quote after the order: a buy at the ask, a sale at the bid; a limit order "
        "where that side reaches its price. Of others as the bars say."
    )
    of_bars["Volume"] = "At most the shares that a quote shows on the side taken; the rest waits for the next quote."
    of_bars["Marks"] = "Quoted symbols at the mid of their last quote."
    of_bars["Bars"] = "Minutes made from the mids of quotes." if not plan.feeds else "From the feeds."
    return tuple(of_bars.items())


def _faults(engine: Engine) -> str:
    return ", ".join(f"{count} {fault}" for fault, count in sorted(engine.account.tally.quotes_rejected.items()))


def _warnings(market: QuotedMarket, engine: Engine) -> tuple[str, ...]:
    from robo_trader.app.backtesting import faulty_bars

    tally = engine.account.tally
    notices = [str(notice) for feed in set(market.plan.feeds.values()) for notice in getattr(feed, "notices", ())]
    of_trades = () if market.trades is None else market.trades.notices
    refused = sum(tally.quotes_rejected.values())
    of = refused + tally.quotes + tally.trades
    faulty = (f"{refused} of {of} quotes and prints were refused: {_faults(engine)}.",) if refused else ()
    bars = faulty_bars(tally.bars_rejected, sum(map(len, market.series)))
    return (*market.quotes.notices, *of_trades, *sorted(notices), *faulty, *bars)
