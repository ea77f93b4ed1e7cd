"""Puts quotes, prints and slices of bars into one order of time."""

import heapq
from collections.abc import Iterable, Iterator

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import QuoteArrived, TradePrinted

Happening = BarSlice | QuoteArrived | TradePrinted


def merge_records(
    slices: Iterable[BarSlice], quotes: Iterable[QuoteArrived] = (), trades: Iterable[TradePrinted] = ()
) -> Iterator[Happening]:
    """Yield all in order of time; each of them must be so already.

    Of the same moment prints come first, since a print is held against the quote before it; then quotes; and last the
    slice that ends then, which so has seen all that happened in it.
    """
    streams: tuple[Iterable[Happening], ...] = (trades, quotes, slices)
    yield from heapq.merge(*streams, key=_moment)


def _moment(happening: Happening) -> int:
    return happening.ended_at if isinstance(happening, BarSlice) else happening.occurred_at
