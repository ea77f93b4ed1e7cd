"""How many bars a strategy needs before it says what it would say with more of them.

A feature with a window of its own is warm when the window is full. One that remembers everything, as an exponential
average does, forgets its beginning slowly; and one that adds up, as on-balance volume does, never.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.bar_table import BarTable, Floats
from robo_trader.research.validation.lookahead import STRENGTH, Look, Subject
from robo_trader.research.validation.seen import part_of

TOLERANCE = 1e-9  # relative, of a feature; strengths must be equal
STARTS = (0.125, 0.25, 0.5)  # fractions of the bars that are left out at the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """How long a feature, or the strength, takes to be what it is with all bars before it."""

    name: str
    declared: int  # bars, that one included; for the strength the longest of its features
    needed: int | None  # bars, the most of all starts and symbols; None if it was not reached


def measure_warm_up(table: BarTable, subject: Subject, look: Look) -> tuple[WarmUp, ...]:
    """Return the warm-up of the strength and of each feature, from starts at some fractions of the bars."""
    strategy = subject.make()
    whole = look(table, strategy)
    declared = _declared(table, strategy)
    needed: dict[str, list[int | None]] = {name: [] for name in declared}
    for begin in sorted({int(fraction * table.slices) for fraction in STARTS} - {0}):
        later = look(part_of(table, begin, table.slices), subject.make())
        for place in range(len(table.symbols)):
            here = ~np.isnan(table.market.close[begin:, place])
            apart = whole.strength[begin:, place] != later.strength[:, place]
            needed[STRENGTH].append(_bars_needed(apart, here))
        for key, values in later.features.items():
            here = ~np.isnan(table.market.close[begin:, key[0]])
            needed[key[1]].append(_bars_needed(_apart(whole.features[key][begin:], values), here))
    return tuple(_summed(needed, declared))


def _declared(table: BarTable, strategy: Strategy) -> dict[str, int]:
    features = [feature for symbol in table.symbols for feature in strategy.features(symbol)]
    declared = {feature.name: feature.warm_up for feature in features}
    return {STRENGTH: max(declared.values(), default=1)} | declared


def _summed(needed: dict[str, list[int | None]], declared: dict[str, int]) -> Iterator[WarmUp]:
    for name, bars in needed.items():
        reached = [count for count in bars if count is not None]
        most = max(reached, default=None) if len(reached) == len(bars) else None
        yield WarmUp(name=name, declared=declared[name], needed=most)


def _apart(whole: Floats, later: Floats) -> Floats:
    """Return where two series differ by more than the tolerance; a number differs from a NaN."""
    close = np.isclose(later, whole, rtol=TOLERANCE, atol=0.0, equal_nan=True)
    return np.asarray(~close)


def _bars_needed(apart: Floats, here: Floats) -> int | None:
    """Return how many bars it takes until the series stay together; None if they are apart at the last one."""
    own = apart[here]
    if not len(own) or own[-1]:
        return None
    places = np.flatnonzero(own)
    return int(places[-1]) + 2 if len(places) else 1
