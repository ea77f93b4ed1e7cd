"""Markets that remember closes, for a sizer that compares symbols. Others remember the last price alone."""

from collections import deque
from collections.abc import Sequence
from math import nan

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.engine.market_view import MarketView, Refusal
from robo_trader.core.engine.quoted_market import QuotedMarket


class RecentCloses(MarketView):
    """Last prices, and the closes of the last slices."""

    def __init__(self, symbols: tuple[Symbol, ...], kept: int) -> None:
        """kept: slices whose closes are remembered."""
        super().__init__(symbols)
        self._kept = kept
        self._closes: dict[Symbol, deque[tuple[int, float]]] = {symbol: deque() for symbol in symbols}

    def admit(self, bars: Sequence[Bar]) -> tuple[Sequence[Bar], Sequence[Refusal]]:
        """As MarketView.admit."""
        sound, refused = super().admit(bars)
        for bar in sound:
            closes = self._closes[bar.symbol]
            closes.append((self.slices, bar.close))
            while closes[0][0] <= self.slices - self._kept:
                closes.popleft()
        return sound, refused

    def closes(self, symbol: Symbol, count: int) -> list[float]:
        """Return the closes of a symbol in the last `count` slices, fewer at the beginning; NaN where it has no bar."""
        first = max(1, self.slices - count + 1)
        row = [nan] * (self.slices - first + 1)
        for number, close in self._closes[symbol]:
            if number >= first:
                row[number - first] = close
        return row

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """As MarketView.split, for the closes as well."""
        super().split(symbol, new, old)
        closes = self._closes[symbol]
        self._closes[symbol] = deque((number, close / (new / old)) for number, close in closes)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """As MarketView.rename."""
        super().rename(symbol, new_symbol)
        self._closes[new_symbol], self._closes[symbol] = self._closes[symbol], deque()

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        oldest = self.slices - self._kept
        within = {symbol: [one for one in closes if one[0] > oldest] for symbol, closes in self._closes.items()}
        return (*super().state(), {symbol: closes for symbol, closes in within.items() if closes})


class QuotedRecentCloses(RecentCloses, QuotedMarket):
    """The same of a market that is quoted between its bars."""
