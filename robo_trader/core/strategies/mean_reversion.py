"""Mean reversion: buying what has fallen unusually far, by one of three measures of how far that is.

One rule, `reversion_view`, serves all three. Only the entry asks for the trend: falls are bought in a rising market.

Sources: Ernest P. Chan (2013), "Algorithmic Trading", chapter 2 (z-score); John Bollinger (2001), "Bollinger on
Bollinger Bands" (%B); Larry Connors and Cesar Alvarez (2009), "Short Term Trading Strategies That Work" (RSI of 2 bars,
above the average of 200).
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.momentum import rsi
from robo_trader.core.features.statistical import zscore
from robo_trader.core.features.trend import sma
from robo_trader.core.features.volatility_bands import bollinger_percent_b
from robo_trader.core.rules.filters import filtered_view
from robo_trader.core.rules.reversion import reversion_view
from robo_trader.core.strategies.filtered import FilteredStrategy, shorts_allowed
from robo_trader.core.strategies.strategy import bounded

_MIDDLE_OF_BAND = 0.5
_MIDDLE_OF_RSI = 50.0


@dataclass(frozen=True, kw_only=True)
class _Reversion(FilteredStrategy):
    """What the three have in common: the rule, the trend and the short side."""

    state_size: ClassVar[int] = 1

    trend_length: int = bounded(200, 0, 5000, about="length of the average that tells the trend; 0 for no trend filter")
    shorts: int = shorts_allowed(0)

    @abstractmethod
    def measure(self) -> Feature:
        """Return how far the close is from the usual."""

    @property
    @abstractmethod
    def terms(self) -> tuple[float, float, float]:
        """What is usual, and the distances from it at which to enter and to leave, in the unit of the measure."""

    def watched(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return the measure, the close, and its long average."""
        return (self.measure(), sma(1), sma(max(1, self.trend_length)))

    @staticmethod
    def rule(  # noqa: PLR0913, PLR0917 - a rule takes plain numbers
        state: list[float],
        measure: float,
        close: float,
        trend: float,
        turnover: float,
        volatility: float,
        usual: float,
        entry: float,
        leave: float,
        shorts: float,
        turnover_min: float,
        volatility_max: float,
    ) -> float:
        """Return 1, 0 or -1. state: the view before."""
        wanted = reversion_view(state[0], measure - usual, close, trend, entry, leave, shorts)
        state[0] = filtered_view(wanted, state[0], turnover, volatility, turnover_min, volatility_max)
        return state[0]

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return the terms, whether shorts are allowed, and the filters' limits."""
        return (*self.terms, float(self.shorts), *self.filter_parameters)


@dataclass(frozen=True)
class MeanReversion(_Reversion):
    """Long a close that is unusually far below its mean, by its z-score; short one above, if shorts are allowed.

    Entry: `entry` standard deviations below the mean, with the close not below its long average (for a short: above,
    and not above).
    Exit: no more than `leave` standard deviations below it, or the market turns wild.
    See also BollingerReversion and RsiReversion.
    """

    ordered: ClassVar[tuple[str, ...]] = ("leave", "entry")

    length: int = bounded(20, 2, 5000, about="window of mean and standard deviation")
    entry: float = bounded(2.0, 0.0, 20.0, unit="standard deviations", about="distance at which to enter")
    leave: float = bounded(0.5, -20.0, 20.0, unit="standard deviations", about="distance at which to leave")

    def measure(self) -> Feature:
        """Return the z-score."""
        return zscore(self.length)

    @property
    def terms(self) -> tuple[float, float, float]:
        """0, entry and exit, in standard deviations."""
        return (0.0, self.entry, self.leave)


@dataclass(frozen=True)
class BollingerReversion(_Reversion):
    """Long a close that is below its lower Bollinger band; short one above the upper, if shorts are allowed.

    Entry: %B at or below `oversold`, with the close not below its long average (for a short: 1 less that, mirrored).
    Exit: %B at or above `recovered`, the middle by default, or the market turns wild.
    """

    ordered: ClassVar[tuple[str, ...]] = ("oversold", "recovered")

    length: int = bounded(20, 2, 5000, about="window of the bands")
    deviations: float = bounded(2.0, 0.1, 10.0, unit="standard deviations", about="from the middle to a band")
    oversold: float = bounded(0.0, -5.0, 0.5, unit="fraction of the bands' distance", about="%B at which to enter")
    recovered: float = bounded(0.5, -5.0, 5.0, unit="fraction of the bands' distance", about="%B at which to leave")

    def measure(self) -> Feature:
        """Return %B."""
        return bollinger_percent_b(self.length, self.deviations)

    @property
    def terms(self) -> tuple[float, float, float]:
        """The middle, and how far below it to enter and to leave."""
        return (_MIDDLE_OF_BAND, _MIDDLE_OF_BAND - self.oversold, _MIDDLE_OF_BAND - self.recovered)


@dataclass(frozen=True)
class RsiReversion(_Reversion):
    """Long after a short sharp fall, by an RSI of two bars; short after a rise, if shorts are allowed.

    Entry: RSI at or below `oversold`, with the close not below its long average (for a short: 100 less that, mirrored).
    Exit: RSI at or above `recovered`, or the market turns wild.
    """

    ordered: ClassVar[tuple[str, ...]] = ("oversold", "recovered")

    length: int = bounded(2, 1, 5000, about="length of the RSI")
    oversold: float = bounded(10.0, 0.0, 50.0, unit="0 to 100", about="RSI at which to enter")
    recovered: float = bounded(65.0, 0.0, 100.0, unit="0 to 100", about="RSI at which to leave")

    def measure(self) -> Feature:
        """Return the RSI."""
        return rsi(self.length)

    @property
    def terms(self) -> tuple[float, float, float]:
        """50, and how far below it to enter and to leave."""
        return (_MIDDLE_OF_RSI, _MIDDLE_OF_RSI - self.oversold, _MIDDLE_OF_RSI - self.recovered)
