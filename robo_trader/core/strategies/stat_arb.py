"""Statistical arbitrage: against the part of a symbol's return that its sector does not share.

Sources: Bruce N. Lehmann (1990), "Fads, martingales, and market efficiency", Quarterly Journal of Economics 105(1), and
Amir E. Khandani and Andrew W. Lo (2007), "What happened to the quants in August 2007?", Journal of Investment
Management 5(4): weights in proportion to minus the return over the mean. With residuals against sectors as in Marco
Avellaneda and Jeong-Hyun Lee (2010), "Statistical arbitrage in the US equities market", Quantitative Finance 10(7);
their form with principal components is not offered: it needs all symbols at once, and a rule sees one.
"""

from dataclasses import dataclass, replace
from math import floor
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.calendar import day_of_week
from robo_trader.core.features.cross_sectional import sector_neutral_zscore_
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.momentum import roc
from robo_trader.core.features.statistical import beta
from robo_trader.core.rules.filters import filtered_view
from robo_trader.core.rules.reversion import residual_weight, weight_for_equal_beta
from robo_trader.core.strategies.filtered import FilteredStrategy
from robo_trader.core.strategies.strategy import bounded

_BETA_MIN = 0.5

_VIEW = 0  # of the bar before
_WEIGHT = 1  # of the last rebalancing
_PERIOD = 2  # number of the period, from 1; 0 before the first


@dataclass(frozen=True)
class StatArb(FilteredStrategy):
    """Short what has beaten its sector lately, long what has fallen behind, in proportion.

    Entry and exit: at a rebalancing the strength becomes minus the z-score of the last `length` bars' return within the
    sector over `full`, at most 1; 0 where the z-score is below `entry`. In between it stays. A wild market is left.
    Rebalanced with the first bar of every period of so many calendar days, by all symbols at once; 0 is every bar.

    How neutral: the z-scores of a sector sum to 0, so its strengths do, as long as `entry` is 0 and no z-score is above
    `full`; then, sized by a fraction of equity, a sector is neutral in dollars but for rounding to shares. A filter, a
    stop, a symbol without a bar or an order that is refused each break that, until the next rebalancing.
    With a `market` every strength is divided by the symbol's beta to it (0.5 at least, and that is worth a full
    strength), which makes the book neutral in beta, and in dollars only where betas are alike.

    sectors: pairs of symbol and sector; all that are not named are one group. A group needs three symbols with a
    return, else its views stay as they are. The market is not traded.
    """

    state_size: ClassVar[int] = 3
    ordered: ClassVar[tuple[str, ...]] = ("entry", "full")

    sectors: tuple[tuple[str, str], ...] = ()
    market: str = ""  # a symbol such as SPY
    length: int = bounded(5, 1, 5000, about="bars over which returns are compared")
    entry: float = bounded(
        0.0, 0.0, 10.0, unit="standard deviations", about="distance from the sector's mean to act on"
    )
    full: float = bounded(2.0, 0.1, 20.0, unit="standard deviations", about="distance that is worth a full strength")
    days: int = bounded(7, 0, 366, unit="days", about="from one rebalancing to the next; 0 for every bar")
    beta_length: int = bounded(120, 2, 5000, about="window of the beta to the market")

    def watched(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return the z-score within the sector, the date, and the beta."""
        if symbol == self.market:
            return ()
        date = replace(day_of_week(), name="session", inputs=("session",))
        weighed = beta(self.beta_length, other=self.market) if self.market else date
        return (sector_neutral_zscore_(roc(self.length), dict(self.sectors)), date, weighed)

    @staticmethod
    def rule(  # noqa: PLR0913, PLR0917 - a rule takes plain numbers
        state: list[float],
        zscore: float,
        session: float,
        beta: float,
        turnover: float,
        volatility: float,
        entry: float,
        full: float,
        days: float,
        has_market: float,
        turnover_min: float,
        volatility_max: float,
    ) -> float:
        """Return a strength in [-1, 1]. state: see the constants above."""
        period = 1.0 + float(floor(session / days)) if days > 0.0 else 0.0
        if period == 0.0 or period != state[_PERIOD]:
            state[_PERIOD] = period
            weight = weight_for_equal_beta(beta, _BETA_MIN) if has_market > 0.0 else 1.0
            state[_WEIGHT] = weight * residual_weight(zscore, entry, full)
        state[_VIEW] = filtered_view(state[_WEIGHT], state[_VIEW], turnover, volatility, turnover_min, volatility_max)
        return state[_VIEW]

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return the distances, the period, whether betas count, and the filters' limits."""
        return (self.entry, self.full, float(self.days), 1.0 if self.market else 0.0, *self.filter_parameters)
