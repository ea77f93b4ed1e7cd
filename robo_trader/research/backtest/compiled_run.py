"""The compiled backtest: views and account over arrays, with the settings of the very engine that trades."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial

import numpy as np

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.orders import OrderType
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.risk.controls import is_set, keys_of
from robo_trader.core.risk.sessions import MINUTE_NANOS
from robo_trader.core.rules.sizing import ATR_RISK
from robo_trader.core.rules.stops import STOP_STATE_SIZE
from robo_trader.core.rules.trades import TRIP_SIZE, trades_size
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.compiled_controls import refuse_unplayed_limits
from robo_trader.research.backtest.views import ViewMaker, joined_views, no_views
from robo_trader.research.compiled.account_layout import (
    ACCOUNT,
    ALLOTMENT,
    DENIAL,
    FILL,
    LINE,
    MARKS,
    ORDER,
    SLEEVE,
    TERMS,
    Books,
    Floats,
    Records,
    Terms,
    Trades,
    Views,
)
from robo_trader.research.compiled.account_loop import run
from robo_trader.research.compiled.compiled_ahead import compiled_ahead
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.simulation.venue.venue import VenueSettings

_RATES = (
    "per_share", "minimum", "maximum_fraction", "third_per_share", "third_fraction", "sale_per_share",
    "sale_per_share_maximum", "sale_value_fraction",
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
        """All marks, rows as in `account_layout`.

        Played once more for them: few look at cash and exposure bar by bar, and to write them takes a run's third.
        """
        return self.play(MARKS)[1]

    @property
    def orders(self) -> Records:
        """One record an order, as in `account_layout`."""
        return self.books.orders[: int(self.books.account["orders"])]

    @property
    def fills(self) -> Records:
        """One record a fill, as in `account_layout`."""
        return self.books.fills[: int(self.books.account["fills"])]

    @property
    def allotments(self) -> Records | None:
        """One record a part of a fill or of shares that passed between strategies; None where there is one strategy."""
        books = self.books
        return None if books.allotments.ndim == 1 else books.allotments[: int(books.account["allotted"]), 0]

    @property
    def denials(self) -> Records:
        """One record a violation, as in `account_layout`."""
        return self.books.denials[: int(self.books.account["denials"])]


def play_compiled(
    table: BarTable, settings: EngineSettings, venue: VenueSettings, *, cash: float, compiler: Compiler
) -> Played:
    """Play a table of bars through strategy, account and venue.

    cash: dollars at the beginning.

    Raises StrategyError if the strategy's rule answers with what is no strength, or cannot be compiled.
    """
    maker, terms = ViewMaker(table, compiler), terms_of(settings, venue)
    is_new = compiler.tell_form(_form_of(terms))
    nothing = no_views(len(table.symbols), len(terms.sleeves))
    with compiled_ahead(partial(play_views, table, nothing, terms, cash=cash, compiler=compiler), wanted=is_new):
        views = joined_views([maker.views(sleeve, kept=False) for sleeve in settings.sleeves], len(table.symbols))
    return play_views(table, views, terms, cash=cash, compiler=compiler)


def play_views(table: BarTable, views: Views, terms: Terms, *, cash: float, compiler: Compiler) -> Played:
    """Play views that are computed already."""
    loop, market, by_symbol = compiler.compile(run), table.market.by_symbol(), views.by_symbol()
    if not terms.numbers["has_stops"]:
        by_symbol = by_symbol._replace(stop_range=np.empty(0))
    compiler.tell_form(_form_of(terms))

    def play(rows_of_marks: int) -> tuple[Books, Floats]:
        """What does not fit into the tables is played again with larger ones."""
        rows = 1024 + len(views.changes) + len(views.changes) // 4 + 16 * len(table.symbols)
        marks = np.empty((rows_of_marks, table.slices))
        while True:
            books = _new_books(len(table.symbols), terms.sleeves, rows, cash)
            if loop(*market, by_symbol, terms.numbers, books, marks) == table.slices:
                return books, marks
            rows *= 4

    books, marks = play(1)
    return Played(table, views, books, marks[0], play)


def _form_of(terms: Terms) -> str:
    """Return in words which form of the account is played: the compiler leaves out what a run has no use for."""
    strategies = "one strategy" if len(terms.sleeves) == 1 else "several strategies"
    stopped = f"{strategies} with stops" if terms.numbers["has_stops"] else strategies
    return stopped if _is_plain(terms.sleeves) else f"{stopped} sized by risk, trades or lots"


def _is_plain(sleeves: Records) -> bool:
    """Return whether all strategies are sized by a count, a value or a range, in any number of shares."""
    return bool((sleeves["sizer"] <= ATR_RISK).all() and (sleeves["lot"] == 1.0).all())


def _refuse_what_is_not_played(settings: EngineSettings, venue: VenueSettings) -> None:
    refuse_unplayed_limits(settings.limits)
    unknown = (
        (
            not settings.strategies.is_usual,
            "knows only strategies that are netted and keep their capital", "take the section [strategies] out",
        ),
        (
            settings.protection is not None,
            "knows no protective orders that rest at the broker", "set protection.resting to false",
        ),
        (
            settings.execution is not None,
            "orders what is missing at once, and knows no execution algorithm",
            'set execution.algorithm to "at_once"',
        ),
        (
            venue.impact is not None,
            "knows no slippage by the square-root law", 'set execution.slippage_model to "fixed_bps"',
        ),
    )  # fmt: skip
    for is_asked, what, instead in unknown:
        if is_asked:
            raise InvalidConfig(f"The compiled backtest {what}", next_step=f"Use --engine event, or {instead}.")


def terms_of(settings: EngineSettings, venue: VenueSettings) -> Terms:
    """Return the numbers of engine and venue as the loop takes them.

    Raises InvalidConfig if the settings ask for what the loop does not know.
    """
    _refuse_what_is_not_played(settings, venue)
    limits, style = settings.limits, settings.order_style
    least = limits.net_exposure_min_fraction
    assert settings.commissions == venue.commissions, "what is reserved and what is charged follow one schedule"
    numbers = np.zeros((), TERMS)
    given: dict[str, Decimal | float] = {
        "max_position_fraction": limits.max_position_fraction,
        "gross_exposure_fraction": limits.gross_exposure_fraction,
        "order_notional_max": limits.order_notional_max,
        "order_notional_fraction": limits.order_notional_fraction,
        "daily_loss_fraction": limits.daily_loss_fraction,
        "intraday_drawdown_fraction": limits.intraday_drawdown_fraction,
        "cash_buffer_fraction": limits.cash_buffer_fraction,
        "stale_after_bars": limits.stale_after_bars,
        "orders_for_next_open": limits.orders_for_next_open,
        "order_shares_max": _or_infinite(limits.order_shares_max),
        "net_exposure_max_fraction": _or_infinite(limits.net_exposure_max_fraction),
        "net_exposure_min_fraction": -_or_infinite(None if least is None else -least),
        "weekly_loss_fraction": _or_infinite(limits.weekly_loss_fraction),
        "drawdown_fraction": _or_infinite(limits.drawdown_fraction),
        "daily_turnover_fraction": _or_infinite(limits.daily_turnover_fraction),
        "has_net": any(is_set(limits, key) for key in keys_of(Control.NET_EXPOSURE)),
        "has_window": any(is_set(limits, key) for key in keys_of(Control.ENTRY_WINDOW)),
        "entry_delay": (limits.entry_delay_minutes or 0) * MINUTE_NANOS,
        "entry_cutoff": (limits.entry_cutoff_minutes or 0) * MINUTE_NANOS,
        "is_limit": style.order_type is OrderType.LIMIT,
        "limit_offset_bps": style.limit_offset_bps,
        "signal_lifetime": settings.signal_lifetime,
        "borrow_rate": settings.borrow_rate,
        "slippage_bps": venue.slippage_bps,
        "participation_max": venue.participation_max,
        "has_stops": any(number > 0 for sleeve in settings.sleeves for number in sleeve.stops.parameters),
        **dict(zip(_RATES, venue.commissions.rates, strict=True)),
    }
    for name in TERMS.names or ():
        numbers[name] = given[name]
    sleeves = np.zeros(len(settings.sleeves), SLEEVE)
    for row, sleeve in zip(sleeves, settings.sleeves, strict=True):
        sizer = sleeve.sizer
        columns = (
            sizer.number, *sizer.parameters, *sleeve.stops.parameters, sleeve.capital, sleeve.lot,
            sizer.correlation_length, *sizer.trade_parameters,
        )  # fmt: skip
        for name, number in zip(SLEEVE.names or (), columns, strict=False):  # signals and needs come with the run
            row[name] = number
    return Terms(numbers[()], sleeves)


def _or_infinite(limit: Decimal | int | None) -> float:
    """Return a limit as the loop takes it: what is off is never reached."""
    return math.inf if limit is None else float(limit)


def _new_books(symbols: int, of_sleeves: Records, rows: int, cash: float) -> Books:
    """Return the books as a run begins. of_sleeves: as in `Terms`; rows: of orders, fills and denials."""
    shared, is_plain = len(of_sleeves) > 1, _is_plain(of_sleeves)
    lanes, trades = len(of_sleeves) * symbols, trades_size(int(of_sleeves["trades_max"].max()))
    lines, account = np.zeros(symbols, LINE), np.zeros((), ACCOUNT)
    account["cash"] = account["equity"] = cash
    account["session"] = account["week"] = -1
    account["week_opening"] = account["peak"] = cash
    return Books(
        account=account[()],
        lines=lines,
        lanes=np.zeros(lanes, LINE) if shared else lines,
        stops=np.zeros((lanes, STOP_STATE_SIZE)),
        trades=None if is_plain else Trades(np.zeros((lanes, TRIP_SIZE)), np.zeros((len(of_sleeves), trades))),
        sleeves=of_sleeves.copy(),
        allotments=np.empty((2 * len(of_sleeves) * rows, 1), ALLOTMENT) if shared else np.empty(0, ALLOTMENT),
        held=np.zeros(symbols, np.int64),
        open_orders=np.empty(rows, np.int64),
        orders=np.empty(rows, ORDER),
        fills=np.empty(rows, FILL),
        denials=np.empty(rows, DENIAL),
    )
