"""Strengths and signals of a strategy in event form."""

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.views import StrategyViews


class EventViews(StrategyViews):
    """Keeps what a strategy wants that is not asked by rule, but says so by itself."""

    def __init__(self, strategy: EventStrategy, *, signal_lifetime: int, name: str = "") -> None:
        """name: of the signals; the strategy's own if left out.

        signal_lifetime: nanoseconds an entry may still be tried. There is no rule, so nothing else is kept.
        """
        self._name = name or strategy.name
        self._lifetime = signal_lifetime
        self.strengths: dict[Symbol, float] = {}
        self.states: dict[Symbol, list[float]] = {}
        self.signals_emitted = 0
