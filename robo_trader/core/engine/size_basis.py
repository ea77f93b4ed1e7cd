"""What a sizer goes by beside equity and price: a feature, the strategy's own trades, or what the account holds."""

from decimal import Decimal
from typing import Protocol, runtime_checkable

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.signals import Signal
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import Sleeve
from robo_trader.core.engine.trade_memory import Recount, TradeMemory, Trading
from robo_trader.core.ledger.capital_changes import CapitalChange
from robo_trader.core.rules.correlation import close_correlation, correlated_value
from robo_trader.core.rules.sizing import OPTIMAL_F
from robo_trader.core.rules.trade_edge import edge_fraction

Values = tuple[float, ...]


class SizeBasis:
    """The value of the sizer's feature, and no more."""

    def values(self, signal: Signal, values: Values) -> Values:  # noqa: ARG002 - others look at it
        """Return what the sizer goes by. values: of its features."""
        return values

    def note(self, symbol: Symbol, trading: Trading) -> None:
        """Take in shares that came to the strategy or left it."""

    def restate(self, symbol: Symbol, trading: Trading) -> None:
        """Take in that an execution was another than it was said to be."""

    def split(self, symbol: Symbol, change: CapitalChange, *, before: Decimal, after: Decimal) -> None:
        """Count a trade under way in new shares. before, after: signed shares the strategy holds."""

    def delist(self, symbol: Symbol, price: float) -> None:
        """Take in that all shares were paid out, at dollars a share."""

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was known of a symbol under its new name."""

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return ()


class TradeBasis(SizeBasis):
    """The fraction of equity that the strategy's own trades speak for."""

    def __init__(self, number: int, trade_parameters: tuple[float, ...]) -> None:
        """number: of the sizer; trade_parameters: its own."""
        self._is_optimal_f = number == OPTIMAL_F
        self._terms, self._length = trade_parameters[:-1], int(trade_parameters[-1])
        self._memory = TradeMemory(self._length)

    def values(self, signal: Signal, values: Values) -> Values:  # noqa: ARG002 - all symbols alike
        """Return the fraction; 0 where the edge is not above 0."""
        multiple, cap, least, fallback, shrinkage = self._terms
        return (
            edge_fraction(
                self._memory.trades, self._is_optimal_f, multiple, cap, least, fallback, shrinkage, self._length
            ),
        )  # fmt: skip

    def note(self, symbol: Symbol, trading: Trading) -> None:
        """As SizeBasis.note: a trade that ends is remembered."""
        self._memory.take(symbol, trading)

    def restate(self, symbol: Symbol, trading: Trading) -> None:
        """As SizeBasis.restate: the trades remembered become those that there would have been."""
        self._memory.restate(symbol, trading)

    def split(self, symbol: Symbol, change: CapitalChange, *, before: Decimal, after: Decimal) -> None:
        """As SizeBasis.split: parts of a share that were paid out, or came instead, are traded."""
        if symbol in self._memory.trips:
            left = before * change.new / change.old - after
            self._memory.take(symbol, Recount(change.new, change.old, float(left), float(change.price)))

    def delist(self, symbol: Symbol, price: float) -> None:
        """As SizeBasis.delist."""
        if symbol in self._memory.trips:
            self._memory.take(symbol, Recount(1, 1, None, price))

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """As SizeBasis.rename."""
        self._memory.rename(symbol, new_symbol)

    def state(self) -> tuple[object, ...]:
        """As SizeBasis.state."""
        return self._memory.trips, self._memory.trades


@runtime_checkable
class RemembersCloses(Protocol):
    """A market that knows the last closes of its symbols."""

    def closes(self, symbol: Symbol, count: int) -> list[float]:
        """Return the closes of a symbol in the last `count` slices, fewer at the beginning; NaN where it has no bar."""
        ...


class CorrelationBasis(SizeBasis):
    """How a symbol goes with all others that the account holds, weighted by what they are worth, from -1 to 1."""

    def __init__(self, length: int, account: Account, market: Market) -> None:
        """length: slices over which returns are compared."""
        assert isinstance(market, RemembersCloses), market
        self._length = length
        self._account = account
        self._market, self._memory = market, market

    def values(self, signal: Signal, values: Values) -> Values:  # noqa: ARG002 - the feature is waited for only
        """Return the correlation; 0 where nothing else is held."""
        count = self._length + 1
        own = self._memory.closes(signal.symbol, count)
        together, everything = 0.0, 0.0
        for position in self._account.ledger.open_positions():
            if position.symbol == signal.symbol:
                continue
            value = float(position.quantity) * float(self._market.price(position.symbol))
            correlation = close_correlation(own, self._memory.closes(position.symbol, count), self._length)
            together += correlated_value(correlation, signal.strength, value)
            everything += abs(value)
        return (together / everything if everything > 0.0 else 0.0,)


def basis_of(sleeve: Sleeve, account: Account, market: Market) -> SizeBasis:
    """Return what the sizer of a strategy goes by."""
    sizer = sleeve.sizer
    if sizer.trade_parameters:
        return TradeBasis(sizer.number, sizer.trade_parameters)
    if sizer.correlation_length:
        return CorrelationBasis(sizer.correlation_length, account, market)
    return SizeBasis()
