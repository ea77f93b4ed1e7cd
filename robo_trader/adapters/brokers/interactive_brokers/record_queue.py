"""Quotes and prints that wait for the engine: bounded, whatever the market does and however slow the engine is.

While the engine keeps up, every quote and every print reaches it. Where too many wait, only the newest quote of each
symbol stays, for the ones before it are no longer so; of prints the oldest go. Both are counted, and the counts told.
"""

from collections import deque

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote, TradePrint

QUOTES_MAX = 5_000  # that wait, of all symbols; about a second of the busiest market
PRINTS_MAX = 5_000


class RecordQueue:
    """Holds what was heard and not told yet, in order of arrival."""

    def __init__(self, quotes_max: int = QUOTES_MAX, prints_max: int = PRINTS_MAX) -> None:
        """quotes_max: that may wait, unless more symbols have one; prints_max: likewise, of prints."""
        self._quotes: deque[Quote] = deque()
        self._prints: deque[TradePrint] = deque()
        self._quotes_max, self._prints_max = quotes_max, prints_max
        self.conflated = 0  # quotes that gave way to a newer one, so far
        self.dropped = 0  # prints that had to go, so far

    def __len__(self) -> int:
        return len(self._quotes) + len(self._prints)

    def add_quote(self, quote: Quote) -> None:
        """Take a quote; it is not older than those before."""
        self._quotes.append(quote)
        if len(self._quotes) > self._quotes_max:
            self._conflate()

    def add_print(self, trade: TradePrint) -> None:
        """Take a print; it is not older than those before."""
        self._prints.append(trade)
        if len(self._prints) > self._prints_max:
            self._prints.popleft()
            self.dropped += 1

    def take(self, most: int) -> tuple[tuple[Quote, ...], tuple[TradePrint, ...]]:
        """Return the oldest quotes and prints, in order of time, at most so many together; they wait no more."""
        quotes, prints = self._quotes, self._prints
        taken: tuple[list[Quote], list[TradePrint]] = ([], [])
        for _ in range(min(most, len(self))):
            if prints and (not quotes or prints[0].at <= quotes[0].at):
                taken[1].append(prints.popleft())
            else:
                taken[0].append(quotes.popleft())
        return tuple(taken[0]), tuple(taken[1])

    def clear(self) -> None:
        """Forget what waits: it is of a connection that is gone."""
        self._quotes.clear()
        self._prints.clear()

    def _conflate(self) -> None:
        newest: dict[Symbol, Quote] = {}
        for quote in self._quotes:
            newest.pop(quote.symbol, None)  # so that the order is that of the newest
            newest[quote.symbol] = quote
        self.conflated += len(self._quotes) - len(newest)
        self._quotes = deque(newest.values())
        self._quotes_max = max(self._quotes_max, 2 * len(newest))
