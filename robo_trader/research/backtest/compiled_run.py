"""The compiled backtest: views and account over arrays, with the settings of the very engine that trades."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from robo_trader.core.domain.orders import OrderType
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.rules.stops import STOP_STATE_SIZE
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.views import ViewMaker, joined_views
from robo_trader.research.compiled.account_layout import (
    ACCOUNT_SIZE,
    ALLOTTED,
    ALLOTTED_COLUMNS,
    CASH,
    DENIALS,
    DENIED_COLUMNS,
    EQUITY,
    FILL_COLUMNS,
    FILLS,
    LANE_COLUMNS,
    LINE_COLUMNS,
    MARKS,
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
    books: Books  # with the marks of equity alone
    play: Callable[[int], Books]  # plays the same again, with so many rows of marks

    @cached_property
    def marks(self) -> Floats:
        """All marks, columns as in `account_layout`.

        Played once more for them: few look at cash and exposure bar by bar, and to write them takes a run's third.
        """
        return self.play(MARKS).marks

    @property
    def orders(self) -> Floats:
        """One row an order, columns as in `account_layout`."""
        return self.books.orders[: int(self.books.account[ORDERS])]

    @property
    def fills(self) -> Floats:
        """One row a fill, columns as in `account_layout`."""
        return self.books.fills[: int(self.books.account[FILLS])]

    @property
    def allotments(self) -> Floats | None:
        """One row a part of a fill or of shares that passed between strategies; None where there is one strategy."""
        books = self.books
        return None if books.allotments.ndim == 1 else books.allotments[: int(books.account[ALLOTTED])]

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
    maker = ViewMaker(table, compiler)
    views = joined_views([maker.views(sleeve, kept=False) for sleeve in settings.sleeves], len(table.symbols))
    return play_views(table, views, terms_of(settings, venue), cash=cash, compiler=compiler)


def play_views(table: BarTable, views: Views, terms: Terms, *, cash: float, compiler: Compiler) -> Played:
    """Play views that are computed already."""
    loop, market, by_symbol = compiler.compile(run), table.market.by_symbol(), views.by_symbol()

    def play(marks: int) -> Books:
        """What does not fit into the tables is played again with larger ones."""
        rows = 1024 + len(views.changes) + len(views.changes) // 4 + 8 * len(table.symbols)
        while True:
            books = _new_books(table, len(terms.sleeves), rows, marks, cash)
            if loop(market, by_symbol, terms, books) == table.slices:
                return books
            rows *= 4

    return Played(table, views, play(1), play)


def terms_of(settings: EngineSettings, venue: VenueSettings) -> Terms:
    """Return the numbers of engine and venue as the loop takes them."""
    limits, style = settings.limits, settings.order_style
    assert settings.commissions == venue.commissions, "what is reserved and what is charged follow one schedule"
    rates = venue.commissions.rates
    return Terms(
        sleeves=np.array(
            [
                [sleeve.sizer.number, *sleeve.sizer.parameters, *sleeve.stops.parameters, sleeve.capital]
                for sleeve in settings.sleeves
            ],
            np.float64,
        ),
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


def _new_books(table: BarTable, sleeves: int, rows: int, marks: int, cash: float) -> Books:
    symbols, shared = len(table.symbols), sleeves > 1
    lines = np.zeros((symbols, LINE_COLUMNS))
    account = np.zeros(ACCOUNT_SIZE)
    account[CASH] = account[EQUITY] = cash
    account[SESSION] = -1
    return Books(
        account=account,
        lines=lines,
        lanes=np.zeros((sleeves * symbols, LANE_COLUMNS)) if shared else lines,
        stops=np.zeros((sleeves * symbols, STOP_STATE_SIZE)),
        signals=np.zeros(sleeves),
        needs=np.zeros((2, sleeves)),
        allotments=np.empty((2 * sleeves * rows, ALLOTTED_COLUMNS)) if shared else np.empty(0),
        held=np.zeros(symbols, np.int64),
        open_orders=np.empty(rows, np.int64),
        orders=np.empty((rows, ORDER_COLUMNS)),
        fills=np.empty((rows, FILL_COLUMNS)),
        denials=np.empty((rows, DENIED_COLUMNS)),
        marks=np.empty((marks, table.slices)),
    )
