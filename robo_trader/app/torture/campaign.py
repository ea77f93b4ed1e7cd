"""Many worlds, one after the other or side by side, and what becomes of a failure: it is made as small as it can be."""

import logging
import multiprocessing
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import process_time
from typing import Any

import structlog

from robo_trader.app.event_strategies import demand_records
from robo_trader.app.joining import build_engine_settings
from robo_trader.app.settings import Settings, load_settings
from robo_trader.app.strategies import build_strategies
from robo_trader.app.torture.faults import WorldFault, draw_faults
from robo_trader.app.torture.restless import Restless
from robo_trader.app.torture.stage import (
    AFTER_CLOSE_SECONDS,
    BAR_SIZE,
    BEFORE_OPEN_SECONDS,
    Stage,
)
from robo_trader.app.torture.world import Outcome, World
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.portfolio.sizing import FixedShares

SHARES = 100.0  # that a strength of 1 holds, of the strategy that nobody named
TRIES_MAX = 60  # worlds that a failure is played again in, to find which faults it takes
_DIFFERS = re.compile(r"\b(?!I\d\d\b)[\w.]*\d[\w.]*")
_KIND_LETTERS = 80
_QUIET = logging.CRITICAL
_BETWEEN_DAYS = BEFORE_OPEN_SECONDS + AFTER_CLOSE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class TorturePlan:
    """What is played, whatever the seed."""

    days: int = 2
    session_minutes: int = 30
    symbols: tuple[str, ...] = ("AAPL", "SPY")
    strategy: str = ""  # one of ours, or file.py:Class; empty: the restless one
    parameters: tuple[tuple[str, str], ...] = ()
    with_faults: bool = True


@dataclass(frozen=True, slots=True)
class Played:
    """One seed's outcome, with the faults that were drawn for it, and what it cost."""

    outcome: Outcome
    faults: tuple[WorldFault, ...]
    cpu_seconds: float


def play_seed(plan: TorturePlan, seed: int, faults: Sequence[WorldFault] | None = None) -> Played:
    """Play one world. faults: instead of those that the seed draws. Raises InvalidConfig for the plan's strategy."""
    be_quiet()
    begun = process_time()
    stage = Stage(seed, plan.days, plan.session_minutes, tuple(map(Symbol, plan.symbols)))
    chosen = faults_of(plan, seed) if faults is None else tuple(faults)
    outcome = World(stage, engine_settings_of(plan, seed), chosen).run()
    return Played(outcome, chosen, process_time() - begun)


def faults_of(plan: TorturePlan, seed: int) -> tuple[WorldFault, ...]:
    """Return the faults that a seed draws."""
    if not plan.with_faults:
        return ()
    length = plan.session_minutes * 60 + _BETWEEN_DAYS
    spans = [(5.0 + day * length, (day + 1.0) * length) for day in range(plan.days)]
    return draw_faults(seed, spans, plan.symbols)


def engine_settings_of(plan: TorturePlan, seed: int) -> EngineSettings:
    """Return what the engine decides by. Orders at the market or with limits, protected or not: as the seed says."""
    settings = _settings(plan, seed)
    if plan.strategy:
        for chosen in build_strategies(settings):
            demand_records(chosen.strategy, quotes=False, trades=False, where="in a pretend world")
        return build_engine_settings(settings)
    sleeve = Sleeve(name="restless", strategy=Restless(seed=seed), sizer=FixedShares(quantity=SHARES))
    return build_engine_settings(settings, sleeves=(sleeve,))


def _settings(plan: TorturePlan, seed: int) -> Settings:
    overrides: dict[str, Any] = {
        "data": {"symbols": ",".join(plan.symbols), "bar_size": BAR_SIZE.value},
        "execution": {"order_type": ("market", "limit")[seed % 2]},
        "protection": {"resting": seed % 3 == 0},
    }
    if plan.strategy:
        overrides["strategy"] = {"name": plan.strategy, "parameters": dict(plan.parameters)}
    return load_settings(config_file=None, overrides=overrides, environment={}, working_directory=Path.cwd())


def play_seeds(plan: TorturePlan, seeds: Sequence[int], jobs: int) -> Iterator[Played]:
    """Yield each seed's outcome as it is there."""
    if jobs == 1 or len(seeds) == 1:
        yield from (play_seed(plan, seed) for seed in seeds)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(_Player(plan), seeds)


@dataclass(frozen=True, slots=True)
class _Player:
    """What a process of the pool does."""

    plan: TorturePlan

    def __call__(self, seed: int) -> Played:
        return play_seed(self.plan, seed)


def shrink(
    plan: TorturePlan, played: Played, tell: Callable[[str], None] = lambda _: None, *, tries_max: int = TRIES_MAX
) -> Played:
    """Leave out faults, halves first and then one by one, while it still fails; return the smallest failure found."""
    best, tries = played, 0
    size = max(1, len(played.faults) // 2)
    while size and tries < tries_max:
        begin = 0
        while begin < len(best.faults) and tries < tries_max:
            fewer = (*best.faults[:begin], *best.faults[begin + size :])
            tries += 1
            again = play_seed(plan, played.outcome.seed, fewer)
            if _kind(again.outcome.violation) == _kind(played.outcome.violation):
                best = again
                tell(f"seed {played.outcome.seed} fails with {len(fewer)} faults")
            else:
                begin += size
        size //= 2
    return best


def _kind(violation: str) -> str:
    """Return what a violation is about: its first words, without names and numbers that differ from run to run."""
    return _DIFFERS.sub("#", violation.split("{", maxsplit=1)[0])[:_KIND_LETTERS]


@dataclass
class Tally:
    """What many seeds came to."""

    seeds: int = 0
    events: int = 0
    steps: int = 0
    orders: int = 0
    lives: int = 0
    cpu_seconds: float = 0.0
    slowest_reconciled: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    failures: list[Played] = field(default_factory=list)

    def add(self, played: Played) -> None:
        """Take in a seed."""
        outcome = played.outcome
        self.seeds += 1
        self.events += outcome.events
        self.steps += outcome.steps
        self.orders += outcome.orders
        self.lives += outcome.lives
        self.cpu_seconds += played.cpu_seconds
        self.slowest_reconciled = max(self.slowest_reconciled, outcome.reconciled_seconds)
        self.faults += outcome.faults
        self.endings[outcome.ending] += 1
        if outcome.violation:
            self.failures.append(played)

    @property
    def events_a_fault(self) -> float:
        """How many events there were for each fault that struck."""
        return self.events / max(1, self.faults.total())


def be_quiet() -> None:
    """Let neither our log nor the library's speak: what is told is how worlds ended."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_QUIET))
    library = logging.getLogger("ib_async")
    if not library.handlers:
        library.addHandler(logging.NullHandler())
    library.propagate = False


def jobs_by_default() -> int:
    """Return how many worlds are played side by side: one for each core."""
    return os.cpu_count() or 1


def with_strategy_file(plan: TorturePlan) -> TorturePlan:
    """Return the plan with the whole path of the strategy's file, so that other processes find it."""
    file, colon, name = plan.strategy.rpartition(":")
    return replace(plan, strategy=f"{Path(file).expanduser().resolve()}:{name}") if colon else plan
