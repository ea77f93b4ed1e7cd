"""`robo_trader.backtest`: a backtest of bars that are already in memory, for notebooks and programs.

The settings are the product's: what is not given is as in `Settings()`, and neither files nor environment are read.
"""

import os
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal, TypeVar

import polars as pl

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.adapters.feeds.bar_frames import FrameBars, Frames, read_frames, require_frame
from robo_trader.adapters.feeds.bar_sessions import ENDED, FittedBars, to_frame
from robo_trader.adapters.feeds.bar_tables import INDEX, NUMBER_COLUMNS
from robo_trader.adapters.feeds.bar_times import DATE, STARTED, read_dates, read_starts
from robo_trader.adapters.feeds.file_places import BarFrame
from robo_trader.app import playing
from robo_trader.app.backtesting import assumptions_of, faulty_bars
from robo_trader.app.corporate_actions import CorporateActions, adjusted_table
from robo_trader.app.event_strategies import demand_records, refuse_to_share
from robo_trader.app.joining import build_backtest_settings, build_stops, build_venue_settings
from robo_trader.app.places import cache_directory
from robo_trader.app.playing import ENGINES, Account, EngineName, play_compiled, play_event, play_long_event
from robo_trader.app.risk_policy import policy_of_settings
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.settings import Settings
from robo_trader.app.settings.loading import load_given
from robo_trader.app.sizers import build_sizer
from robo_trader.app.strategies import BuiltStrategy, check_fit, strategy_of
from robo_trader.app.strategy_parameters import divide_capital
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.domain.instruments import Symbol, parse_symbol
from robo_trader.core.engine.settings import Sleeve
from robo_trader.core.market.bar_sizes import BarSize, parse_bar_size
from robo_trader.core.market.commissions import SCHEDULES, CommissionSchedule
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.portfolio.sizing import Sizer
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.portfolio_model import PortfolioModel
from robo_trader.research.backtest.bar_table import BarColumns, BarTable
from robo_trader.research.backtest.result import BENCHMARK_SCHEMA, Result

Number = float | Decimal
OrderTypeName = Literal["market", "limit"]
Strategies = BuiltStrategy | str | Mapping[str, BuiltStrategy | str]
Played = TypeVar("Played")


def backtest(  # noqa: PLR0913 - each parameter is a setting, with the product's default
    strategy: Strategies,
    bars: Frames,
    *,
    capital: Mapping[str, float] | None = None,
    engine: EngineName = "compiled",
    cash: Number | None = None,
    sizer: Sizer | None = None,
    lot: int | None = None,
    stops: Mapping[str, Any] | StopPolicy | None = None,
    limits: Mapping[str, Any] | RiskLimits | None = None,
    portfolio: Mapping[str, Any] | PortfolioModel | None = None,
    order_type: OrderTypeName | None = None,
    limit_offset_bps: Number | None = None,
    commission: str | CommissionSchedule | None = None,
    slippage_bps: Number | None = None,
    participation_max: Number | None = None,
    borrow_rate: Number | None = None,
    execution: Mapping[str, Any] | None = None,
    dividends: Mapping[str, Mapping[Any, float]] | None = None,
    splits: Mapping[str, Mapping[Any, float]] | None = None,
    bar_size: str | BarSize | None = None,
    symbol: str = "STOCK",
    benchmark: pl.DataFrame | str | None = None,
    sessions: SessionTable | None = None,
) -> Result:
    """Play bars through a strategy and return what happened.

    Args:
        strategy: a strategy, a built-in one's name, or "file.py:Name"; or several, by own names. One in event form is
            alone, takes the engine "event", and sees bars, fills and timers.
        bars: a frame with `ts` (start of the bar; UTC where no zone is given) or `date`, `open`, `high`, `low`,
            `close`, `volume`, and `symbol` where there are several; or one such frame for each symbol.
        capital: of several strategies, the fraction of equity each sizes by; equal parts if not given.
        engine: "compiled", or "event" for the engine that trades: the same, slower.
        cash: dollars at the beginning; 100,000 if not given.
        sizer: how many shares a signal is worth; a fraction of equity if not given.
        lot: shares of which positions are multiples, rounded towards zero; 1 if not given.
        stops: when a position is left against its strategy: those that are on, by their names; none if not given.
        limits: of risk: those that differ from the defaults, by their names, or all of them.
        portfolio: how the risk of all positions is measured, likewise.
        order_type: "market" (if not given) or "limit".
        limit_offset_bps: how much worse than the last price a limit order may fill, in basis points.
        commission: "ibkr_fixed" (if not given), "ibkr_tiered", or a schedule.
        slippage_bps: how much worse than the market orders fill, in basis points.
        participation_max: most that fills in one bar, as a fraction of its volume.
        borrow_rate: yearly fee for borrowed shares, as a fraction of a short position.
        execution: how orders are worked, by the names of its section, as {"algorithm": "twap"}; at once if not given.
        dividends: of each symbol, dollars a share by ex-date, for bars that are not adjusted for them.
        splits: of each symbol, new shares for each old one by ex-date; raw bars and dividends are counted in the last.
        bar_size: as "1 min"; what the times say if not given.
        symbol: whose bars a frame without a column `symbol` holds.
        benchmark: one of the symbols, or a frame with `close` and `ended_at` or `date`, to hold the result against.
        sessions: of the exchange; those of New York if not given.

    Raises InvalidConfig for what cannot be meant, DataError for bars that cannot be used, with symbol and row, and
    StrategyError for a strategy that answers with what is no strength, or cannot be compiled.
    """
    sections = {"stops": stops, "risk": limits, "portfolio": portfolio, "strategy": _given(capital=capital, lot=lot)}
    settings = _settings(
        engine, sections, execution or {}, commission, opening_cash=cash, order_type=order_type,
        limit_offset_bps=limit_offset_bps, slippage_bps=slippage_bps, participation_max=participation_max,
        borrow_rate=borrow_rate,
    )  # fmt: skip
    calendar = sessions or _calendar()
    read = read_frames(bars, calendar, symbol=parse_symbol(symbol), size=_size(bar_size))
    table, settings = _table(read, calendar, dividends or {}, splits or {}), _with_size(settings, read.size)
    replaced = _replaced(limits, commission, portfolio)
    account = _account(settings, _sleeves(settings, strategy, sizer, stops), table, replaced)
    return _play(engine, table, account, _told(settings, account, read, table, _benchmark(benchmark, table, calendar)))


