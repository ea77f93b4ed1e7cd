"""Whether a strategy looks ahead: what it says of a bar must not change when the bars after it are taken away.

A rule is shown one bar at a time, so it can only know more by a way of its own: what it remembers of an earlier run,
a global that it changes, a file that it reads. So it is loaded anew for every cut, files of bars are cut with the bars,
and it is also asked twice without being loaded anew.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.validation.seen import Seen, compiled, interpreted, part_of

EVERY_CUT_MAX = 120  # slices up to which every cut is tried
CUTS_MAX, CUTS_MIN = 48, 8
BARS_MAX = 4_000_000  # bars that may be played in all before there are fewer cuts
COMPILED_CUTS_MAX = 6  # a strategy that holds arrays of its own is compiled anew for each
STRENGTH = "strength"

Look = Callable[[BarTable, Strategy], Seen]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """One view that is not the same on fewer bars."""

    form: str  # interpreted or compiled
    symbol: str
    ended_at: int  # of the first slice that differs, UTC nanoseconds
    known_until: int | None  # end of the last bar of the shorter run; None if a second run on all bars differs
    differs: str  # "strength", or the name of the feature that is the first to differ
    whole: float | None  # strength on all bars, None if it failed
    cut: float | None  # strength on fewer bars, or in the second run
    failure: str = ""  # what the strategy said instead of a strength


@dataclass(frozen=True, slots=True, kw_only=True)
class LookaheadCheck:
    """What was tried, and what was found."""

    strategy: str
    symbols: int
    slices: int
    cuts: int
    forms: tuple[str, ...]
    not_compiled: str  # why there is no compiled form, empty if there is
    peek: Peek | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A strategy and the means to ask it."""

    make: Callable[[], Strategy]  # loaded anew, with nothing left of earlier runs
    sealed: Callable[[int | None], AbstractContextManager[object]]  # files of bars end at this UTC nanosecond


def check_lookahead(
    table: BarTable, subject: Subject, compiler: Compiler, *, seed: int = 0, cuts: int | None = None
) -> LookaheadCheck:
    """Ask a strategy about all bars, twice, and about as many beginnings of them as `cuts` says.

    seed: of the cut points that are drawn; as many again are spread evenly.

    Raises StrategyError where the strategy fails on all bars.
    """
    points = cut_points(table, seed, cuts)
    name, peek = subject.make().name, _peek(table, subject, interpreted, "interpreted", points)
    forms: tuple[str, ...] = ("interpreted",)
    reason = ""
    if peek is None:  # a rule that reads beyond an array of its own must not be compiled before
        reason = _why_not_compiled(table, subject, compiler)
        if not reason:
            forms = ("interpreted", "compiled")
            few = points[:: max(1, -(-len(points) // COMPILED_CUTS_MAX))]
            peek = _peek(table, subject, lambda part, one: compiled(part, one, compiler), "compiled", few)
    return LookaheadCheck(
        strategy=name, symbols=len(table.symbols), slices=table.slices, cuts=len(points), forms=forms,
        not_compiled=reason, peek=peek,
    )  # fmt: skip


def cut_points(table: BarTable, seed: int, wanted: int | None) -> list[int]:
    """Return after how many slices to cut: everywhere if they are few, else evenly spread and drawn by seed."""
    slices = table.slices
    if wanted is None and slices <= EVERY_CUT_MAX:
        return list(range(1, slices))
    fit = 2 * BARS_MAX // max(1, slices * len(table.symbols))
    count = min(slices - 1, wanted or max(CUTS_MIN, min(CUTS_MAX, fit)))
    spread = np.linspace(1, slices - 1, -(-count // 2)).astype(int).tolist()
    others = np.setdiff1d(np.arange(1, slices), spread)
    drawn = np.random.default_rng(seed).choice(others, min(len(others), count - len(spread)), replace=False)
    return sorted({*spread, *drawn.tolist()})


def _why_not_compiled(table: BarTable, subject: Subject, compiler: Compiler) -> str:
    try:
        compiled(part_of(table, 0, table.slices), subject.make(), compiler)
    except StrategyError as error:
        return str(error)
    return ""


def _peek(table: BarTable, subject: Subject, look: Look, form: str, points: list[int]) -> Peek | None:
    """Return the first view that differs at any cut, or in a second run of the same strategy."""
    with subject.sealed(None):
        strategy = subject.make()
        whole = look(table, strategy)
        again = _tried(table, look, strategy)
    found = _difference(table, whole, again, form, table.slices)
    if found is not None:
        return found
    cut = next(_differing(table, subject, look, form, whole, points), None)
    if cut is None:
        return None
    earlier = range(1, min(int(np.searchsorted(table.ended_at, cut.ended_at)) + 1, EVERY_CUT_MAX))
    return next(_differing(table, subject, look, form, whole, list(earlier)), cut)


def _differing(
    table: BarTable, subject: Subject, look: Look, form: str, whole: Seen, points: list[int]
) -> Iterator[Peek]:
    for point in points:
        with subject.sealed(int(table.ended_at[point - 1])):
            seen = _tried(part_of(table, 0, point), look, subject.make())
        found = _difference(table, whole, seen, form, point)
        if found is not None:
            yield found


def _tried(table: BarTable, look: Look, strategy: Strategy) -> Seen | StrategyError:
    try:
        return look(table, strategy)
    except StrategyError as error:
        return error


def _difference(table: BarTable, whole: Seen, seen: Seen | StrategyError, form: str, slices: int) -> Peek | None:
    """Return the first difference within the slices that both have seen, to the last bit."""
    until = int(table.ended_at[slices - 1]) if slices < table.slices else None
    if isinstance(seen, StrategyError):
        return Peek(
            form=form, symbol="", ended_at=int(table.ended_at[slices - 1]), known_until=until, differs=STRENGTH,
            whole=None, cut=None, failure=str(seen),
        )  # fmt: skip
    found = min(_differences(whole, seen, slices), default=None)
    if found is None:
        return None
    t, _, place, what = found
    return Peek(
        form=form, symbol=table.symbols[place], ended_at=int(table.ended_at[t]), known_until=until, differs=what,
        whole=float(whole.strength[t, place]), cut=float(seen.strength[t, place]),
    )  # fmt: skip


def _differences(whole: Seen, seen: Seen, slices: int) -> Iterator[tuple[int, int, int, str]]:
    """Yield (slice, 0 for a strength, place of the symbol, what) of the first difference of each series."""
    for place in range(whole.strength.shape[1]):
        for t in _apart(whole.strength[:slices, place], seen.strength[:slices, place]):
            yield t, 0, place, STRENGTH
    for (place, name), values in whole.features.items():
        other = seen.features.get((place, name))
        for t in [0] if other is None else _apart(values[:slices], other[:slices]):
            yield t, 1, place, name


def _apart(one: np.ndarray, other: np.ndarray) -> list[int]:
    """Return the first place where two series differ in any bit, if there is one."""
    differ = np.flatnonzero(np.ascontiguousarray(one).view(np.int64) != np.ascontiguousarray(other).view(np.int64))
    return [int(differ[0])] if len(differ) else []
