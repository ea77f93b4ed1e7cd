"""Which feed serves which symbol: the first in rank that can."""

from collections.abc import Sequence

from robo_trader.core.domain.errors import UnknownSymbol
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.ports.market_feed import MarketFeed


def choose_feeds(symbols: Sequence[Symbol], bar_size: BarSize, feeds: Sequence[MarketFeed]) -> dict[Symbol, MarketFeed]:
    """Return the feed of each symbol: the first of `feeds` that serves it at this bar size.

    Raises UnknownSymbol for the first symbol that none of them serves.
    """
    return {symbol: _choose_feed(symbol, bar_size, feeds) for symbol in symbols}


def _choose_feed(symbol: Symbol, bar_size: BarSize, feeds: Sequence[MarketFeed]) -> MarketFeed:
    for feed in feeds:
        if feed.serves(symbol, bar_size):
            return feed
    asked = ", ".join(feed.name for feed in feeds) or "none"
    raise UnknownSymbol(
        f'no feed serves {symbol} at bar size "{bar_size.value}"; asked: {asked}',
        next_step=(
            'Check the spelling and the bar size, put a file of its bars into the directory of the feed "files", '
            'or add the feed "synthetic", which makes up any symbol.'
        ),
    )
