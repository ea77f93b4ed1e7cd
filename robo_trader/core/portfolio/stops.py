"""When a position is left against its strategy's view: fixed, ATR, trailing, break-even and time stops.

A stop ends the position; the symbol stays flat until the strategy changes its mind about it.
"""

from dataclasses import dataclass

from robo_trader.core.features.feature import Feature
from robo_trader.core.features.volatility import atr
from robo_trader.core.rules.stops import ATR_STOP, BREAK_EVEN_STOP, FIXED_STOP, TIME_STOP, TRAILING_STOP, stop_level


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPolicy:
    """The stops of every position; 0 turns one off. Fractions are of the price: 0.05 is 5 %."""

    fixed_fraction: float = 0.0  # lost from the average price paid
    atr_multiple: float = 0.0  # times the average true range when the position began
    atr_length: int = 14  # bars
    trailing_fraction: float = 0.0  # lost from the best price since the position began
    bars_max: int = 0  # held
    break_even_fraction: float = 0.0  # once gained from the average price paid, nothing may be lost any more

    @property
    def is_on(self) -> bool:
        """Whether any stop is set."""
        return max(self.parameters) > 0

    @property
    def features(self) -> tuple[Feature, ...]:
        """The average true range where a stop needs it."""
        return (atr(self.atr_length),) if self.atr_multiple > 0 else ()

    @property
    def parameters(self) -> tuple[float, float, float, float, float]:
        """What the rule takes last."""
        return (
            self.fixed_fraction, self.atr_multiple, self.trailing_fraction, float(self.bars_max),
            self.break_even_fraction,
        )  # fmt: skip

    def level(self, state: list[float], quantity: float, average_cost: float) -> float:
        """Return the price of the nearest stop of a position, NaN if none has a price; arguments as of the rule."""
        return stop_level(
            state, quantity, average_cost, self.fixed_fraction, self.atr_multiple, self.trailing_fraction,
            self.break_even_fraction,
        )  # fmt: skip

    def reason(self, reached: int) -> str:
        """Return in words which stop it was."""
        return {
            FIXED_STOP: f"stop: {self.fixed_fraction:.2%} lost from the price paid",
            ATR_STOP: f"stop: {self.atr_multiple:g} ATRs lost from the price paid",
            TRAILING_STOP: f"stop: {self.trailing_fraction:.2%} lost from the best price",
            BREAK_EVEN_STOP: f"stop: nothing left of a gain of {self.break_even_fraction:.2%}",
            TIME_STOP: f"stop: held for {self.bars_max} bars",
        }[reached]


NO_STOPS = StopPolicy()
