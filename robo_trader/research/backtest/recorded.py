"""The engine's senses for a backtest: prices, features and views that were computed over the whole history at once.

All of them look at one slice of the table, the cursor's. What they answer is bit for bit what the engine would have
formed bar by bar; their memories (`states`) are those at the end of the table and are known there only.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float
from robo_trader.core.engine.market_view import Refusal
from robo_trader.core.engine.senses import Senses
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.rules.rounding import PRICE_STEPS
from robo_trader.core.strategies.views import StrategyViews
from robo_trader.research.backtest.asking import strength_matrix
from robo_trader.research.backtest.bar_table import BarTable, Floats, Integers, numbers, whole_numbers
from robo_trader.research.backtest.views import SleeveViews, ViewMaker

TICK: Final = Decimal(1).scaleb(-4)  # dollars; what PRICE_STEPS says


class RecordedMarket:
    """Prices of a table, as of the slice it has come to."""

    def __init__(self, table: BarTable, closes_kept: int = 0) -> None:
        """closes_kept: slices whose closes are part of the state; those of all slices can be read."""
        assert PRICE_STEPS * float(TICK) == 1.0
        self.table = table
        self._closes_kept = closes_kept
        self.slices = 0
        self.t = -1  # the slice
        self.last_ended_at = 0
        self.places = {symbol: place for place, symbol in enumerate(table.symbols)}
        self._last_bar = _last_bars(table) if table.has_gaps else None
        self._ended_at = whole_numbers(table.market.ended_at)
        self._prices: dict[Symbol, Decimal] = {}  # of this slice, once asked for
        self._holdings = Holdings(self.places)
        # Prices in ticks are whole numbers: what a position is worth is exact, and so is its Decimal.
        self.ticks: Integers = np.floor(_filled(table) * PRICE_STEPS + 0.5).astype(np.int64, order="C")
        self._tick_at = self.ticks.data  # the same, read one by one

    def advance(self, slice_: BarSlice) -> None:
        """Go on to the next slice, which must be this one."""
        assert slice_.ended_at == self._ended_at[self.slices], slice_
        self.slices += 1
        self.t += 1
        self.last_ended_at = slice_.ended_at
        self._prices.clear()

    def skip(self, slices: int) -> None:
        """Go on over slices in which nothing happens."""
        self.slices += slices
        self.t += slices
        self.last_ended_at = self._ended_at[self.t]
        self._prices.clear()

    def admit(self, bars: Sequence[Bar]) -> tuple[Sequence[Bar], Sequence[Refusal]]:
        """Take all bars: the table was screened."""
        return bars, ()

    def price(self, symbol: Symbol) -> Decimal:
        """As MarketView.price."""
        price = self._prices.get(symbol)
        if price is None:
            price = price_from_float(self._tick_at[self.t, self.places[symbol]] / PRICE_STEPS)
            self._prices[symbol] = price
        return price

    def appraise(self, symbol: Symbol, price: Decimal) -> None:
        """Take no price: nobody else trades in a backtest."""
        raise AssertionError((symbol, price))

    def worth(self, ledger: Ledger) -> tuple[Decimal, Decimal]:
        """As MarketView.worth."""
        holdings = self._holdings
        holdings.follow(ledger)
        if not holdings.places:
            return ZERO, ZERO
        held, gross = holdings.both.dot(self.ticks[self.t]).tolist()
        return TICK * held, TICK * gross

    def shown(self, ledger: Ledger) -> None:  # noqa: ARG002 - whoever plays the table notes what the account is worth
        """Return nothing: nobody reads reports."""
        return

    def bars_missed(self, symbol: Symbol) -> int:
        """As MarketView.bars_missed."""
        return 0 if self._last_bar is None else self.t - int(self._last_bar[self.t, self.places[symbol]])

    def closes(self, symbol: Symbol, count: int) -> list[float]:
        """As RecentCloses.closes."""
        begin, end = max(0, self.t + 1 - count), self.t + 1
        row: list[float] = self.table.column("close", self.places[symbol])[begin:end].tolist()
        return row

    def state(self) -> tuple[object, ...]:
        """As MarketView.state, or RecentCloses.state: equal after equal bars."""
        seen = {symbol: self.t - self.bars_missed(symbol) for symbol in self.table.symbols}
        seen = {symbol: t for symbol, t in seen.items() if t >= 0}
        prices = {symbol: self.price(symbol) for symbol in seen}
        ended_at = {symbol: int(self.table.market.ended_at[t]) for symbol, t in seen.items()}
        state = self.slices, self.last_ended_at, prices, ended_at, {symbol: t + 1 for symbol, t in seen.items()}
        return (*state, self._recent_closes()) if self._closes_kept else state

    def _recent_closes(self) -> dict[Symbol, list[tuple[int, float]]]:
        first = max(1, self.slices - self._closes_kept + 1)  # slices are counted from 1
        rows = {symbol: self.closes(symbol, self._closes_kept) for symbol in self.table.symbols}
        kept = {
            symbol: [(number, close) for number, close in enumerate(row, first) if close == close]  # noqa: PLR0124
            for symbol, row in rows.items()
        }
        return {symbol: closes for symbol, closes in kept.items() if closes}

    def shares(self, ledger: Ledger) -> Integers:
        """Return the signed shares of all symbols of the table."""
        self._holdings.follow(ledger)
        return self._holdings.shares


class Holdings:
    """The shares of a ledger as arrays over the symbols of a table, brought up to date by what has changed in it."""

    def __init__(self, places: Mapping[Symbol, int]) -> None:
        self._place_of = places
        self._read = 0  # of the ledger's changes
        self.places: set[int] = set()  # of the positions with shares
        self.both: Integers = np.zeros((2, len(places)), np.int64)  # signed, and absolute
        self.shares: Integers = self.both[0]
        self._cells = self.both.data  # the same, written one by one

    def follow(self, ledger: Ledger) -> None:
        """Bring all up to what the positions are now."""
        for symbol in ledger.changed[self._read :]:
            place, shares = self._place_of[symbol], int(ledger.positions[symbol].quantity)
            self._cells[0, place], self._cells[1, place] = shares, abs(shares)
            if shares:
                self.places.add(place)
            else:
                self.places.discard(place)
        self._read = len(ledger.changed)


class RecordedFeatures:
    """Feature values of a table."""

    def __init__(
        self, market: RecordedMarket, settings: EngineSettings, maker: ViewMaker, views: Sequence[SleeveViews]
    ) -> None:
        self._market = market
        self._maker = maker
        self._features = {symbol: settings.features_of(symbol) for symbol in market.table.symbols}
        self._columns = {
            symbol: [numbers(column) for part in views for column in part.columns.get(place, ())]
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
        columns, now = self._columns, itemgetter(self._market.t)
        return {bar.symbol: tuple(map(now, columns[bar.symbol])) for bar in bars}


class RecordedViews(StrategyViews):
    """Strengths of a table."""

    def __init__(self, market: RecordedMarket, sleeve: Sleeve, views: SleeveViews, *, signal_lifetime: int) -> None:
        super().__init__(sleeve.rule_strategy, name=sleeve.name, signal_lifetime=signal_lifetime)
        self._market = market
        size, symbols = sleeve.rule_strategy.state_size, market.table.symbols
        strength = strength_matrix(views.changes, market.table.slices, len(symbols))
        self._strength = {symbol: numbers(strength[:, place]) for place, symbol in enumerate(symbols)}
        self.states = {
            symbols[place]: state[:size].tolist()
            for place, state in views.memories.items()
            if _is_ever_warm(views.columns[place])
        }

    def _ask(self, bar: Bar, values: tuple[float, ...]) -> float:  # noqa: ARG002 - asked before, over all bars
        return self._strength[bar.symbol][self._market.t]


def recorded_senses(
    table: BarTable, settings: EngineSettings, maker: ViewMaker, views: Sequence[SleeveViews]
) -> Senses:
    """Return senses that read a table. views: of each sleeve, with their columns kept."""
    market = RecordedMarket(table, settings.closes_kept)
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
