"""Time-series momentum: what has risen over a year tends to go on.

Source: Tobias J. Moskowitz, Yao Hua Ooi and Lasse Heje Pedersen (2012), "Time series momentum", Journal of Financial
Economics 104(2): the sign of the past twelve months' return. They scale positions by volatility; here sizing does that.
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.momentum import momentum_12_1
from robo_trader.core.rules.filters import filtered_view
from robo_trader.core.rules.past_returns import direction, long_or_short
from robo_trader.core.strategies.filtered import FilteredStrategy, shorts_allowed
from robo_trader.core.strategies.strategy import bounded


@dataclass(frozen=True)
class Momentum(FilteredStrategy):
    """Long what has gained over the lookback; short what has lost, if shorts are allowed.

    Entry: the return from `lookback` to `skip` bars ago is above 0 (below 0 for a short).
    Exit: it no longer is, or the market turns wild.
    """

    state_size: ClassVar[int] = 1
    ordered: ClassVar[tuple[str, ...]] = ("skip", "lookback")

    lookback: int = bounded(252, 1, 5000, about="bars over which the return is measured")
    skip: int = bounded(0, 0, 5000, about="latest bars that are left out")
    shorts: int = shorts_allowed(0)

    def watched(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return the past return."""
        return (momentum_12_1(self.lookback, self.skip),)

    @staticmethod
    def rule(  # noqa: PLR0913, PLR0917 - a rule takes plain numbers
        state: list[float],
        past_return: float,
        turnover: float,
        volatility: float,
        shorts: float,
        turnover_min: float,
        volatility_max: float,
    ) -> float:
        """Return 1, 0 or -1. state: the view before."""
        wanted = long_or_short(direction(past_return), shorts)
        state[0] = filtered_view(wanted, state[0], turnover, volatility, turnover_min, volatility_max)
        return state[0]

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return whether shorts are allowed, and the filters' limits."""
        return (float(self.shorts), *self.filter_parameters)
