"""Asks a strategy, with the bars of its feeds, whether it looks ahead."""

import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.adapters.feeds.cut_files import write_cut
from robo_trader.adapters.feeds.files import FilesFeed
from robo_trader.adapters.feeds.sample import SAMPLE_FILE, SampleFeed
from robo_trader.app.backtest_window import Window, windowed
from robo_trader.app.places import cache_directory
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.session_plan import SessionPlan, plan_session
from robo_trader.app.settings import Settings
from robo_trader.app.strategies import build_strategy
from robo_trader.app.strategy_files import forget_strategy_files
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.ports.market_feed import MarketFeed
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.bar_table import BarColumns, build_table
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.validation.lookahead import LookaheadCheck, Subject, check_lookahead
from robo_trader.research.validation.sealed_files import sealed
from robo_trader.research.validation.seen import Seen, compiled, interpreted
from robo_trader.research.validation.warm_up import WarmUp, measure_warm_up
from robo_trader.runtime.loading import load_series

_CODE = {".py", ".pyc", ".so", ".nbi", ".nbc"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found, how long the strategy needs, and which other files it read, that nobody has cut."""

    check: LookaheadCheck
    warm_ups: tuple[WarmUp, ...]  # none where it looks ahead
    others_read: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look. seed: of the cuts that are drawn; cuts: how many, None for what is reasonable."""

    seed: int = 0
    cuts: int | None = None


async def check_strategy(
    settings: Settings,
    *,
    environment: Mapping[str, str],
    window: Window,
    effort: Effort,
    announce: Callable[[str], None],
) -> Checked:
    """Return what was found. Raises RoboTraderError for everything the world refuses, as a backtest does."""
    _refuse_event_form(settings)
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))
    plan = windowed(plan_session(settings, sessions, now=time.time_ns()), window)
    series = await load_series(plan.requests(after=0), max_concurrent=settings.data.max_concurrent)
    columns = {symbol: BarColumns.of(bars) for symbol, bars in zip(plan.feeds, series, strict=True)}
    table, compiler = build_table(columns, sessions), Compiler(announce=announce)
    with tempfile.TemporaryDirectory(prefix="robo_trader_check_") as folder:
        seal = _Seal(plan, Path(folder))
        subject = Subject(make=_Loader(settings).make, sealed=seal.until)
        check = check_lookahead(table, subject, compiler, seed=effort.seed, cuts=effort.cuts)
        warm_ups: tuple[WarmUp, ...] = ()
        if check.peek is None:
            look: Callable[..., Seen] = interpreted if check.not_compiled else partial(compiled, compiler=compiler)
            warm_ups = measure_warm_up(table, subject, look)
        others = {path for path in seal.opened - seal.files if path.suffix not in _CODE}
    return Checked(check, warm_ups, tuple(sorted(path for path in others if compiler.folder not in path.parents)))


def _refuse_event_form(settings: Settings) -> None:
    strategy = build_strategy(settings)
    if isinstance(strategy, EventStrategy):
        raise InvalidConfig(
            f"{strategy.name} is in event form: the check asks rules about beginnings of the bars",
            next_step="It is told one event after the other, and what follows does not exist yet when it is asked.",
        )


class _Loader:
    """Makes the strategy anew each time: its file, and what that imports, is run again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._brought: set[str] = set()  # modules of the user's that the strategy has imported

    def make(self) -> Strategy:
        """Return the strategy, with nothing left of earlier ones."""
        forget_strategy_files()
        for name in self._brought:
            sys.modules.pop(name, None)
        before = set(sys.modules)
        strategy = build_strategy(self._settings)
        assert isinstance(strategy, Strategy), strategy  # those in event form were refused before
        self._brought = {name for name in set(sys.modules) - before if _is_own(name)}
        return strategy


def _is_own(name: str) -> bool:
    """Return whether a module is neither ours, nor Python's, nor installed."""
    file = getattr(sys.modules[name], "__file__", None)
    installed = [Path(sysconfig.get_path(key)) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    homes = [*installed, Path(__file__).resolve().parents[1]]
    return file is not None and not any(home in Path(file).resolve().parents for home in homes)


@dataclass
class _Seal:
    """Cuts the files of the feeds where the bars are cut."""

    plan: SessionPlan
    folder: Path
    opened: set[Path] = field(default_factory=set)
    _copies: int = 0

    @property
    def files(self) -> set[Path]:
        """The files that the bars are from."""
        size = self.plan.settings.data.bar_size
        found = {_file_of(feed, symbol, size) for symbol, feed in self.plan.feeds.items()}
        return {path.resolve() for path in found if path is not None}

    @contextmanager
    def until(self, ended_at: int | None) -> Iterator[None]:
        """While inside, the files end with the bars that ended then; whole if it is None."""
        copies = {} if ended_at is None else {path: partial(self._cut, path, ended_at) for path in self.files}
        with sealed(copies) as opened:
            yield
        self.opened |= opened

    def _cut(self, path: Path, ended_at: int) -> Path:
        session = self.plan.sessions.of_bar(ended_at)
        assert session is not None, ended_at
        self._copies += 1
        target = self.folder / f"{self._copies}_{path.name}"
        write_cut(path, target, session, ended_at, self.plan.settings.data.time_zone)
        return target


def _file_of(feed: MarketFeed, symbol: Symbol, size: BarSize) -> Path | None:
    if isinstance(feed, FilesFeed):
        return feed.path_of(symbol, size)
    return SAMPLE_FILE if isinstance(feed, SampleFeed) else None
