"""Buys short, sharp falls in an upward trend, but only while the market is calm.

Source: L. Connors and C. Alvarez (2008), "Short Term Trading Strategies That Work", for the two-period relative
strength index above the 200-day average. S. Nagel (2012), "Evaporating Liquidity", Review of Financial Studies 25(7),
for why reversals pay: those who buy a fall are paid by those who must sell. That pay grows with volatility, and so does
what can be lost by it; this strategy takes the calm part. The figures are theirs or round, not fitted to the sample.

robo-trader backtest --strategy examples/volatility_filtered_reversal.py:VolatilityFilteredReversal
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.momentum import rsi
from robo_trader.core.features.statistical import realised_volatility
from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.strategy import Strategy, bounded


@dataclass(frozen=True)
class VolatilityFilteredReversal(Strategy):
    """Long after a sharp fall above the long average while it is calm, until the fall is made good."""

    state_size: ClassVar[int] = 1  # 1 while a position is wanted
    ordered: ClassVar[tuple[str, ...]] = ("enter", "leave")

    strength_length: int = bounded(2, 2, 30, "bars", "of the relative strength index")
    trend_length: int = bounded(200, 20, 500, "bars", "of the average that tells the trend")
    volatility_length: int = bounded(20, 5, 250, "bars", "of the volatility that tells how calm it is")
    enter: float = bounded(10.0, 1.0, 49.0, "0 to 100", "strength index at or below which to buy")
    leave: float = bounded(65.0, 50.0, 99.0, "0 to 100", "strength index at or above which to sell")
    calm: float = bounded(0.025, 0.001, 0.2, "fraction a bar", "volatility above which nothing is bought")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return strength index, volatility, the long average, and the close: an average of one bar."""
        return (rsi(self.strength_length), realised_volatility(self.volatility_length), sma(self.trend_length), sma(1))

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return the thresholds; the lengths are in the features."""
        return (self.enter, self.leave, self.calm)

    @staticmethod
    def rule(
        state: list[float], index: float, volatility: float, average: float, close: float,
        enter: float, leave: float, calm: float,
    ) -> float:  # fmt: skip
        """Return 1 from the fall until it is made good, else 0. Calm is asked for at the entry only."""
        if index >= leave:
            state[0] = 0.0
        elif index <= enter and close > average and volatility <= calm:
            state[0] = 1.0
        return state[0]
