"""`robo-trader backtest`: from settings to a result, by either engine."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.app import playing
from robo_trader.app.backtest_window import Window, load_benchmark, windowed
from robo_trader.app.corporate_actions import CorporateActions, adjusted_table
from robo_trader.app.event_strategies import demand_records, refuse_to_compile
from robo_trader.app.joining import build_backtest_settings, build_limits, build_venue_settings
from robo_trader.app.places import cache_directory
from robo_trader.app.playing import Account, Announce, EngineName, play_compiled, play_event, play_long_event
from robo_trader.app.quote_backtesting import NO_RECORDS, RecordFiles, play_quotes
from robo_trader.app.risk_policy import policy_of_settings
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.session_plan import SessionPlan, plan_session
from robo_trader.app.settings import Settings
from robo_trader.app.settings.sections import ExecutionSettings
from robo_trader.app.strategies import BuiltStrategy, build_strategies
from robo_trader.app.summary import summarise
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.bar_table import BarColumns, BarTable
from robo_trader.research.backtest.compiled_controls import refuse_unplayed_limits
from robo_trader.research.backtest.result import Result
from robo_trader.runtime.loading import load_series
from robo_trader.runtime.records import with_actions
from robo_trader.runtime.slices import merge_slices

NO_ACTIONS = CorporateActions()


@dataclass(frozen=True, slots=True)
class Backtest:
    """A finished backtest: what happened, the summary `run` would print, and the feed that served each symbol."""

    result: Result
    summary: Mapping[str, Any]
    feeds: Mapping[str, str]


async def backtest(  # noqa: PLR0913 - each parameter is a choice of the command's
    settings: Settings,
    *,
    environment: Mapping[str, str],
    engine: EngineName = "event",
    window: Window | None = None,
    actions: CorporateActions = NO_ACTIONS,
    records: RecordFiles = NO_RECORDS,
    announce: Announce = lambda _: None,
    is_checked: bool = False,
) -> Backtest:
    """Play the feeds once. Raises RoboTraderError for everything the world refuses.

    records: quotes and prints, for a strategy in event form.
    announce: told that the compiler must do its work first, the only time that it must.
    is_checked: whether every event is held against the invariants; the first that is broken raises InvariantBroken.
    """
    if is_checked and engine == "compiled":
        raise InvalidConfig(
            "The compiled backtest has no events to hold against the invariants",
            next_step="Leave --check-invariants out, or use --engine event.",
        )
    begun = time.monotonic()
    chosen = build_strategies(settings)
    for one in chosen:
        _check_form(one.strategy, engine, actions, records)
    if engine == "compiled":
        refuse_unplayed_limits(build_limits(settings))
    assumptions = assumptions_of(settings, {one.name: float(one.capital) for one in chosen})
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))
    if records.are_given:
        trader, result, feeds = await play_quotes(
            settings, sessions, records, window or Window(), assumptions, is_checked=is_checked
        )
        return Backtest(result, summarise(trader, seconds=time.monotonic() - begun), feeds)
    plan = windowed(plan_session(settings, sessions, now=time.time_ns()), window or Window())
    series = await load_series(plan.requests(after=0), max_concurrent=settings.data.max_concurrent)
    told = {
        "bar_size": settings.data.bar_size.value,
        "assumptions": assumptions,
        "benchmark": await load_benchmark(plan, window or Window()),
    }
    play = partial(_play, engine=engine, actions=actions, announce=announce, is_checked=is_checked)
    result, summary = await play(plan, series, told)
    seconds = round(time.monotonic() - begun, 3)
    feeds = {str(symbol): feed.name for symbol, feed in plan.feeds.items()}
    return Backtest(result, {**summary, "seconds": seconds}, feeds)


def _check_form(strategy: BuiltStrategy, engine: EngineName, actions: CorporateActions, records: RecordFiles) -> None:
    """Raise a named error where a strategy's form and what the run has do not go together."""
    if engine == "compiled":
        refuse_to_compile(strategy)
    if records.are_given:
        if isinstance(strategy, Strategy):
            raise InvalidConfig(
                f"{strategy.name} is a rule, asked at the close of bars, and sees neither quotes nor prints",
                next_step="Leave --quotes and --trades out, or choose a strategy in event form.",
            )
        if records.quotes is None:
            raise InvalidConfig("Prints are played with quotes only", next_step="Give --quotes as well.")
        if actions.are_known:
            raise InvalidConfig(
                "Splits and dividends are for bars, and quotes are played as they are",
                next_step="Leave --splits and --dividends out.",
            )
    has_quotes, has_trades = records.quotes is not None, records.trades is not None
    demand_records(strategy, quotes=has_quotes, trades=has_trades, where="in this backtest")


