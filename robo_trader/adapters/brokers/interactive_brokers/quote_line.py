"""A line of ticks: the gateway tells bid, ask and their sizes one after the other; a quote is all four of them."""

from dataclasses import dataclass
from math import isfinite

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote, TradePrint

_BID_PRICES, _ASK_PRICES = frozenset({1, 66}), frozenset({2, 67})  # each with the twin of delayed data
_BID_SIZES, _ASK_SIZES = frozenset({0, 69}), frozenset({3, 70})
RT_VOLUME = 48
HALTED = 49
_NANOS_PER_MILLISECOND = NANOS_PER_SECOND // 1_000
_VOLUME_FIELDS = 6


@dataclass(slots=True)
class QuoteLine:
    """One symbol's line. What was withdrawn, or never told, is 0: no quote is made of it."""

    symbol: Symbol
    bid: float = 0.0
    ask: float = 0.0
    bid_size: float = 0.0
    ask_size: float = 0.0
    is_new: bool = False  # something was told since the last quote was made
    has_board: bool = False  # what stood there as the line began was passed over
    print_key: str = ""  # of the last print, that it is told once

    def hear_price(self, kind: int, price: float, size: float) -> None:
        """Take a price and its size."""
        if kind in _BID_PRICES:
            self.bid, self.bid_size, self.is_new = price, size, True
        elif kind in _ASK_PRICES:
            self.ask, self.ask_size, self.is_new = price, size, True

    def hear_size(self, kind: int, size: float) -> None:
        """Take a size that changed at the same price."""
        if kind in _BID_SIZES:
            self.bid_size, self.is_new = size, True
        elif kind in _ASK_SIZES:
            self.ask_size, self.is_new = size, True

    def quote(self, at: int) -> Quote:
        """Return what stands there now, sound or not."""
        self.is_new = False
        return Quote(self.symbol, at, self.bid, self.ask, self.bid_size, self.ask_size)

    def hear_volume(self, text: str, at: int) -> tuple[TradePrint, int] | None:
        """Return a print that was not told before, and its own time, UTC ns; None for what is none.

        text: price; size; milliseconds; shares and average of the day; whether one trade made it.
        """
        fields = text.split(";")
        if len(fields) != _VOLUME_FIELDS or not fields[0]:
            return None
        key, before = ";".join(fields[2:4]), self.print_key
        if key == before:
            return None
        self.print_key = key
        try:
            price, size, milliseconds = float(fields[0]), float(fields[1]), int(fields[2])
        except ValueError:
            return None
        if not before or not isfinite(price):
            return None  # the first is what was traded before the line began
        return TradePrint(self.symbol, at, price, size), milliseconds * _NANOS_PER_MILLISECOND
