"""The compiled backtest: views and account over arrays, with the settings of the very engine that trades."""

from dataclasses import dataclass

import numpy as np

from robo_trader.core.domain.orders import OrderType
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.rules.stops import STOP_STATE_SIZE
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.views import ViewMaker
from robo_trader.research.compiled.account_layout import (
    ACCOUNT_SIZE,
    CASH,
    DENIALS,
    DENIED_COLUMNS,
    EQUITY,
    FILL_COLUMNS,
    FILLS,
    LINE_COLUMNS,
    ORDER_COLUMNS,
    ORDERS,
    SESSION,
    Books,
    Floats,
    Terms,
    Views,
)
from robo_trader.research.compiled.account_loop import run
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.simulation.venue.venue import VenueSettings


@dataclass(frozen=True)
class Played:
    """What a compiled backtest did: the books at the end, with tables cut to what they hold."""

    table: BarTable
    views: Views
    books: Books

    @property
    def orders(self) -> Floats:
        """One row an order, columns as in `account_layout`."""
        return self.books.orders[: int(self.books.account[ORDERS])]

    @property
    def fills(self) -> Floats:
        """One row a fill, columns as in `account_layout`."""
        return self.books.fills[: int(self.books.account[FILLS])]

    @property
    def denials(self) -> Floats:
        """One row a violation, columns as in `account_layout`."""
        return self.books.denials[: int(self.books.account[DENIALS])]


def play_compiled(
    table: BarTable, settings: EngineSettings, venue: VenueSettings, *, cash: float, compiler: Compiler
) -> Played:
    """Play a table of bars through strategy, account and venue.

    cash: dollars at the beginning.

    Raises StrategyError if the strategy's rule answers with what is no strength, or cannot be compiled.
    """
    assert isinstance(settings.strategy, Strategy), "only rules are compiled"
    views = ViewMaker(table, compiler).views(settings.strategy, settings.sizer, settings.stops)
    return play_views(table, views, terms_of(settings, venue), cash=cash, compiler=compiler)


def play_views(table: BarTable, views: Views, terms: Terms, *, cash: float, compiler: Compiler) -> Played:
    """Play views that are computed already. What does not fit into the tables is played again with larger ones."""
    loop = compiler.compile(run)
    rows = 1024 + views.changes + views.changes // 4 + 8 * len(table.symbols)
    while True:
        books = _new_books(table, rows, cash)
        if loop(table.market, views, terms, books) == table.slices:
            return Played(table, views, books)
        rows *= 4


def terms_of(settings: EngineSettings, venue: VenueSettings) -> Terms:
    """Return the numbers of engine and venue as the loop takes them."""
    limits, style = settings.limits, settings.order_style
    assert settings.commissions == venue.commissions, "what is reserved and what is charged follow one schedule"
    sized, stops, rates = settings.sizer.parameters, settings.stops.parameters, venue.commissions.rates
    return Terms(
        sizer=settings.sizer.number,
        size_first=float(sized[0]),
        size_second=float(sized[1]),
        stop_fixed=float(stops[0]),
        stop_atr_multiple=float(stops[1]),
        stop_trailing=float(stops[2]),
        stop_bars=float(stops[3]),
        max_position_fraction=float(limits.max_position_fraction),
        gross_exposure_fraction=float(limits.gross_exposure_fraction),
        order_notional_max=float(limits.order_notional_max),
        order_notional_fraction=float(limits.order_notional_fraction),
        daily_loss_fraction=float(limits.daily_loss_fraction),
        intraday_drawdown_fraction=float(limits.intraday_drawdown_fraction),
        cash_buffer_fraction=float(limits.cash_buffer_fraction),
        stale_after_bars=float(limits.stale_after_bars),
        orders_for_next_open=limits.orders_for_next_open,
        is_limit=style.order_type is OrderType.LIMIT,
        limit_offset_bps=float(style.limit_offset_bps),
        signal_lifetime=settings.signal_lifetime,
        borrow_rate=float(settings.borrow_rate),
        slippage_bps=float(venue.slippage_bps),
        participation_max=float(venue.participation_max),
        per_share=float(rates[0]),
        minimum=float(rates[1]),
        maximum_fraction=float(rates[2]),
        third_per_share=float(rates[3]),
        third_fraction=float(rates[4]),
        sale_per_share=float(rates[5]),
        sale_per_share_maximum=float(rates[6]),
        sale_value_fraction=float(rates[7]),
    )


def _new_books(table: BarTable, rows: int, cash: float) -> Books:
    symbols, slices = len(table.symbols), table.slices
    account = np.zeros(ACCOUNT_SIZE)
    account[CASH] = account[EQUITY] = cash
    account[SESSION] = -1
    return Books(
        account=account,
        lines=np.full((symbols, LINE_COLUMNS), 0.0),
        stops=np.zeros((symbols, STOP_STATE_SIZE)),
        held=np.zeros(symbols, np.int64),
        open_orders=np.zeros(rows, np.int64),
        orders=np.zeros((rows, ORDER_COLUMNS)),
        fills=np.zeros((rows, FILL_COLUMNS)),
        denials=np.zeros((rows, DENIED_COLUMNS)),
        marks=np.empty((3, slices)),
    )
