"""The bars that features are computed from, and where the values are kept."""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.app.places import cache_directory, features_directory
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.session_plan import plan_session
from robo_trader.app.settings import Settings
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.bar_table import BarColumns, BarTable, build_table
from robo_trader.research.feature_store.feature_set import FeatureSet
from robo_trader.research.feature_store.store import Computed, FeatureStore
from robo_trader.runtime.loading import load_series

_BEGINNING, _END = 0, 2**63 - 1  # UTC nanoseconds


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows are wanted, UTC nanoseconds; a bar belongs to it by its end."""

    start: int
    end: int
    as_of: int | None = None

    @property
    def last(self) -> int:
        """The latest end of a bar that may be seen."""
        return self.end if self.as_of is None else min(self.end, self.as_of)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Features that were brought up to date for all bars of the feeds."""

    features: FeatureSet
    symbols: tuple[Symbol, ...]
    bar_size: BarSize
    table: BarTable
    store: FeatureStore
    done: list[Computed]
    feeds: Mapping[str, str]


def load_calendar(environment: Mapping[str, str]) -> SessionTable:
    """Return all sessions of the exchange."""
    return cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))


def prepare(
    settings: Settings, features: Sequence[Feature], sessions: SessionTable, environment: Mapping[str, str]
) -> Prepared:
    """Load the bars, and compute what is missing of the features.

    All bars of the feeds are used, whatever is shown later: then a value does not depend on where the showing begins.

    Raises InvalidConfig for features that cannot be computed from bars, UnknownSymbol for a symbol that no feed serves,
    DataError for bars that cannot be used.
    """
    symbols = settings.data.symbols
    compares = any(feature.base is not None for feature in features)
    feature_set = FeatureSet(tuple(features), universe=symbols if compares else ())
    wanted = (*symbols, *(other for other in feature_set.others if other not in symbols))
    data = settings.data.model_copy(update={"symbols": wanted})
    plan = plan_session(settings.model_copy(update={"data": data}), sessions, now=time.time_ns())
    series = asyncio.run(load_series(plan.requests(after=0), max_concurrent=data.max_concurrent))
    table = build_table(
        {symbol: BarColumns.of(bars) for symbol, bars in zip(plan.feeds, series, strict=True)}, sessions
    )
    store = FeatureStore(features_directory(environment) / _source_key(settings))
    done = store.compute(feature_set, table, data.bar_size, symbols=symbols)
    feeds = {str(symbol): feed.name for symbol, feed in plan.feeds.items()}
    return Prepared(feature_set, symbols, data.bar_size, table, store, done, feeds)


def window_of(sessions: SessionTable, start: str | None, end: str | None, as_of: str | None) -> Window:
    """Return the window that was asked for. Dates are of sessions, both included.

    as_of: a date, meaning the end of its session, or a time such as 2013-02-01T15:30, in UTC if it names no zone.

    Raises InvalidConfig for what is no date, and for an end before the start.
    """
    window = Window(
        start=_BEGINNING if start is None else _opens(sessions, _date(start, "start")),
        end=_END if end is None else _closes(sessions, _date(end, "end")),
        as_of=None if as_of is None else _moment(sessions, as_of),
    )
    if window.start >= window.end:
        raise InvalidConfig(
            f"There is no session from {start or 'the beginning'} to {end or 'the end'}",
            next_step="Choose a --start that is not after --end.",
        )
    return window


def no_rows(symbol: Symbol) -> DataError:
    """Return the error for a window without bars."""
    return DataError(f"{symbol} has no bars in this time", next_step="Choose other dates, or a later --as-of.")


def _source_key(settings: Settings) -> str:
    """Return what tells the values of one source of bars from those of another."""
    data = settings.data
    folder = str(data.directory.resolve()) if data.directory else ""
    parts = (data.feed, folder, str(data.adjusted), str(data.seed), str(data.time_zone))
    return f"{data.feed}-{blake2b(repr(parts).encode(), digest_size=6).hexdigest()}"


def _date(text: str, option: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InvalidConfig(f"{text!r} is no date", next_step=f"Write --{option} as YYYY-MM-DD.") from error


def _opens(sessions: SessionTable, day: str) -> int:
    found = next((session for session in sessions.sessions if session.date >= day), None)
    return _END - 1 if found is None else found.opens_at


def _closes(sessions: SessionTable, day: str) -> int:
    found = next((session for session in reversed(sessions.sessions) if session.date <= day), None)
    return 0 if found is None else found.closes_at


def _moment(sessions: SessionTable, text: str) -> int:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _closes(sessions, _date(text, "as-of"))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidConfig(
            f"{text!r} is neither a date nor a time", next_step="Write --as-of as YYYY-MM-DD or YYYY-MM-DDTHH:MM."
        ) from error
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(zoned.timestamp()) * 1_000_000_000