def _size(given: str | BarSize | None) -> BarSize | None:
    return parse_bar_size(given) if isinstance(given, str) else given


def _calendar() -> SessionTable:
    return cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(os.environ))


def _replaced(limits: object, commission: object, portfolio: object) -> dict[str, Any]:
    """Return what was given as a whole, and not by settings' names, under the engine's own names."""
    given = (
        ("limits", limits, RiskLimits),
        ("commissions", commission, CommissionSchedule),
        ("portfolio_model", portfolio, PortfolioModel),
    )
    return {name: value for name, value, kind in given if value is not None and isinstance(value, kind)}


def _told(
    settings: Settings, account: Account, read: FrameBars, table: BarTable, benchmark: pl.DataFrame | None
) -> dict[str, Any]:
    """Return what the result says of how it came about."""
    return {
        "bar_size": read.size.value,
        "assumptions": _assumptions(settings, account),
        "warnings": _warnings(read, table),
        "benchmark": benchmark,
    }


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _settings(
    engine: str, sections: Mapping[str, object], execution: Mapping[str, Any], commission: object, **given: object
) -> Settings:
    """Return the settings that were given by name, over the defaults. Raises InvalidConfig with every mistake.

    given: settings of the section `execution` that have a parameter of their own; None for those that were not.
    """
    if engine not in ENGINES:
        raise InvalidConfig(f"there is no engine {engine!r}", next_step=f"Use one of {', '.join(ENGINES)}.")
    schedule = commission if isinstance(commission, str) else None
    return load_given({
        "execution": {**execution, **_given(commission_schedule=schedule, **given)},
        **{name: dict(section) for name, section in sections.items() if isinstance(section, Mapping)},
    })  # fmt: skip


def _with_size(settings: Settings, size: BarSize) -> Settings:
    """Return settings that know the length of the bars: some are for bars within a day only."""
    return settings.model_copy(update={"data": settings.data.model_copy(update={"bar_size": size})})


def _sleeves(
    settings: Settings,
    given: Strategies,
    sizer: Sizer | None,
    stops: object,
) -> tuple[Sleeve, ...]:
    """Return the parts of the account, each strategy made. Raises InvalidConfig for what is no strategy or part."""
    named = given if isinstance(given, Mapping) else {"": given}
    made = {name: _made(one) for name, one in named.items()}
    if not made:
        raise InvalidConfig("there is no strategy", next_step='Give one, or several as {"trend": SmaCrossover(5, 20)}.')
    refuse_to_share(list(made.values()))
    names = [name or strategy.name for name, strategy in made.items()]
    parts = divide_capital(settings.strategy.capital, names)
    usual, policy = build_sizer(settings), stops if isinstance(stops, StopPolicy) else build_stops(settings)
    return tuple(
        Sleeve(
            name=name,
            strategy=one,
            sizer=sizer or usual,
            stops=policy,
            capital=float(parts[name]),
            lot=settings.strategy.lot,
        )
        for name, one in zip(names, made.values(), strict=True)
    )


def _made(strategy: object) -> BuiltStrategy:
    made = strategy_of(strategy).kind() if isinstance(strategy, str) else strategy
    if not isinstance(made, BuiltStrategy):
        raise InvalidConfig(f"{strategy!r:.100} is no strategy", next_step="Give one made, as SmaCrossover(5, 20).")
    demand_records(made, quotes=False, trades=False, where="among bars")
    return made


def _account(settings: Settings, sleeves: tuple[Sleeve, ...], table: BarTable, replaced: Mapping[str, Any]) -> Account:
    for sleeve in sleeves:
        check_fit(sleeve.strategy, table.symbols)
    engine = replace(build_backtest_settings(settings, sleeves, table.symbols), **replaced)
    venue = replace(build_venue_settings(settings), commissions=engine.commissions)
    opened_at = int(table.market.started_at[0])
    cash, policy = settings.execution.opening_cash, policy_of_settings(settings)
    return Account(engine=engine, venue=venue, cash=cash, opened_at=opened_at, policy=policy)


