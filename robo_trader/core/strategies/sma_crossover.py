"""Long while the fast moving average is above the slow one, else flat.

The view is a level, not an event: after a restart or a warm-up that ends above, the position is taken at once.
Source: R. D. Donchian's moving-average rules; tested by Brock, Lakonishok and LeBaron (1992), "Simple technical
trading rules and the stochastic properties of stock returns", Journal of Finance 47(5).
"""

from dataclasses import dataclass

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.features.definitions import sma
from robo_trader.core.features.feature import Feature
from robo_trader.core.rules.comparison import is_clearly_above


@dataclass(frozen=True, slots=True)
class SmaCrossover:
    """Crossing of two simple moving averages of the close, lengths in bars."""

    fast: int
    slow: int

    def __post_init__(self) -> None:
        if not 1 <= self.fast < self.slow:
            raise InvalidConfig(
                f"sma_crossover needs 1 <= fast < slow, was fast {self.fast}, slow {self.slow}",
                next_step="Choose a fast average shorter than the slow one, e.g. 20 and 50.",
            )

    @property
    def name(self) -> str:
        """The name without parameters."""
        return "sma_crossover"

    @property
    def features(self) -> tuple[Feature, ...]:
        """The fast and the slow average."""
        return (sma(self.fast), sma(self.slow))

    def strength(self, *values: float) -> float:
        """1 while fast is above slow, else 0; NaN compares as not above."""
        fast, slow = values
        return is_clearly_above(fast, slow) * 1.0

    def reason(self, *values: float) -> str:
        """E.g. `sma_20 101.2300 > sma_50 99.8700`."""
        fast, slow = values
        relation = ">" if is_clearly_above(fast, slow) else "<="
        return f"sma_{self.fast} {fast:.4f} {relation} sma_{self.slow} {slow:.4f}"
