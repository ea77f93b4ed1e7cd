"""Cross-sectional momentum: last year's winners beat last year's losers.

Source: Narasimhan Jegadeesh and Sheridan Titman (1993), "Returns to buying winners and selling losers", Journal of
Finance 48(1); with the last month left out as in Asness, Moskowitz and Pedersen (2013), "Value and momentum
everywhere", Journal of Finance 68(3).
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.calendar import days_to_month_end
from robo_trader.core.features.cross_sectional import percentile
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.momentum import momentum_12_1
from robo_trader.core.rules.filters import filtered_view
from robo_trader.core.rules.past_returns import is_new_month, long_or_short, ranked_view
from robo_trader.core.strategies.filtered import FilteredStrategy, shorts_allowed
from robo_trader.core.strategies.strategy import bounded

_VIEW = 0  # of the bar before
_CHOICE = 1  # of the last rebalancing
_DAYS = 2  # to the month's end, at the bar before
_BARS = 3  # since the last rebalancing; 0 before the first


@dataclass(frozen=True)
class CrossSectionalMomentum(FilteredStrategy):
    """Long the best of all symbols by last year's return, short the worst, if shorts are allowed.

    Entry: at a rebalancing the symbol's place is among the best `top` (the worst `bottom`) of all that have a return.
    Exit: at a rebalancing it no longer is, or the market turns wild.
    Rebalanced with the first bar of a month, or every so many bars.
    """

    state_size: ClassVar[int] = 4
    ordered: ClassVar[tuple[str, ...]] = ("skip", "lookback")

    lookback: int = bounded(252, 1, 5000, about="bars over which the return is measured")
    skip: int = bounded(21, 0, 5000, about="latest bars that are left out")
    top: float = bounded(0.3, 0.0, 0.5, unit="fraction of the symbols", about="the best, that are bought")
    bottom: float = bounded(0.3, 0.0, 0.5, unit="fraction of the symbols", about="the worst, that are sold short")
    every: int = bounded(0, 0, 5000, about="bars from one rebalancing to the next; 0 for once a month")
    shorts: int = shorts_allowed(1)

    def watched(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return the place among all symbols, and the day of the month."""
        return (percentile(momentum_12_1(self.lookback, self.skip)), days_to_month_end())

    @staticmethod
    def rule(  # noqa: PLR0913, PLR0917 - a rule takes plain numbers
        state: list[float],
        place: float,
        days: float,
        turnover: float,
        volatility: float,
        top: float,
        bottom: float,
        every: float,
        shorts: float,
        turnover_min: float,
        volatility_max: float,
    ) -> float:
        """Return 1, 0 or -1. state: see the constants above."""
        bars = state[_BARS]
        if bars == 0.0 or (bars >= every if every > 0.0 else is_new_month(days, state[_DAYS])):
            state[_CHOICE] = long_or_short(ranked_view(place, top, bottom), shorts)
            bars = 0.0
        state[_BARS] = bars + 1.0
        state[_DAYS] = days
        state[_VIEW] = filtered_view(state[_CHOICE], state[_VIEW], turnover, volatility, turnover_min, volatility_max)
        return state[_VIEW]

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return the fractions, the interval, whether shorts are allowed, and the filters' limits."""
        return (self.top, self.bottom, float(self.every), float(self.shorts), *self.filter_parameters)
