"""When a position is left against its strategy's view: fixed, ATR, trailing and time stops.

A stop ends the position; the symbol stays flat until the strategy changes its mind about it.
"""

from dataclasses import dataclass

from robo_trader.core.features.feature import Feature
from robo_trader.core.features.volatility import atr
from robo_trader.core.rules.stops import ATR_STOP, FIXED_STOP, TIME_STOP, TRAILING_STOP


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPolicy:
    """The stops of every position; 0 turns one off. Fractions are of the price: 0.05 is 5 %."""

    fixed_fraction: float = 0.0  # lost from the average price paid
    atr_multiple: float = 0.0  # times the average true range when the position began
    atr_length: int = 14  # bars
    trailing_fraction: float = 0.0  # lost from the best price since the position began
    bars_max: int = 0  # held

    @property
    def is_on(self) -> bool:
        """Whether any stop is set."""
        return max(self.fixed_fraction, self.atr_multiple, self.trailing_fraction, self.bars_max) > 0

    @property
    def features(self) -> tuple[Feature, ...]:
        """The average true range where a stop needs it."""
        return (atr(self.atr_length),) if self.atr_multiple > 0 else ()

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        """What the rule takes last."""
        return (self.fixed_fraction, self.atr_multiple, self.trailing_fraction, float(self.bars_max))

    def reason(self, reached: int) -> str:
        """Return in words which stop it was."""
        return {
            FIXED_STOP: f"stop: {self.fixed_fraction:.2%} lost from the price paid",
            ATR_STOP: f"stop: {self.atr_multiple:g} ATRs lost from the price paid",
            TRAILING_STOP: f"stop: {self.trailing_fraction:.2%} lost from the best price",
            TIME_STOP: f"stop: held for {self.bars_max} bars",
        }[reached]


NO_STOPS = StopPolicy()
