"""How the compiled account is laid out: which number stands where.

Arrays over time and symbol have shape (slices, symbols) in a table of bars and (symbols, slices), the same memory
transposed, in the loops; a symbol without a bar in a slice is NaN there. Tables are floats; times in them are numbers
of slices. An order, a fill and a violation is a row each.

A lane is one strategy in one symbol; its number is strategy * symbols + symbol, so that of the only strategy is the
symbol's.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.rules.stops import STOP_STATE_SIZE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ACTIVE, REDUCING = 0.0, 1.0
WORKING, FILLED, CANCELED, EXPIRED = 0.0, 1.0, 2.0, 3.0

# Columns of the table of changes of views.
CHANGE_SLICE, CHANGE_LANE, CHANGE_STRENGTH = range(3)
CHANGE_COLUMNS = 3
# Columns of the table of symbols. The first ones are also those of the table of lanes; STOPS begins what is for stops.
SHARES, COST, TARGET, WANTED_SINCE, SIGNAL_NUMBER, UNSETTLED, STOPS = range(7)
LANE_COLUMNS = STOPS + STOP_STATE_SIZE
AVAILABLE, AVAILABLE_IN, BUYS, SELLS, COUNTED_IN, LEADER = range(LANE_COLUMNS, LANE_COLUMNS + 6)
LINE_COLUMNS = LANE_COLUMNS + 6
# Columns of the table of orders.
SYMBOL, SIGN, QUANTITY, PART, VALUE, CHARGED, RESERVED = range(7)
LIMIT, CREATED, LAPSES, UPDATED, STATUS, REFERENCE, SIGNAL, LANE = range(7, 15)
ORDER_COLUMNS = 15
# Columns of the table of fills.
FILL_SLICE, FILL_ORDER, FILL_QUANTITY, FILL_PRICE, FILL_COMMISSION, FILL_AT_OPEN = range(6)
FILL_COLUMNS = 6
# Columns of the table of allotments; no fill (-1) where shares passed between strategies.
ALLOTTED_SLICE, ALLOTTED_FILL, ALLOTTED_LANE, ALLOTTED_SHARES, ALLOTTED_PRICE = range(5)
ALLOTTED_COLUMNS = 5
# Columns of the table of strategies: how each is sized and stopped; then, in the books, how many signals it has given,
# and the shares it misses on one side and on the other while shares are divided.
SIZER, SIZE_FIRST, SIZE_SECOND, STOP_FIXED, STOP_ATR_MULTIPLE, STOP_TRAILING, STOP_BARS, CAPITAL = range(8)
SIGNALS_GIVEN, NEEDED, NEEDED_OPPOSITE = range(8, 11)
SLEEVE_COLUMNS = 11
# Places in the vector of terms; units as in the settings of engine and venue.
POSITION_FRACTION, GROSS_FRACTION, NOTIONAL_MAX, NOTIONAL_FRACTION, DAILY_LOSS_FRACTION, DRAWDOWN_FRACTION = range(6)
CASH_BUFFER, STALE_AFTER, FOR_NEXT_OPEN, IS_LIMIT, LIMIT_OFFSET, SIGNAL_LIFETIME, BORROW_RATE = range(6, 13)
SLIPPAGE, PARTICIPATION, PER_SHARE, MINIMUM, MAXIMUM_FRACTION = range(13, 18)
THIRD_PER_SHARE, THIRD_FRACTION, SALE_PER_SHARE, SALE_PER_SHARE_MAXIMUM, SALE_VALUE_FRACTION = range(18, 23)
TERMS = 23
# Columns of the table of violations.
DENIED_SLICE, DENIED_SYMBOL, DENIED_CONTROL, DENIED_LIMIT, DENIED_VALUE = range(5)
DENIED_COLUMNS = 5
# What may deny an order, in the order the controls are asked.
TRADING_STATE, MARKET_HOURS, STALE_DATA, MAX_POSITION = range(4)
GROSS_EXPOSURE, ORDER_NOTIONAL, DAILY_LOSS, CASH_CONTROL = range(4, 8)
# The account's numbers.
CASH, RESERVE, EQUITY, OPENING, SESSION_PEAK, STATE, SESSION = range(7)
OPEN_ORDERS, ORDERS, FILLS, DENIALS, SIGNALS, HELD, PENDING = range(7, 14)
GROSS, COUNTS, LOWEST, VIEWS_TAKEN, ALLOTTED = range(14, 19)
ACCOUNT_SIZE = 19
# Rows of the marks, one column a slice. A run may be asked for the first alone.
MARK_EQUITY, MARK_CASH, MARK_GROSS = range(3)
MARKS = 3


class Bars(NamedTuple):
    """Prices and volumes as the loops take them, (symbols, slices): one symbol's side by side."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


class Clock(NamedTuple):
    """When: of slices, and when their sessions close; UTC nanoseconds."""

    started_at: Integers
    ended_at: Integers
    session: NDArray[np.int32]  # number of the slice's session
    closes_at: Integers  # (sessions,)


class Nights(NamedTuple):
    """What passes between sessions."""

    days: Integers  # (sessions,) since 1970
    dividends: Floats  # (sessions, symbols) dollars a share


class Market(NamedTuple):
    """What happened: prices and volumes (slices, symbols), and when (slices,), in UTC nanoseconds."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    started_at: Integers
    ended_at: Integers
    session: NDArray[np.int32]  # number of the slice's session
    closes_at: Integers  # (sessions,)
    days: Integers  # (sessions,) since 1970
    dividends: Floats  # (sessions, symbols) dollars a share

    def by_symbol(self) -> tuple[Bars, Clock, Nights]:
        """Return it as the loops take it: in parts, as every array that is passed on has to be compiled anew."""
        return (
            Bars(self.open.T, self.high.T, self.low.T, self.close.T, self.volume.T),
            Clock(self.started_at, self.ended_at, self.session, self.closes_at),
            Nights(self.days, self.dividends),
        )


class Views(NamedTuple):
    """What the strategy thinks, and the values (slices, symbols) sizer and stops need (any array if they need none)."""

    changes: Floats  # of its views, a row each, in order of slice, then symbol
    risk: Floats
    stop_range: Floats

    def by_symbol(self) -> "Views":
        """Return them as the loops take them."""
        return self._replace(risk=self.risk.T, stop_range=self.stop_range.T)


class Terms(NamedTuple):
    """Every number that decides."""

    numbers: Floats  # places as named above
    sleeves: Floats  # one row a strategy: how it is sized and stopped


class Books(NamedTuple):
    """What the account has and has done: vectors and tables of floats, columns as named above."""

    account: Floats
    lines: Floats  # one row a symbol
    lanes: Floats  # one row a strategy and symbol; the very table of symbols where there is one strategy
    sleeves: Floats  # one row a strategy
    allotments: Floats  # whose the shares are; of one dimension, and empty, where there is one strategy
    held: Integers  # places of the symbols with shares; as many as account[HELD] count
    open_orders: Integers  # rows of the orders that work, oldest first; as many as account[OPEN_ORDERS]
    orders: Floats
    fills: Floats
    denials: Floats
