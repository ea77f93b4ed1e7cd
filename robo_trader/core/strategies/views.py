"""Turns a strategy's strengths into signals: one whenever it changes its mind about a symbol."""

import math

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.signals import Signal
from robo_trader.core.strategies.strategy import Strategy


class StrategyViews:
    """The strategy's current strength for each symbol."""

    def __init__(self, strategy: Strategy, *, signal_lifetime: int) -> None:
        """signal_lifetime: nanoseconds an entry may still be tried after the view was formed."""
        self._strategy = strategy
        self._lifetime = signal_lifetime
        self.strengths: dict[Symbol, float] = {}
        self.signals_emitted = 0

    def look(self, bar: Bar, values: tuple[float, ...]) -> Signal | None:
        """Return a signal if the strategy's view of the bar's symbol differs from the one before."""
        strength = self._strategy.strength(*values)
        assert math.isfinite(strength) and -1 <= strength <= 1, (self._strategy.name, bar, strength)
        if strength == self.strengths.get(bar.symbol, 0.0):
            return None
        self.strengths[bar.symbol] = strength
        self.signals_emitted += 1
        return Signal(
            signal_id=f"{self._strategy.name}.{self.signals_emitted}",
            strategy=self._strategy.name,
            symbol=bar.symbol,
            strength=strength,
            as_of=bar.ended_at,
            expires_at=bar.ended_at + self._lifetime,
            reason=self._strategy.reason(*values),
        )
