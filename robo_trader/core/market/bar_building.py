"""Builds bars out of single prices."""

from collections.abc import Iterable, Iterator

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_joining import interval_of


def build_bars(symbol: Symbol, prices: Iterable[tuple[int, TradingSession, float]], *, nanos: int) -> Iterator[Bar]:
    """Yield the bars of one symbol; an interval without a price has none.

    prices: time (UTC nanoseconds), its session, and dollars a share, in order of time, each within
    [open, close) of its session. Intervals are counted from the open, the last is cut at the close.
    nanos: length of a bar. Volume is 0: a price alone tells of no shares.
    """
    started = ended = 0
    first = high = low = last = 0.0
    for at, session, price in prices:
        if at >= ended:
            if ended:
                yield Bar(symbol, started, ended, first, high, low, last, 0.0)
            started, ended = interval_of(session, at, nanos=nanos)
            first = high = low = price
        high, low, last = max(high, price), min(low, price), price
    if ended:
        yield Bar(symbol, started, ended, first, high, low, last, 0.0)
