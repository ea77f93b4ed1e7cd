"""Which slices are decided on, and which only shown: a strategy must not enter on a view of an hour ago.

While the broker is away bars go on ending. Once he is back they come all at once: those after which a whole bar of the
calendar has passed are history by then. The newest one, if it is fresh, is decided on, and stops are judged by it.
"""

from collections.abc import Callable, Iterable

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable, end_of_next_bar

GRACE_NANOS = 2_000_000_000  # a bar is over so long after its end: its last trades may be on their way
FreshUntil = Callable[[BarSlice], int]  # UTC ns; afterwards a slice is only shown


def freshness(sessions: SessionTable, size: BarSize) -> FreshUntil:
    """Return how long a slice is decided on: until the next one should have been, over nights and weekends too."""

    def fresh_until(slice_: BarSlice) -> int:
        return end_of_next_bar(sessions, size, slice_.ended_at) + 2 * GRACE_NANOS

    return fresh_until


def part(slices: Iterable[BarSlice], *, now: int, fresh_until: FreshUntil) -> tuple[list[BarSlice], list[BarSlice]]:
    """Return the slices that are history by now, and those that are fresh, both in order of time. now: UTC ns."""
    missed: list[BarSlice] = []
    fresh: list[BarSlice] = []
    for slice_ in slices:
        (missed if now > fresh_until(slice_) else fresh).append(slice_)
    return missed, fresh
