"""What is usual of each symbol: how much trades in each minute of a session, and how far a session's price ranges."""

from msgspec import Struct

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import TradePrint
from robo_trader.core.rules.schedules import running_mean
from robo_trader.core.rules.session_clock import REGULAR_MINUTES
from robo_trader.core.rules.slippage import one_range_volatility

MINUTE_NANOS = 60 * NANOS_PER_SECOND
_MINUTES = int(REGULAR_MINUTES)


class SymbolActivity(Struct, gc=False):
    """One symbol. Shares are floats, as those of bars."""

    usual: list[float]  # shares of each minute of a regular session, mean of the last ones
    today: list[float]  # so far
    sessions: int = 0  # that the means are of
    variance: float = 0.0  # of a session's log return, mean of the last ones
    date: str = ""
    is_regular: bool = False  # whether today is a session of full length
    high: float = 0.0
    low: float = 0.0
    traded: float = 0.0  # shares since the run began
    has_prints: bool = False  # then they count, and bars do not


class Activity:
    """What was seen of every symbol."""

    def __init__(self, sessions_max: int) -> None:
        """sessions_max: that the means are of; older ones fade."""
        self._length = sessions_max
        self.symbols: dict[Symbol, SymbolActivity] = {}

    def see_bar(self, bar: Bar, session: TradingSession) -> None:
        """Take in a sound bar; what trades in a long one is divided over its minutes."""
        seen = self._of(bar.symbol, session)
        seen.high, seen.low = max(seen.high, bar.high), min(seen.low, bar.low) if seen.low else bar.low
        if seen.has_prints:
            return
        seen.traded += bar.volume
        first = (bar.started_at - session.opens_at) // MINUTE_NANOS
        last = max(first + 1, -((session.opens_at - bar.ended_at) // MINUTE_NANOS))
        for minute in range(first, last):
            _count(seen, minute, bar.volume / (last - first))

    def see_print(self, trade: TradePrint, session: TradingSession) -> None:
        """Take in a sound print. From the first one on, a symbol's volume is counted from prints."""
        seen = self._of(trade.symbol, session)
        seen.has_prints = True
        seen.traded += trade.size
        _count(seen, (trade.at - session.opens_at) // MINUTE_NANOS, trade.size)

    def traded(self, symbol: Symbol) -> float:
        """Return the shares that have traded since the run began."""
        seen = self.symbols.get(symbol)
        return 0.0 if seen is None else seen.traded

    def profile(self, symbol: Symbol) -> list[float]:
        """Return the usual shares of each minute of a regular session; nothing before one was seen whole."""
        seen = self.symbols.get(symbol)
        return seen.usual if seen is not None and seen.sessions else []

    def daily_volume(self, symbol: Symbol) -> float:
        """Return the shares that usually trade in a session; 0 where that is not known."""
        return sum(self.profile(symbol))

    def daily_volatility(self, symbol: Symbol) -> float:
        """Return the standard deviation of a session's return, from the ranges of the last ones; 0 if not known."""
        seen = self.symbols.get(symbol)
        return 0.0 if seen is None else float(seen.variance**0.5)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return (self.symbols,)

    def _of(self, symbol: Symbol, session: TradingSession) -> SymbolActivity:
        seen = self.symbols.get(symbol)
        if seen is None:
            seen = self.symbols[symbol] = SymbolActivity([0.0] * _MINUTES, [0.0] * _MINUTES)
        if seen.date != session.date:
            self._roll(seen)
            seen.date = session.date
            seen.is_regular = session.closes_at - session.opens_at == _MINUTES * MINUTE_NANOS
        return seen

    def _roll(self, seen: SymbolActivity) -> None:
        """Let the session that is over count among the usual ones; a half day has a shape of its own and does not."""
        if seen.is_regular and any(seen.today):
            for minute, shares in enumerate(seen.today):
                seen.usual[minute] = running_mean(seen.usual[minute], shares, seen.sessions, self._length)
            ranged = one_range_volatility(seen.high, seen.low) if seen.low else 0.0
            seen.variance = running_mean(seen.variance, ranged * ranged, seen.sessions, self._length)
            seen.sessions += 1
        seen.today = [0.0] * _MINUTES
        seen.high = seen.low = 0.0


def _count(seen: SymbolActivity, minute: int, shares: float) -> None:
    if 0 <= minute < _MINUTES:
        seen.today[minute] += shares
