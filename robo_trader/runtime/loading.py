"""Loads the bars of many symbols, a bounded number at a time."""

import asyncio
from collections.abc import Sequence

from robo_trader.core.domain.bars import Bar
from robo_trader.core.ports.market_feed import BarRequest, MarketFeed


async def load_series(requests: Sequence[tuple[MarketFeed, BarRequest]], *, max_concurrent: int) -> list[Sequence[Bar]]:
    """Return the bars of each request, in the order of the requests; at most `max_concurrent` are under way.

    Raises DataError if a source cannot be read.
    """
    slots = asyncio.Semaphore(max_concurrent)

    async def load(feed: MarketFeed, request: BarRequest) -> Sequence[Bar]:
        async with slots:
            return await feed.history(request)

    return await asyncio.gather(*(load(feed, request) for feed, request in requests))
