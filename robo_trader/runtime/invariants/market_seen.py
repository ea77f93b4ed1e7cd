"""The market as the events showed it: time, session, and the last price of each symbol."""

from collections.abc import Iterable
from decimal import Decimal

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import price_from_float
from robo_trader.core.domain.quotes import Quote


class MarketSeen:
    """What could be known of the market at the event at hand."""

    def __init__(self) -> None:
        self.now = 0
        self.slices = 0
        self.session: TradingSession | None = None
        self.prices: dict[Symbol, Decimal] = {}
        self.is_quoted = False  # whether anything but slices was seen
        self._slice_ended_at = 0
        self._last_seen: dict[Symbol, int] = {}  # number of the slice
        self._quoted_at: dict[Symbol, int] = {}

    def take_slice(self, slice_: BarSlice, sound: Iterable[Bar]) -> None:
        """Take in a slice and its bars that were not refused."""
        self.session = slice_.session
        self.take_history(slice_, sound)

    def take_history(self, slice_: BarSlice, sound: Iterable[Bar]) -> None:
        """Take in a slice that is only remembered: prices are known from it, and no session begins."""
        self.slices += slice_.ended_at > self._slice_ended_at
        self._slice_ended_at = self.now = slice_.ended_at
        for bar in sound:
            self._last_seen[bar.symbol] = self.slices
            if self._quoted_at.get(bar.symbol, -1) < bar.started_at:
                self.prices[bar.symbol] = price_from_float(bar.close)

    def take_quote(self, quote: Quote) -> None:
        """Take in a quote that was not refused."""
        self._quoted_at[quote.symbol] = quote.at
        self._last_seen[quote.symbol] = self.slices
        self.prices[quote.symbol] = price_from_float(quote.bid + (quote.ask - quote.bid) / 2.0)

    def appraise(self, symbol: Symbol, price: Decimal) -> None:
        """Take the price of somebody else's trade, where there is none yet."""
        self.prices.setdefault(symbol, price)

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """Count the last price in new shares; the last quote was of old ones."""
        self._quoted_at.pop(symbol, None)
        if symbol in self.prices:
            self.prices[symbol] = self.prices[symbol] * old / new

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know a symbol under its new name."""
        if symbol in self.prices:
            self.prices[new_symbol] = self.prices.pop(symbol)
        for times in (self._last_seen, self._quoted_at):
            if symbol in times:
                times[new_symbol] = times.pop(symbol)

    def come_to(self, at: int, session: TradingSession | None) -> None:
        """Go on to the time of what happened between two slices."""
        self.is_quoted = True
        self.now = at
        self.session = session or self.session

    def slices_missed(self, symbol: Symbol) -> int:
        """Return how many slices have passed since the symbol was last seen."""
        return self.slices - self._last_seen.get(symbol, 0)
