"""The engine's senses for a backtest: prices, features and views that were computed over the whole history at once.

All of them look at one slice of the table, the cursor's. What they answer is bit for bit what the engine would have
formed bar by bar; their memories (`states`) are those at the end of the table and are known there only.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float
from robo_trader.core.domain.positions import Position
from robo_trader.core.engine.senses import Senses
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.rules.rounding import PRICE_STEPS
from robo_trader.core.strategies.views import StrategyViews
from robo_trader.research.backtest.asking import strength_matrix
from robo_trader.research.backtest.bar_table import BarTable, Floats
from robo_trader.research.backtest.views import SleeveViews, ViewMaker

TICK: Final = Decimal(1).scaleb(-4)  # dollars; what PRICE_STEPS says


class RecordedMarket:
    """Prices of a table, as of the slice it has come to."""

    def __init__(self, table: BarTable) -> None:
        assert PRICE_STEPS * float(TICK) == 1.0
        self.table = table
        self.slices = 0
        self.last_ended_at = 0
        self.places = {symbol: place for place, symbol in enumerate(table.symbols)}
        self._last_bar = _last_bars(table) if table.has_gaps else None
        self._held: tuple[Position, ...] = ()
        self._held_places: NDArray[np.int64] = np.empty(0, np.int64)
        self._shares: NDArray[np.int64] = np.empty(0, np.int64)
        # Prices in ticks are whole numbers: what a position is worth is exact, and so is its Decimal.
        self.ticks: NDArray[np.int64] = np.floor(_filled(table) * PRICE_STEPS + 0.5).astype(np.int64, order="C")

    @property
    def t(self) -> int:
        """The slice."""
        return self.slices - 1

    def advance(self, slice_: BarSlice) -> None:
        """Go on to the next slice, which must be this one."""
        self.slices += 1
        self.last_ended_at = slice_.ended_at
        assert slice_.ended_at == self.table.market.ended_at[self.t], slice_

    def skip(self, slices: int) -> None:
        """Go on over slices in which nothing happens."""
        self.slices += slices
        self.last_ended_at = int(self.table.market.ended_at[self.t])

    def admit(self, bar: Bar) -> None:  # noqa: ARG002 - the table holds sound bars only
        """Take any bar: the table was screened."""
        return

    def price(self, symbol: Symbol) -> Decimal:
        """As MarketView.price."""
        return price_from_float(int(self.ticks[self.t, self.places[symbol]]) / PRICE_STEPS)

    def worth(self, positions: tuple[Position, ...]) -> tuple[Decimal, Decimal]:
        """As MarketView.worth."""
        if not positions:
            return ZERO, ZERO
        places, shares = self.holdings(positions)
        values = self.ticks[self.t, places] * shares
        return TICK * int(values.sum()), TICK * int(np.abs(values).sum())

    def shown(self, positions: tuple[Position, ...]) -> tuple[tuple[Position, ...], tuple[Decimal, ...]]:  # noqa: ARG002
        """Return nothing: a backtest has no projection of positions."""
        return (), ()

    def bars_missed(self, symbol: Symbol) -> int:
        """As MarketView.bars_missed."""
        return 0 if self._last_bar is None else self.t - int(self._last_bar[self.t, self.places[symbol]])

    def state(self) -> tuple[object, ...]:
        """As MarketView.state: equal after equal bars."""
        seen = {symbol: self.t - self.bars_missed(symbol) for symbol in self.table.symbols}
        seen = {symbol: t for symbol, t in seen.items() if t >= 0}
        prices = {symbol: self.price(symbol) for symbol in seen}
        ended_at = {symbol: int(self.table.market.ended_at[t]) for symbol, t in seen.items()}
        return self.slices, self.last_ended_at, prices, ended_at, {symbol: t + 1 for symbol, t in seen.items()}

    def holdings(self, positions: tuple[Position, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places of positions and their signed shares. Asked again for the same tuple, it remembers."""
        if positions is not self._held:
            self._held = positions
            self._held_places = np.array([self.places[position.symbol] for position in positions], np.int64)
            self._shares = np.array([int(position.quantity) for position in positions], np.int64)
        return self._held_places, self._shares


class RecordedFeatures:
    """Feature values of a table."""

    def __init__(
        self, market: RecordedMarket, settings: EngineSettings, maker: ViewMaker, views: Sequence[SleeveViews]
    ) -> None:
        self._market = market
        self._maker = maker
        self._features = {symbol: settings.features_of(symbol) for symbol in market.table.symbols}
        self._columns = {
            symbol: [column for part in views for column in part.columns.get(place, ())]
            for place, symbol in enumerate(market.table.symbols)
        }

    @property
    def states(self) -> Mapping[Symbol, Sequence[Sequence[float]]]:
        """What the features remember at the end of the table."""
        return {
            symbol: [self._maker.memory(feature, place) for feature in self._features[symbol]]
            for place, symbol in enumerate(self._market.table.symbols)
        }

    def update(self, bars: Sequence[Bar], session: TradingSession) -> dict[Symbol, tuple[float, ...]]:  # noqa: ARG002
        """As FeaturePanel.update, for the bars' symbols."""
        t = self._market.t
        return {bar.symbol: tuple([float(column[t]) for column in self._columns[bar.symbol]]) for bar in bars}


class RecordedViews(StrategyViews):
    """Strengths of a table."""

    def __init__(self, market: RecordedMarket, sleeve: Sleeve, views: SleeveViews, *, signal_lifetime: int) -> None:
        super().__init__(sleeve.rule_strategy, name=sleeve.name, signal_lifetime=signal_lifetime)
        self._market = market
        self.places = {symbol: place for place, symbol in enumerate(market.table.symbols)}
        self._strength = strength_matrix(views.changes, market.table.slices, len(market.table.symbols))
        size, symbols = sleeve.rule_strategy.state_size, market.table.symbols
        self.states = {
            symbols[place]: state[:size].tolist()
            for place, state in views.memories.items()
            if _is_ever_warm(views.columns[place])
        }

    def _ask(self, bar: Bar, values: tuple[float, ...]) -> float:  # noqa: ARG002 - asked before, over all bars
        return float(self._strength[self._market.t, self.places[bar.symbol]])


def recorded_senses(
    table: BarTable, settings: EngineSettings, maker: ViewMaker, views: Sequence[SleeveViews]
) -> Senses:
    """Return senses that read a table. views: of each sleeve, with their columns kept."""
    market = RecordedMarket(table)
    recorded = [
        RecordedViews(market, sleeve, part, signal_lifetime=settings.signal_lifetime)
        for sleeve, part in zip(settings.sleeves, views, strict=True)
    ]
    return Senses(market, RecordedFeatures(market, settings, maker, views), recorded)


def _is_ever_warm(columns: Sequence[Floats]) -> bool:
    return bool(np.logical_and.reduce([~np.isnan(column) for column in columns]).any())


def _last_bars(table: BarTable) -> NDArray[np.int64]:
    """Return, for each slice and symbol, the slice of the symbol's last bar; -1 before the first."""
    close = table.market.close
    places = np.where(np.isnan(close), -1, np.arange(len(close))[:, None])
    last: NDArray[np.int64] = np.maximum.accumulate(places, axis=0)
    return last


def _filled(table: BarTable) -> Floats:
    """Return the closes, each hole filled with the last close before it, and with 0 before the first."""
    close = table.market.close
    if not table.has_gaps:
        return close
    last = _last_bars(table)
    filled: Floats = np.where(last >= 0, np.take_along_axis(close, np.maximum(last, 0), axis=0), 0.0)
    return filled
