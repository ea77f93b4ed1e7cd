"""What the engine knows of the market: the last sound bar of each symbol."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from robo_trader.core.domain.bars import Bar, BarFault, BarSlice
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float
from robo_trader.core.domain.positions import Position
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.market.checks import find_fault

Refusal = tuple[Bar, BarFault]  # a bar, and what is wrong with it


class MarketView:
    """Last prices, and how many slices ago each symbol was seen."""

    def __init__(self, symbols: tuple[Symbol, ...]) -> None:
        self._symbols = frozenset(symbols)
        self.slices = 0
        self.last_ended_at = 0
        # The mark of every position: the last close as it came, and from when it is first asked for as money.
        self._prices: dict[Symbol, Decimal | float] = {}
        self._last_bar_ended_at: dict[Symbol, int] = {}
        self._last_seen: dict[Symbol, int] = {}  # number of the slice

    def advance(self, slice_: BarSlice) -> None:
        """Count a slice; it must not lie before the one before."""
        assert slice_.ended_at >= self.last_ended_at, slice_
        self.slices += slice_.ended_at > self.last_ended_at
        self.last_ended_at = slice_.ended_at

    def admit(self, bars: Sequence[Bar]) -> tuple[Sequence[Bar], Sequence[Refusal]]:
        """Take in the sound bars of a slice; return them, and what is wrong with the others, which leave no trace."""
        symbols, prices, ends, seen = self._symbols, self._prices, self._last_bar_ended_at, self._last_seen
        number, now = self.slices, self.last_ended_at
        sound: list[Bar] = []
        refused: list[Refusal] = []
        for bar in bars:
            symbol = bar.symbol
            if symbol not in symbols:
                refused.append((bar, BarFault.UNKNOWN_SYMBOL))
                continue
            fault = find_fault(bar, ends.get(symbol))
            if fault is None and bar.ended_at != now:
                fault = BarFault.BAD_INTERVAL  # it says of itself that it belongs to another moment
            if fault is not None:
                refused.append((bar, fault))
                continue
            prices[symbol], ends[symbol], seen[symbol] = bar.close, now, number
            sound.append(bar)
        return sound, refused

    def price(self, symbol: Symbol) -> Decimal:
        """Return the close of the symbol's last sound bar. There must be one."""
        price = self._prices[symbol]
        if not isinstance(price, Decimal):
            price = self._prices[symbol] = price_from_float(price)
        return price

    def appraise(self, symbol: Symbol, price: Decimal) -> None:
        """Take a price for a symbol that no bar has come for: somebody else traded it."""
        self._prices.setdefault(symbol, price)

    def worth(self, ledger: Ledger) -> tuple[Decimal, Decimal]:
        """Return what the positions are worth at the last prices: with their sign, and absolute. Dollars."""
        values = [position.quantity * self.price(position.symbol) for position in ledger.open_positions()]
        return sum(values, ZERO), sum(map(abs, values), ZERO)

    def shown(self, ledger: Ledger) -> tuple[tuple[Position, ...], tuple[Decimal, ...]]:
        """Return the positions that a report of the account carries, and their prices: all of them."""
        positions = ledger.open_positions()
        return positions, tuple([self.price(position.symbol) for position in positions])

    def bars_missed(self, symbol: Symbol) -> int:
        """Return how many slices have passed since the symbol's last sound bar: 0 if it is in the newest one."""
        return self.slices - self._last_seen[symbol]

    def knows(self, symbol: Symbol) -> bool:
        """Return whether the symbol has a price, and is traded."""
        return symbol in self._prices and symbol in self._symbols

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """Count the price in new shares: not rounded, so that what is held is worth as much as before."""
        if symbol in self._prices:
            self._prices[symbol] = self.price(symbol) * old / new

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was known of a symbol under its new name."""
        self._symbols -= {symbol}
        known: tuple[dict[Symbol, Any], ...] = (self._prices, self._last_bar_ended_at, self._last_seen)
        for of in known:
            if symbol in of:
                of[new_symbol] = of.pop(symbol)

    def delist(self, symbol: Symbol) -> None:
        """Take no bar of a symbol any more."""
        self._symbols -= {symbol}

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        prices = {symbol: self.price(symbol) for symbol in self._prices}
        return self.slices, self.last_ended_at, prices, self._last_bar_ended_at, self._last_seen
