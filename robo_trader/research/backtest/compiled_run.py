"""The compiled backtest: views and account over arrays, with the settings of the very engine that trades."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from robo_trader.core.domain.orders import OrderType
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.views import ViewMaker, joined_views
from robo_trader.research.compiled.account_layout import (
    ACCOUNT_SIZE,
    ALLOTTED,
    ALLOTTED_COLUMNS,
    BORROW_RATE,
    CASH,
    CASH_BUFFER,
    DAILY_LOSS_FRACTION,
    DENIALS,
    DENIED_COLUMNS,
    DRAWDOWN_FRACTION,
    EQUITY,
    FILL_COLUMNS,
    FILLS,
    FOR_NEXT_OPEN,
    GROSS_FRACTION,
    IS_LIMIT,
    LANE_COLUMNS,
    LIMIT_OFFSET,
    LINE_COLUMNS,
    MARKS,
    MAXIMUM_FRACTION,
    MINIMUM,
    NOTIONAL_FRACTION,
    NOTIONAL_MAX,
    ORDER_COLUMNS,
    ORDERS,
    PARTICIPATION,
    PER_SHARE,
    POSITION_FRACTION,
    SALE_PER_SHARE,
    SALE_PER_SHARE_MAXIMUM,
    SALE_VALUE_FRACTION,
    SESSION,
    SIGNAL_LIFETIME,
    SLEEVE_COLUMNS,
    SLIPPAGE,
    STALE_AFTER,
    TERMS,
    THIRD_FRACTION,
    THIRD_PER_SHARE,
    Books,
    Floats,
    Terms,
    Views,
)
from robo_trader.research.compiled.account_loop import run
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.simulation.venue.venue import VenueSettings

_RATES = (
    PER_SHARE, MINIMUM, MAXIMUM_FRACTION, THIRD_PER_SHARE, THIRD_FRACTION, SALE_PER_SHARE, SALE_PER_SHARE_MAXIMUM,
    SALE_VALUE_FRACTION,
)  # fmt: skip


@dataclass(frozen=True)
class Played:
    """What a compiled backtest did: the books at the end, with tables cut to what they hold."""

    table: BarTable
    views: Views
    books: Books
    equity: Floats  # the first row of `marks`
    play: Callable[[int], tuple[Books, Floats]]  # plays the same again, with so many rows of marks

    @cached_property
    def marks(self) -> Floats:
        """All marks, columns as in `account_layout`.

        Played once more for them: few look at cash and exposure bar by bar, and to write them takes a run's third.
        """
        return self.play(MARKS)[1]

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

    def play(rows_of_marks: int) -> tuple[Books, Floats]:
        """What does not fit into the tables is played again with larger ones."""
        rows = 1024 + len(views.changes) + len(views.changes) // 4 + 8 * len(table.symbols)
        marks = np.empty((rows_of_marks, table.slices))
        while True:
            books = _new_books(len(table.symbols), terms.sleeves, rows, cash)
            if loop(*market, by_symbol, terms.numbers, books, marks) == table.slices:
                return books, marks
            rows *= 4

    books, marks = play(1)
    return Played(table, views, books, marks[0], play)


def terms_of(settings: EngineSettings, venue: VenueSettings) -> Terms:
    """Return the numbers of engine and venue as the loop takes them."""
    limits, style = settings.limits, settings.order_style
    assert settings.commissions == venue.commissions, "what is reserved and what is charged follow one schedule"
    assert int(float(settings.signal_lifetime)) == settings.signal_lifetime, "a time is exact as a float"
    terms: dict[int, Decimal | float] = {
        POSITION_FRACTION: limits.max_position_fraction,
        GROSS_FRACTION: limits.gross_exposure_fraction,
        NOTIONAL_MAX: limits.order_notional_max,
        NOTIONAL_FRACTION: limits.order_notional_fraction,
        DAILY_LOSS_FRACTION: limits.daily_loss_fraction,
        DRAWDOWN_FRACTION: limits.intraday_drawdown_fraction,
        CASH_BUFFER: limits.cash_buffer_fraction,
        STALE_AFTER: limits.stale_after_bars,
        FOR_NEXT_OPEN: limits.orders_for_next_open,
        IS_LIMIT: style.order_type is OrderType.LIMIT,
        LIMIT_OFFSET: style.limit_offset_bps,
        SIGNAL_LIFETIME: settings.signal_lifetime,
        BORROW_RATE: settings.borrow_rate,
        SLIPPAGE: venue.slippage_bps,
        PARTICIPATION: venue.participation_max,
        **dict(zip(_RATES, venue.commissions.rates, strict=True)),
    }
    sleeves = [
        [sleeve.sizer.number, *sleeve.sizer.parameters, *sleeve.stops.parameters, sleeve.capital]
        for sleeve in settings.sleeves
    ]
    return Terms(np.array([float(terms[place]) for place in range(TERMS)]), np.array(sleeves, np.float64))


def _new_books(symbols: int, of_sleeves: Floats, rows: int, cash: float) -> Books:
    """Return the books as a run begins. of_sleeves: as in `Terms`; rows: of orders, fills and denials."""
    shared = len(of_sleeves) > 1
    lines = np.zeros((symbols, LINE_COLUMNS))
    sleeves = np.zeros((len(of_sleeves), SLEEVE_COLUMNS))
    sleeves[:, : of_sleeves.shape[1]] = of_sleeves
    account = np.zeros(ACCOUNT_SIZE)
    account[CASH] = account[EQUITY] = cash
    account[SESSION] = -1
    return Books(
        account=account,
        lines=lines,
        lanes=np.zeros((len(sleeves) * symbols, LANE_COLUMNS)) if shared else lines,
        sleeves=sleeves,
        allotments=np.empty((2 * len(sleeves) * rows, ALLOTTED_COLUMNS)) if shared else np.empty(0),
        held=np.zeros(symbols, np.int64),
        open_orders=np.empty(rows, np.int64),
        orders=np.empty((rows, ORDER_COLUMNS)),
        fills=np.empty((rows, FILL_COLUMNS)),
        denials=np.empty((rows, DENIED_COLUMNS)),
    )
