"""Strategies that keep out of thin markets and get out of wild ones."""

from abc import abstractmethod
from dataclasses import dataclass, replace

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.statistical import realised_volatility
from robo_trader.core.features.trend import sma
from robo_trader.core.features.volume import dollar_volume
from robo_trader.core.strategies.strategy import Strategy, bounded


@dataclass(frozen=True, kw_only=True)
class FilteredStrategy(Strategy):
    """A strategy with a liquidity and a regime filter; both are off at 0. The rule is `filtered_view`.

    Liquidity: nothing is entered or added to while the mean dollar volume is below `dollar_volume_min`.
    Regime: everything is left, and nothing entered, while the volatility is above `volatility_max`. That is the
    symbol's own realised volatility, a fraction a bar, or the close of `volatility_index`, in its points. The index
    must be among the symbols, and is not traded; in a slice without it no view is taken.
    """

    dollar_volume_min: float = bounded(0.0, 0.0, 1e12, unit="USD a bar", about="liquidity below which nothing is added")
    volatility_max: float = bounded(
        0.0, 0.0, 1000.0, unit="fraction a bar, or index points", about="volatility above which everything is left"
    )
    filter_length: int = bounded(20, 2, 5000, about="window of both filters")
    volatility_index: str = ""  # a symbol such as VIX

    @abstractmethod
    def watched(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return the features the rule takes before those of the filters. None at all: the symbol is not traded."""

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return what the strategy watches, dollar volume, and volatility."""
        own = self.watched(symbol)
        return (*own, *self.filters()) if own and symbol != self.volatility_index else ()

    def filters(self) -> tuple[Feature, Feature]:
        """Return dollar volume and volatility."""
        return dollar_volume(self.filter_length), self.volatility()

    def volatility(self) -> Feature:
        """Return the feature that `volatility_max` is held against."""
        if self.volatility_index:
            return elsewhere(sma(1), self.volatility_index)
        return realised_volatility(self.filter_length)

    @property
    def filter_parameters(self) -> tuple[float, float]:
        """What the rule takes last: both limits."""
        return (self.dollar_volume_min, self.volatility_max)


def elsewhere(feature: Feature, symbol: str) -> Feature:
    """Return a feature of one symbol as every other symbol sees it: NaN in a slice where that symbol has no bar."""
    return replace(
        feature, name=f"{feature.name}@{symbol}", inputs=tuple(f"{column}@{symbol}" for column in feature.inputs)
    )


def shorts_allowed(default: int) -> int:
    """Return the parameter that allows a short side."""
    chosen: int = bounded(default, 0, 1, unit="0 or 1", about="1 to sell short as well")
    return chosen
