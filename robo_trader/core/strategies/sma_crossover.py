"""Long from when the fast moving average is above the slow one until it is below, else flat.

The view is a level, not an event: after a restart or a warm-up that ends above, the position is taken at once.
Source: R. D. Donchian's moving-average rules; tested by Brock, Lakonishok and LeBaron (1992), "Simple technical
trading rules and the stochastic properties of stock returns", Journal of Finance 47(5).
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.rules.comparison import is_clearly_above
from robo_trader.core.strategies.strategy import Strategy, bounded


@dataclass(frozen=True)
class SmaCrossover(Strategy):
    """Crossing of two simple moving averages of the close."""

    state_size: ClassVar[int] = 1
    ordered: ClassVar[tuple[str, ...]] = ("fast", "slow")

    fast: int = bounded(20, 1, 5000, about="length of the fast average")
    slow: int = bounded(50, 2, 5000, about="length of the slow average")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return the fast and the slow average."""
        return (sma(self.fast), sma(self.slow))

    @staticmethod
    def rule(state: list[float], fast: float, slow: float) -> float:
        """Return 1 once fast is above slow, 0 once it is below; where they meet, the view stays.

        state: the view.
        """
        if is_clearly_above(fast, slow):
            state[0] = 1.0
        elif is_clearly_above(slow, fast):
            state[0] = 0.0
        return state[0]

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return nothing: the lengths are the features' own."""
        return ()

    def reason(self, symbol: Symbol, values: tuple[float, ...]) -> str:  # noqa: ARG002
        """E.g. `sma_20 101.2300 > sma_50 99.8700`."""
        fast, slow = values
        relation = ">" if is_clearly_above(fast, slow) else "<="
        return f"sma_{self.fast} {fast:.4f} {relation} sma_{self.slow} {slow:.4f}"
