"""Whose the shares are: positions of each strategy that shares the account. They sum to the account's, always."""

from decimal import Decimal

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.positions import Position
from robo_trader.core.ledger.ledger import after_trade


class SubAccounts:
    """Positions by strategy and symbol."""

    def __init__(self) -> None:
        self.positions: dict[tuple[str, Symbol], Position] = {}

    def position(self, strategy: str, symbol: Symbol) -> Position:
        """Return a strategy's position in a symbol, an empty one if there never was any."""
        held = self.positions.get((strategy, symbol))
        return held or Position(symbol=symbol, quantity=ZERO, cost=ZERO, realised=ZERO)

    def book(self, symbol: Symbol, price: Decimal, allotments: tuple[Allotment, ...]) -> None:
        """Move shares at a price, dollars each."""
        for part in allotments:
            before = self.position(part.strategy, symbol)
            self.positions[part.strategy, symbol] = after_trade(before, part.quantity, price)

    def symbols(self) -> set[Symbol]:
        """Return the symbols that any strategy holds."""
        return {symbol for (_, symbol), held in self.positions.items() if held.quantity}

    def shares(self, symbol: Symbol) -> Decimal:
        """Return the signed shares that all strategies hold of a symbol."""
        return sum((held.quantity for (_, of), held in self.positions.items() if of == symbol), ZERO)
