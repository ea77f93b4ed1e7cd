"""Breakout: going with a price that leaves the range of the bars before, as the Turtles did.

Source: Richard Donchian's four-week rule and the rules of Richard Dennis's Turtles, published by Curtis Faith (2003) in
"The Original Turtle Trading Rules": 20 bars in, 10 out, a stop 2 average true ranges away. They bought within the day,
at the extreme; here the close must be beyond it. Adding to winners and skipping after a gain are left out.
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.features.volatility import atr
from robo_trader.core.features.volatility_bands import donchian_prior_lower, donchian_prior_upper
from robo_trader.core.rules.breakout import BREAKOUT_STATE_SIZE, ENTRY_PRICE, ENTRY_RANGE, VIEW, breakout_view
from robo_trader.core.rules.filters import filtered_view
from robo_trader.core.strategies.filtered import FilteredStrategy, shorts_allowed
from robo_trader.core.strategies.strategy import bounded


@dataclass(frozen=True)
class Breakout(FilteredStrategy):
    """Long after a close above the range of the bars before; short after one below it, if shorts are allowed.

    Entry: close above the highest high (below the lowest low) of the `entry_length` bars before.
    Exit: close beyond the opposite extreme of the `exit_length` bars before; or `stop_multiple` average true ranges
    against the close that began the view, with the range of then; or the market turns wild. A new close beyond the
    range enters again.
    """

    state_size: ClassVar[int] = BREAKOUT_STATE_SIZE
    price_state: ClassVar[tuple[int, ...]] = (ENTRY_PRICE, ENTRY_RANGE)

    entry_length: int = bounded(20, 1, 5000, about="bars whose extreme must be passed to enter")
    exit_length: int = bounded(10, 1, 5000, about="bars whose opposite extreme ends it")
    atr_length: int = bounded(20, 1, 5000, about="length of the average true range")
    stop_multiple: float = bounded(
        2.0, 0.0, 100.0, unit="average true ranges", about="distance of the stop; 0 for none"
    )
    shorts: int = shorts_allowed(0)

    def watched(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return the close, the extremes of entry and exit, and the average true range."""
        return (
            sma(1),
            donchian_prior_upper(self.entry_length),
            donchian_prior_lower(self.entry_length),
            donchian_prior_upper(self.exit_length),
            donchian_prior_lower(self.exit_length),
            atr(self.atr_length),
        )

    @staticmethod
    def rule(  # noqa: PLR0913, PLR0917 - a rule takes plain numbers
        state: list[float],
        close: float,
        entry_high: float,
        entry_low: float,
        exit_high: float,
        exit_low: float,
        atr: float,
        turnover: float,
        volatility: float,
        stop_multiple: float,
        shorts: float,
        turnover_min: float,
        volatility_max: float,
    ) -> float:
        """Return 1, 0 or -1. state: the view before, and where it began."""
        held = state[VIEW]
        wanted = breakout_view(state, close, entry_high, entry_low, exit_high, exit_low, atr, stop_multiple, shorts)
        state[VIEW] = filtered_view(wanted, held, turnover, volatility, turnover_min, volatility_max)
        return state[VIEW]

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return the stop's distance, whether shorts are allowed, and the filters' limits."""
        return (self.stop_multiple, float(self.shorts), *self.filter_parameters)