def _play(engine: EngineName, table: BarTable, account: Account, told: Mapping[str, Any]) -> Result:
    if engine == "compiled":
        return play_compiled(account, table, _silent, **told)
    if table.market.close.size < playing.WORTH_COMPILING:
        return _drive(play_event(account, map(table.slice_at, range(table.slices)), **told))[1]
    return _drive(play_long_event(account, table, _silent, **told))[1]


def _table(
    read: FrameBars,
    sessions: SessionTable,
    dividends: Mapping[str, Mapping[Any, float]],
    splits: Mapping[str, Mapping[Any, float]],
) -> BarTable:
    actions = CorporateActions(
        splits=_by_date(splits, read, "splits"), dividends=_by_date(dividends, read, "dividends")
    )
    return adjusted_table({name: _columns(fitted) for name, fitted in read.fitted.items()}, sessions, actions)


def _by_date(given: Mapping[str, Mapping[Any, float]], read: FrameBars, what: str) -> dict[Symbol, dict[str, float]]:
    """Return amounts by symbol and ISO date. Raises InvalidConfig for a symbol without bars."""
    found = {parse_symbol(name): {str(day): float(amount) for day, amount in of.items()} for name, of in given.items()}
    unknown = sorted(found.keys() - read.fitted.keys())
    if unknown:
        raise InvalidConfig(
            f"there are no bars of {', '.join(unknown)}, whose {what} are given",
            next_step=f"Name symbols of the bars: {', '.join(sorted(read.fitted))}.",
        )
    return found


def _columns(fitted: FittedBars) -> BarColumns:
    times = (fitted.table[name].to_numpy() for name in (STARTED, ENDED))
    return BarColumns(*times, *(fitted.table[name].to_numpy() for name in NUMBER_COLUMNS))


def _assumptions(settings: Settings, account: Account) -> tuple[tuple[str, str], ...]:
    told = dict(assumptions_of(settings, {sleeve.name: sleeve.capital for sleeve in account.engine.sleeves}))
    told["Prices"] = "Taken as given: whether they are adjusted is the caller's choice."
    if account.engine.commissions != SCHEDULES[settings.execution.commission_schedule]:
        told["Commission"] = "A schedule of the caller's own, charged on each order."
    return tuple(told.items())


def _warnings(read: FrameBars, table: BarTable) -> tuple[str, ...]:
    bars = sum(fitted.table.height for fitted in read.fitted.values())
    return (*map(str, read.notices), *faulty_bars(table.rejected, bars))


def _benchmark(given: pl.DataFrame | str | None, table: BarTable, sessions: SessionTable) -> pl.DataFrame | None:
    """Return the closes of what the result is held against: one of the symbols, or a frame; None for nothing."""
    if given is None:
        return None
    if isinstance(given, str):
        name = parse_symbol(given)
        if name not in table.symbols:
            raise DataError(
                f"there are no bars of {name} to hold the result against",
                next_step=f"Add them, give a frame, or name one of {', '.join(table.symbols)}.",
            )
        close = table.column("close", table.symbols.index(name))
        return _closes(pl.DataFrame({ENDED: table.ended_at, "close": close}))
    rows = BarFrame("benchmark")
    frame = require_frame(given, rows.name)
    if "close" not in frame.columns or not {ENDED, DATE} & set(frame.columns):
        raise rows.fault(f"it has {', '.join(frame.columns)}", f"Name the columns {ENDED} or {DATE}, and close.")
    if not frame["close"].dtype.is_numeric():
        raise rows.fault(f"holds {frame['close'].dtype}, not numbers", "Write numbers.", column="close")
    if ENDED in frame.columns:
        timed = frame.rename({ENDED: "ts"}).with_row_index(INDEX)
        return _closes(timed.select(read_starts(rows, timed, "UTC").alias(ENDED), "close"))
    dated = frame.with_row_index(INDEX)
    days = pl.DataFrame([read_dates(rows, dated), dated["close"]])
    return _closes(days.join(to_frame(sessions).rename({"closes_at": ENDED}), on=DATE).select(ENDED, "close"))


def _closes(frame: pl.DataFrame) -> pl.DataFrame:
    sound = frame.cast({"close": pl.Float64}).filter(pl.col("close").is_finite() & pl.col(ENDED).is_not_null())
    if sound.is_empty():
        raise DataError("the benchmark has no prices in any session", next_step="Check its dates and closes.")
    return sound.sort(ENDED).cast(dict(BENCHMARK_SCHEMA))  # type: ignore[arg-type]


def _drive(coroutine: Coroutine[Any, Any, Played]) -> Played:
    """Run a coroutine that waits for nothing: also where an event loop runs already, as in a notebook."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    coroutine.close()
    raise AssertionError("a backtest waits for nothing")


def _silent(_message: str) -> None:
    """Say nothing while compiling: a notebook shows what it is told."""
