"""Merges the bars of many symbols into slices, and paces them."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from robo_trader.core.domain.bars import Bar, BarSlice
from robo_trader.core.market.sessions import SessionTable

Paced = TypeVar("Paced")
YIELD_EVERY = 64  # slices; between them signals and other tasks get their turn even at full speed


def merge_slices(series: Iterable[Sequence[Bar]], sessions: SessionTable, *, after: int) -> Iterator[BarSlice]:
    """Yield the slices of several symbols' bars that end after `after`, in order of time.

    series: one sequence a symbol, each ordered by the end of its bars. Bars inside a slice are ordered by symbol.
    Bars outside every session are a bug of the feed.
    """
    merged = heapq.merge(*series, key=lambda bar: (bar.ended_at, bar.symbol))
    for ended_at, bars in groupby(merged, key=attrgetter("ended_at")):
        if ended_at <= after:
            continue
        session = sessions.of_bar(ended_at)
        assert session is not None, ended_at
        yield BarSlice(ended_at=ended_at, session=session, bars=tuple(bars))


async def pace(slices: Iterable[Paced], *, per_second: float | None) -> AsyncIterator[Paced]:
    """Yield slices at a steady rate, as fast as they are taken if `per_second` is None.

    The rate is kept over time: a slow step is made up for by the next ones.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number, slice_ in enumerate(slices):
        if per_second is not None:
            await asyncio.sleep(max(0.0, begun + number / per_second - loop.time()))
        elif number % YIELD_EVERY == 0:
            await asyncio.sleep(0)
        yield slice_
