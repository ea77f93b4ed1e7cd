"""How the engine perceives the market: prices, features and the strategy's views.

Live they are formed from each bar as it comes. A backtest may bring its own, which read what was computed over the
whole history at once; tests prove the two equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import Position
from robo_trader.core.engine.market_view import MarketView, Refusal
from robo_trader.core.engine.quoted_market import QuotedMarket
from robo_trader.core.engine.recent_closes import QuotedRecentCloses, RecentCloses
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.market.corporate_actions import Restatable
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.core.strategies.views import StrategyViews, Views


class Market(Protocol):
    """Last prices, and when each symbol was seen."""

    slices: int  # so far
    last_ended_at: int

    def advance(self, slice_: BarSlice) -> None:
        """Count a slice."""
        ...

    def admit(self, bars: Sequence[Bar]) -> tuple[Sequence[Bar], Sequence[Refusal]]:
        """Take in the sound bars of a slice; return them, and what is wrong with the others, each in their order."""
        ...

    def price(self, symbol: Symbol) -> Decimal:
        """Return the close of the symbol's last sound bar."""
        ...

    def appraise(self, symbol: Symbol, price: Decimal) -> None:
        """Take a price, dollars a share, for a symbol that has none yet."""
        ...

    def worth(self, ledger: Ledger) -> tuple[Decimal, Decimal]:
        """Return what the positions are worth at the last prices: with their sign, and absolute."""
        ...

    def shown(self, ledger: Ledger) -> tuple[tuple[Position, ...], tuple[Decimal, ...]] | None:
        """Return the positions that a report of the account carries, and their prices; None if nobody reads one."""
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


class JoinedPanels:
    """The features of several strategies: each compares what its own symbols have, and all values stand in a row."""

    def __init__(self, panels: Sequence[Features]) -> None:
        self._panels = panels

    @property
    def states(self) -> Mapping[Symbol, Sequence[Sequence[float]]]:
        """What the features remember of each symbol."""
        symbols = {symbol for panel in self._panels for symbol in panel.states}
        return {symbol: [state for panel in self._panels for state in panel.states[symbol]] for symbol in symbols}

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """As FeaturePanel.split."""
        for panel in self._panels:
            assert isinstance(panel, Restatable), panel
            panel.split(symbol, new, old)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """As FeaturePanel.rename."""
        for panel in self._panels:
            assert isinstance(panel, Restatable), panel
            panel.rename(symbol, new_symbol)

    def update(self, bars: Sequence[Bar], session: TradingSession) -> Mapping[Symbol, tuple[float, ...]]:
        """As each panel's, the values of one after the other."""
        updates = [panel.update(bars, session) for panel in self._panels]
        return {bar.symbol: tuple(value for values in updates for value in values[bar.symbol]) for bar in bars}


def joined_panels(panels: Sequence[Features]) -> Features:
    """Return the panels as one; what one strategy has to itself stays as it is."""
    return panels[0] if len(panels) == 1 else JoinedPanels(panels)


@dataclass(frozen=True, slots=True)
class Senses:
    """What the engine sees, reckons and thinks by."""

    market: Market
    panel: Features
    views: Sequence[Views]  # of each sleeve


def senses_of(settings: EngineSettings) -> Senses:
    """Return the senses that live off the bars the engine is given, and quotes if its strategy may see them."""
    first, lifetime, kept = settings.sleeves[0], settings.signal_lifetime, settings.closes_kept
    if isinstance(first.strategy, EventStrategy):  # it has the account to itself
        views = Views(first.name, signal_lifetime=lifetime)
        quoted = QuotedRecentCloses(settings.symbols, kept) if kept else QuotedMarket(settings.symbols)
        return Senses(quoted, FeaturePanel(first.features_of), [views])
    return Senses(
        RecentCloses(settings.symbols, kept) if kept else MarketView(settings.symbols),
        joined_panels([FeaturePanel(sleeve.features_of) for sleeve in settings.sleeves]),
        [
            StrategyViews(sleeve.strategy, name=sleeve.name, signal_lifetime=lifetime)
            for sleeve in settings.sleeves
            if isinstance(sleeve.strategy, Strategy)
        ],
    )
