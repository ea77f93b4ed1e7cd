"""From settings to a session: which feed serves each symbol, over which time, and what the journal is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path

from robo_trader.adapters.feeds.chain import choose_feeds
from robo_trader.adapters.feeds.files import FilesFeed
from robo_trader.adapters.feeds.sample import SampleFeed
from robo_trader.adapters.feeds.synthetic import SyntheticFeed
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.joining import build_engine_settings, build_limits, sectors_of
from robo_trader.app.places import sessions_directory
from robo_trader.app.settings import ReconciliationSettings, Settings
from robo_trader.app.strategies import ChosenStrategy, build_strategies, strategy_identity
from robo_trader.app.strategy_parameters import parameter_text, parameters_of
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import Duration
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest, MarketFeed
from robo_trader.core.risk.controls import is_set
from robo_trader.core.risk.limits import RiskLimits

# The synthetic market has no end of its own; without a duration it would be played from its first day.
SYNTHETIC_DURATION_DAILY = Duration(365)
SYNTHETIC_DURATION_INTRADAY = Duration(30)


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What a run plays: a feed for each symbol, and the time in UTC nanoseconds."""

    settings: Settings
    sessions: SessionTable
    feeds: Mapping[Symbol, MarketFeed]
    start: int
    end: int

    def requests(self, *, after: int) -> list[tuple[MarketFeed, BarRequest]]:
        """Return what to ask of which feed; `after` is where a journal has come to, 0 for a new one."""
        size = self.settings.data.bar_size
        start = after or self.start
        return [
            (feed, BarRequest(symbol=symbol, bar_size=size, start=start, end=self.end))
            for symbol, feed in self.feeds.items()
        ]

    def record(self) -> SessionRecord:
        """Return what the journal is about."""
        settings = self.settings
        return SessionRecord(
            account=settings.execution.account,
            mode="PAPER",
            broker=settings.execution.broker,
            bar_size=settings.data.bar_size.value,
            strategy=strategy_text(settings),
            feeds={symbol: feed.name for symbol, feed in self.feeds.items()},
            opening_cash=settings.execution.opening_cash,
            settings=deciding_settings(settings),
            warm_up=warm_up_of(settings),
        )


def plan_session(settings: Settings, sessions: SessionTable, *, now: int) -> SessionPlan:
    """Return the plan of a run. `now`: UTC nanoseconds; synthetic markets end with the last closed session.

    Raises UnknownSymbol for a symbol that no feed serves, DataError for files that cannot be read.
    """
    data = settings.data
    feeds = choose_feeds(data.symbols, data.bar_size, ranked_feeds(settings, sessions))
    ends = [feed.last_bar_ends_at(symbol, data.bar_size) for symbol, feed in feeds.items()]
    known = [end for end in ends if end is not None]
    end = max(known) if known else sessions.last_closed(now).closes_at
    duration = data.duration
    if duration is None and None in ends:
        duration = SYNTHETIC_DURATION_DAILY if data.bar_size.is_daily else SYNTHETIC_DURATION_INTRADAY
    start = max(0, end - duration.nanos) if duration else 0
    return SessionPlan(settings, sessions, feeds, start, end)


def ranked_feeds(settings: Settings, sessions: SessionTable) -> list[MarketFeed]:
    """Return the feeds to ask, best first: own files, then the sample, then made-up prices."""
    data = settings.data
    wanted = ("files", "sample", "synthetic") if data.feed == "auto" else (data.feed,)
    ranked: list[MarketFeed] = []
    if "files" in wanted and data.directory is not None:
        ranked.append(FilesFeed(data.directory, sessions, naive_zone=data.time_zone))
    if "sample" in wanted:
        ranked.append(SampleFeed(sessions, adjusted=data.adjusted))
    if "synthetic" in wanted:
        ranked.append(SyntheticFeed(sessions, data.seed))
    return ranked


def database_of(plan: SessionPlan, environment: Mapping[str, str]) -> Path:
    """Return the database that was asked for, else one of this session's own: equal settings continue in it."""
    if plan.settings.storage.database is not None:
        return plan.settings.storage.database
    record = plan.record()
    digest = blake2b(repr(sorted(_identity(record).items())).encode(), digest_size=4).hexdigest()
    size = record.bar_size.replace(" ", "")
    strategies = "-".join(chosen.name for chosen in build_strategies(plan.settings))[:60]
    return sessions_directory(environment) / f"paper-{strategies}-{size}-{digest}.db"


def _identity(record: SessionRecord) -> dict[str, str]:
    feeds = {f"feed.{symbol}": feed for symbol, feed in record.feeds.items()}
    return {**record.settings, **feeds, "bar_size": record.bar_size, "account": record.account}


def warm_up_of(settings: Settings) -> dict[str, int]:
    """Return, by symbol, how many bars it takes until all of its features have a value; none that is not traded."""
    engine = build_engine_settings(settings)
    features = {symbol: engine.features_of(symbol) for symbol in engine.symbols}
    return {symbol: max(feature.warm_up for feature in found) for symbol, found in features.items() if found}


def strategy_text(settings: Settings) -> str:
    """Return what trades, for people."""
    return f"{' + '.join(map(_told, build_strategies(settings)))}, {settings.strategy.sizing}"


def _told(chosen: ChosenStrategy) -> str:
    values = ", ".join(f"{name} {parameter_text(value)}" for name, value in parameters_of(chosen.strategy).items())
    return f"{chosen.name}{values and f' ({values})'}"


def deciding_settings(settings: Settings) -> dict[str, str]:
    """Return every setting that changes what is decided, as text; pace, logs and web do not."""
    limits = build_limits(settings)  # what is off decides nothing, and a session from before it was known goes on
    sections = {
        "execution": _deciding_execution(settings),
        "risk": {key: value for key, value in settings.risk.model_dump().items() if _is_set(limits, key, value)},
        "portfolio": {
            **settings.portfolio.model_dump(exclude={"sector_file"}),
            "sectors": tuple(f"{symbol}:{sector}" for symbol, sector in sorted(sectors_of(settings).items())),
        },
        "strategy": {
            **settings.strategy.model_dump(exclude={"name", "parameters", "capital"}),
            **strategy_identity(settings),
        },
        "stops": settings.stops.model_dump(),
        "protection": settings.protection.model_dump(),
        "strategies": settings.strategies.model_dump(),
        "reconciliation": _changed_reconciliation(settings),
        "data": settings.data.model_dump(exclude={"speed", "max_concurrent", "feed"}),
    }
    return {f"{name}.{key}": _text(value) for name, section in sections.items() for key, value in section.items()}


def _deciding_execution(settings: Settings) -> dict[str, object]:
    """Return how orders are placed; the mode only where it is live: sessions on paper are from before it was known."""
    given = settings.execution.model_dump()
    return given if settings.execution.mode == "live" else {key: given[key] for key in given if key != "mode"}


def _changed_reconciliation(settings: Settings) -> dict[str, object]:
    """Return what differs from the defaults, which a session has from before this could be set.

    How often the broker is asked decides nothing: the answers are in the journal.
    """
    given, usual = settings.reconciliation.model_dump(), ReconciliationSettings().model_dump()
    decides = given.keys() - {"positions_seconds", "orders_seconds"}
    return {key: value for key, value in given.items() if key in decides and value != usual[key]}


def _is_set(limits: RiskLimits, key: str, value: object) -> bool:
    return value is not None if key == "policy" else is_set(limits, key)


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value)