async def _play(  # noqa: PLR0913 - each parameter is a choice of the command's
    plan: SessionPlan,
    series: Sequence[Sequence[Bar]],
    told: Mapping[str, Any],
    *,
    engine: EngineName,
    actions: CorporateActions,
    announce: Announce,
    is_checked: bool,
) -> tuple[Result, Mapping[str, Any]]:
    settings, execution = plan.settings, plan.settings.execution
    account = Account(
        engine=build_backtest_settings(settings), venue=build_venue_settings(settings), cash=execution.opening_cash,
        opened_at=plan.start, name=execution.account, policy=policy_of_settings(settings), is_checked=is_checked,
    )  # fmt: skip
    bars = sum(map(len, series))
    is_short = bars < playing.WORTH_COMPILING
    if engine == "event" and (is_short or actions.splits or actions.need_events):
        slices_ = merge_slices(series, plan.sessions, after=0)
        happenings = with_actions(slices_, actions.events(settings.data.symbols, plan.sessions), is_new=True)
        trader, result = await play_event(account, happenings, **told)
        return result.warned(_warnings(plan, trader.account.tally.bars_rejected, bars)), summarise(trader, seconds=0)
    columns = {symbol: BarColumns.of(of) for symbol, of in zip(plan.feeds, series, strict=True)}
    table = adjusted_table(columns, plan.sessions, actions)
    warnings = _warnings(plan, table.rejected, bars)
    if engine == "event":
        trader, result = await play_long_event(account, table, announce, warnings=warnings, **told)
        return result, summarise(trader, seconds=0)
    result = play_compiled(account, table, announce, warnings=warnings, **told)
    return result, summary_of(result, table)


def summary_of(result: Result, table: BarTable) -> dict[str, Any]:
    """Return the counts and figures of a compiled backtest, named as `run` names its own."""
    controls = result.violations["control"].value_counts(sort=True)
    bars = int((table.market.close == table.market.close).sum())
    return {
        "bars": bars,
        "bars_rejected": dict(sorted(table.rejected.items())),
        "orders": len(result.orders),
        "fills": len(result.fills),
        "violations": dict(sorted(controls.iter_rows())),
        "cash": f"{result.equity['cash'][-1]:.6f}",
        "commission": f"{result.fills['commission'].sum():.6f}",
        "equity": f"{result.equity['equity'][-1]:.6f}",
        "return": result.statistics.as_dict()["total_return"],
        "max_drawdown": result.statistics.as_dict()["max_drawdown"],
    }


def assumptions_of(settings: Settings, capital: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    """Return in words what a backtest with these settings takes for granted.

    capital: of each strategy, the fraction of equity it sizes by.
    """
    execution, adjusted = settings.execution, settings.data.adjusted
    parts = ", ".join(f"{name} {part:.0%}" for name, part in capital.items())
    shared = f"{parts} of equity. Opposite wants are settled between them, at the last price."
    return (
        *([("Sharing", shared)] if len(capital) > 1 else []),
        ("Fills", "A market order at the open of the next bar of its symbol, a limit order where a bar reaches it."),
        ("Slippage", f"{_slippage_text(execution)} on market orders; a limit fills at its price or better."),
        *([("Execution", f"By the algorithm {execution.algorithm}.")] if execution.algorithm != "at_once" else []),
        ("Commission", f"Schedule {execution.commission_schedule}, charged on each order."),
        ("Volume", f"At most {execution.participation_max:.0%} of a bar's volume fills; the rest waits or lapses."),
        ("Prices", "Adjusted for splits and dividends." if adjusted else "As traded: raw, no splits or dividends."),
        (
            "Borrowing",
            f"Shares sold short cost {execution.borrow_rate:.2%} of their value a year.",
        ),
        ("Cash", "Earns no interest."),
    )


def _slippage_text(execution: ExecutionSettings) -> str:
    if execution.slippage_model == "fixed_bps":
        return f"{execution.slippage_bps} basis points"
    half, coefficient = execution.half_spread_bps, execution.impact_coefficient
    return f"{half} basis points and {coefficient} volatilities times the root of the part of the bar's volume"


def faulty_bars(rejected: Mapping[str, int], bars: int) -> tuple[str, ...]:
    """Return a warning where bars were refused. rejected: how many, by fault; bars: how many there were in all."""
    if not rejected:
        return ()
    faults = ", ".join(f"{count} {fault}" for fault, count in sorted(rejected.items()))
    return (f"{sum(rejected.values())} of {bars} bars were faulty and left out: {faults}.",)


def _warnings(plan: SessionPlan, rejected: Mapping[str, int], bars: int) -> tuple[str, ...]:
    found = []
    simulated = sorted(str(symbol) for symbol, feed in plan.feeds.items() if feed.name == "synthetic")
    if simulated:
        found.append(f"Prices of {', '.join(simulated)} are simulated: the result says nothing about a market.")
    notices = [str(notice) for feed in set(plan.feeds.values()) for notice in getattr(feed, "notices", ())]
    return (*found, *sorted(notices), *faulty_bars(rejected, bars))
