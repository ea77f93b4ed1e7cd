"""How the engine perceives the market: prices, features and the strategy's views.

Live they are formed from each bar as it comes. A backtest may bring its own, which read what was computed over the
whole history at once; tests prove the two equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from robo_trader.core.domain.bars import Bar, BarFault, BarSlice, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import Position
from robo_trader.core.engine.market_view import MarketView
from robo_trader.core.engine.quoted_market import QuotedMarket
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.event_views import EventViews
from robo_trader.core.strategies.views import StrategyViews


class Market(Protocol):
    """Last prices, and when each symbol was seen."""

    slices: int  # so far
    last_ended_at: int

    def advance(self, slice_: BarSlice) -> None:
        """Count a slice."""
        ...

    def admit(self, bar: Bar) -> BarFault | None:
        """Take in a sound bar; return what is wrong with any other."""
        ...

    def price(self, symbol: Symbol) -> Decimal:
        """Return the close of the symbol's last sound bar."""
        ...

    def worth(self, positions: tuple[Position, ...]) -> tuple[Decimal, Decimal]:
        """Return what positions are worth at the last prices: with their sign, and absolute."""
        ...

    def shown(self, positions: tuple[Position, ...]) -> tuple[tuple[Position, ...], tuple[Decimal, ...]]:
        """Return the positions that a report of the account carries, and their prices."""
        ...

    def bars_missed(self, symbol: Symbol) -> int:
        """Return how many slices have passed since the symbol's last sound bar."""
        ...

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        ...


class Features(Protocol):
    """The values of all features a run needs."""

    @property
    def states(self) -> Mapping[Symbol, Sequence[Sequence[float]]]:
        """What the features remember of each symbol."""
        ...

    def update(self, bars: Sequence[Bar], session: TradingSession) -> Mapping[Symbol, tuple[float, ...]]:
        """Return each bar's symbol's values as of the end of the slice."""
        ...


@dataclass(frozen=True, slots=True)
class Senses:
    """What the engine sees, reckons and thinks by."""

    market: Market
    panel: Features
    views: StrategyViews


def senses_of(settings: EngineSettings) -> Senses:
    """Return the senses that live off the bars the engine is given, and quotes if its strategy may see them."""
    strategy, lifetime, panel = settings.strategy, settings.signal_lifetime, FeaturePanel(settings.features_of)
    if isinstance(strategy, EventStrategy):
        return Senses(QuotedMarket(settings.symbols), panel, EventViews(strategy, signal_lifetime=lifetime))
    return Senses(MarketView(settings.symbols), panel, StrategyViews(strategy, signal_lifetime=lifetime))
