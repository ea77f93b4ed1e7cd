"""Which slices of a table the engine must see one by one, and what the account was worth in the others.

The engine is shown a bar when something may happen to its symbol: the strategy changes its mind, a target is not
reached yet, an order works, or a stop watches a position. A slice without any such bar is passed over, up to the next
one, the end of the session or the first that might break a loss limit. Positions are marked in every slice, exactly.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import polars as pl

from robo_trader.core.domain.bars import Bar, BarSlice
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.market.columns import PRICE_COLUMNS
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.rules.losses import drawdown_fraction
from robo_trader.research.backtest.bar_table import BarTable, Floats, numbers, whole_numbers
from robo_trader.research.backtest.compiled_result import equity_frame
from robo_trader.research.backtest.recorded import TICK, RecordedMarket, recorded_senses
from robo_trader.research.backtest.views import SleeveViews, ViewMaker
from robo_trader.research.compiled.account_layout import CHANGE_STRENGTH
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.compiled.quiet_loop import mark_quiet_slices


class EventPlay:
    """One table, one engine. Iterate over `slices`, hand each to the loop; then read the marks."""

    def __init__(self, table: BarTable, settings: EngineSettings, compiler: Compiler) -> None:
        """Raises StrategyError if the strategy's rule answers with what is no strength."""
        maker = ViewMaker(table, compiler)
        self._table, self._settings = table, settings
        views = [maker.views(sleeve) for sleeve in settings.sleeves]
        senses = recorded_senses(table, settings, maker, views)
        assert isinstance(senses.market, RecordedMarket)
        self._market = senses.market
        self.engine = Engine(settings, senses)
        self._news = _news(views)
        self._bars = _Bars(table)
        self._news_at = [*self._news]
        self._session_ends = whole_numbers(np.searchsorted(table.market.session, table.market.session, side="right"))
        self._has_stops = settings.watches_stops
        self.marks: Floats = np.empty((3, table.slices))  # equity, cash, absolute value of all positions: dollars
        self._mark = compiler.compile(mark_quiet_slices)
        self._found = np.zeros(5, np.int64)
        self._places = np.arange(len(table.symbols))
        self._limits = _loss_limits(settings.limits)

    def slices(self) -> Iterator[BarSlice]:
        """Yield the slices in which something may happen; each must be taken by the engine before the next."""
        t = 0
        while t < self._table.slices:
            yield self._slice(t)
            self._note(t)
            t = self._pass_over(t + 1)
        self.engine.account.tally.slices = self._market.slices
        self.engine.account.tally.bars_rejected.update(self._table.rejected)
        self.engine.account.tally.bars = int(np.count_nonzero(~np.isnan(self._table.market.close)))

    def equity_frame(self) -> pl.DataFrame:
        """Return the marks of all slices, as `Result.equity`."""
        return equity_frame(self._table, self.marks)

    def closing_prices(self) -> dict[str, float]:
        """Return the last price of every symbol that is held, dollars."""
        positions = self.engine.account.ledger.open_positions()
        return {str(position.symbol): float(self._market.price(position.symbol)) for position in positions}

    def _slice(self, t: int) -> BarSlice:
        table = self._table
        bars = self._bars.of(t, self._touched(t))
        session = table.sessions[table.session_numbers[t]]
        return BarSlice(ended_at=self._bars.ended_at[t], session=session, bars=bars, dividends=table.dividends_at(t))

    def _touched(self, t: int) -> list[int]:
        places = set(self._news.get(t, ()))
        symbols = self.engine.unsettled
        if self._has_stops:
            symbols = symbols | self.engine.held_symbols()
        places.update([self._market.places[symbol] for symbol in symbols])
        return sorted(places)

    def _note(self, t: int) -> None:
        account = self.engine.account
        self.marks[0, t] = float(account.valuation.equity)
        self.marks[1, t] = float(account.ledger.cash)
        self.marks[2, t] = float(account.valuation.gross_exposure)

    def _pass_over(self, begin: int) -> int:
        """Mark the slices from `begin` in which nothing can happen; return the first in which something may."""
        end = self._next_happening(begin)
        if end <= begin:
            return begin
        valuation, ledger = self.engine.account.valuation, self.engine.account.ledger
        stop: int = self._mark(
            self._market.ticks, self._places, self._market.shares(ledger), int(ledger.cash * 1_000_000), begin, end,
            float(valuation.session_opening_equity), float(valuation.session_peak_equity),
            float(valuation.week_opening_equity), float(valuation.halt_peak), self._limits, self.marks, self._found,
        )  # fmt: skip
        if stop > begin:
            self._take_over()
            self._market.skip(stop - begin)
        return stop

    def _next_happening(self, begin: int) -> int:
        engine = self.engine
        watches = self._has_stops and bool(engine.held_symbols())
        if (
            engine.unsettled
            or watches
            or engine.account.trading_state is not TradingState.ACTIVE
            or begin >= self._table.slices
        ):
            return begin
        place = bisect_left(self._news_at, begin)
        news = self._news_at[place] if place < len(self._news_at) else self._table.slices
        return min(news, self._session_ends[begin - 1])

    def _take_over(self) -> None:
        """Bring the valuation to the end of slices that were passed over, exact to the last digit."""
        valuation, cash = self.engine.account.valuation, self.engine.account.ledger.cash
        highest, deepest_peak, deepest, last, gross = (TICK * number for number in self._found.tolist())
        peak = max(valuation.peak_equity, cash + deepest_peak)
        valuation.pass_over(
            highest=cash + highest, deepest=drawdown_fraction(peak, cash + deepest), last=cash + last, gross=gross
        )


def _loss_limits(limits: RiskLimits) -> Floats:
    """Return the fractions whose loss the engine must see happen: of session, session's peak, week and peak."""
    further = (limits.weekly_loss_fraction, limits.drawdown_fraction)
    fractions = [limits.daily_loss_fraction, limits.intraday_drawdown_fraction]
    return np.array([*map(float, fractions), *(np.inf if one is None else float(one) for one in further)])


class _Bars:
    """Bars of a table, read one by one."""

    def __init__(self, table: BarTable) -> None:
        market = table.market
        self._symbols = table.symbols
        self._started_at = whole_numbers(market.started_at)
        self.ended_at = whole_numbers(market.ended_at)
        self._columns = [
            [numbers(getattr(market, name)[:, place]) for name in PRICE_COLUMNS] for place in range(len(table.symbols))
        ]

    def of(self, t: int, places: Iterable[int]) -> tuple[Bar, ...]:
        """Return the bars of the symbols at these places that have one in a slice."""
        begun, ended = self._started_at[t], self.ended_at[t]
        bars = []
        for place in places:
            open_, high, low, close, volume = self._columns[place]
            bar = Bar(self._symbols[place], begun, ended, open_[t], high[t], low[t], close[t], volume[t])
            if bar.close == bar.close:
                bars.append(bar)
        return tuple(bars)


def _news(views: Sequence[SleeveViews]) -> dict[int, list[int]]:
    """Return, by slice, the places of the symbols whose view changes; the slices in order."""
    news: dict[int, list[int]] = {}
    for part in views:
        for t, place in part.changes[:, :CHANGE_STRENGTH].astype(np.int64).tolist():
            news.setdefault(t, []).append(place)
    return news if len(views) == 1 else dict(sorted(news.items()))
