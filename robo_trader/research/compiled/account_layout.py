"""How the compiled account is laid out: which number stands where.

Arrays over time and symbol have shape (slices, symbols) in a table of bars and (symbols, slices), the same memory
transposed, in the loops; a symbol without a bar in a slice is NaN there. An order, a fill and a violation is a record
of floats each; times in them are numbers of slices. A record is a single pointer where it is passed on and a number of
it a single load; an array is up to nine numbers, and a compiler takes three times as long for all that is done with it.

A lane is one strategy in one symbol; its number is strategy * symbols + symbol, so that of the only strategy is the
symbol's.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Record = Any  # one element of Records, whose numbers are its attributes in compiled code
Records = NDArray[np.void]

ACTIVE, REDUCING, HALTED = 0.0, 1.0, 2.0
WORKING, FILLED, CANCELED, EXPIRED = 0.0, 1.0, 2.0, 3.0

# Columns of the table of changes of views.
CHANGE_SLICE, CHANGE_LANE, CHANGE_STRENGTH = range(3)
CHANGE_COLUMNS = 3
# What may deny an order, in the order the controls are asked.
TRADING_STATE, MARKET_HOURS, STALE_DATA, MAX_POSITION = range(4)
GROSS_EXPOSURE, ORDER_NOTIONAL, DAILY_LOSS, CASH_CONTROL = range(4, 8)
ORDER_SHARES, NET_EXPOSURE, WEEKLY_LOSS, DAILY_TURNOVER, ENTRY_WINDOW = range(8, 13)
CONTROLS = 13
# Rows of the marks, one column a slice. A run may be asked for the first alone.
MARK_EQUITY, MARK_CASH, MARK_GROSS = range(3)
MARKS = 3


def _floats(names: str) -> list[tuple[str, type]]:
    return [(name, np.float64) for name in names.split()]


# What each record holds: floats, and a time in nanoseconds where it says so.
ACCOUNT = np.dtype([
    *_floats("cash reserve equity opening session_peak lowest gross state session views_taken pending counts"),
    *_floats("held open_orders orders fills denials allotted"),  # how many there are
    *_floats("net traded week week_opening week_lost peak"),
])  # fmt: skip
# A symbol; also a lane, which needs the first five. As short as can be: of many symbols, two numbers are read a slice.
LINE = np.dtype([
    *_floats("shares cost target wanted_since signal_number unsettled"),
    *_floats("available available_in buys sells counted_in leader"),
])  # fmt: skip
# A strategy: how it is sized and stopped, the signals it has given, and what it misses on either side while shares are
# divided.
SLEEVE = np.dtype([
    *_floats("sizer size_first size_second stop_fixed stop_atr_multiple stop_trailing stop_bars stop_break_even"),
    *_floats("capital lot correlation_length multiple fraction_max trades_min fallback shrinkage trades_max signals"),
    ("needs", np.float64, (2,)),
])  # fmt: skip
ORDER = np.dtype([
    *_floats("symbol sign quantity part value charged reserved limit created lapses updated status reference signal"),
    *_floats("lane"),  # that it was sent for
])  # fmt: skip
FILL = np.dtype(_floats("slice order quantity price commission at_open"))
ALLOTMENT = np.dtype(_floats("slice fill lane shares price"))  # fill: -1 where shares passed between strategies
DENIAL = np.dtype(_floats("slice symbol control limit value"))
# Every number that decides; units as in the settings of engine and venue.
TERMS = np.dtype([
    *_floats("max_position_fraction gross_exposure_fraction order_notional_max order_notional_fraction"),
    *_floats("daily_loss_fraction intraday_drawdown_fraction cash_buffer_fraction stale_after_bars"),
    *_floats("orders_for_next_open is_limit limit_offset_bps borrow_rate slippage_bps participation_max has_stops"),
    *_floats("order_shares_max net_exposure_max_fraction net_exposure_min_fraction weekly_loss_fraction"),
    *_floats("drawdown_fraction daily_turnover_fraction has_net has_window"),
    *_floats("per_share minimum maximum_fraction third_per_share third_fraction"),
    *_floats("sale_per_share sale_per_share_maximum sale_value_fraction"),
    ("signal_lifetime", np.int64),  # nanoseconds
    ("entry_delay", np.int64),  # nanoseconds
    ("entry_cutoff", np.int64),  # nanoseconds
])  # fmt: skip


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
    opens_at: Integers  # (sessions,)


class Nights(NamedTuple):
    """What passes between sessions."""

    days: Integers  # (sessions,) since the beginning of year 1, whose first is 1
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
    opens_at: Integers  # (sessions,)
    days: Integers  # (sessions,) since the beginning of year 1, whose first is 1
    dividends: Floats  # (sessions, symbols) dollars a share

    def by_symbol(self) -> tuple[Bars, Clock, Nights]:
        """Return it as the loops take it: in parts, as every array that is passed on has to be compiled anew."""
        return (
            Bars(self.open.T, self.high.T, self.low.T, self.close.T, self.volume.T),
            Clock(self.started_at, self.ended_at, self.session, self.closes_at, self.opens_at),
            Nights(self.days, self.dividends),
        )


class Views(NamedTuple):
    """What the strategy thinks, and the values (slices, symbols) sizer and stops need (any array if they need none).

    In the loops `stop_range` has one dimension, and is empty, where no strategy has a stop of any kind.
    """

    changes: Floats  # of its views, a row each, in order of slice, then symbol
    risk: Floats
    stop_range: Floats

    def by_symbol(self) -> "Views":
        """Return them as the loops take them."""
        return self._replace(risk=self.risk.T, stop_range=self.stop_range.T)


class Terms(NamedTuple):
    """What the engine and the venue are set to."""

    numbers: Record  # of TERMS
    sleeves: Records  # of SLEEVE


class Trades(NamedTuple):
    """What sizers remember that go by their strategy's own trades, rows as `core/rules/trades` has them."""

    under_way: Floats  # one row a lane
    ended: Floats  # one row a strategy


class Books(NamedTuple):
    """What the account has and has done."""

    account: Record  # of ACCOUNT
    lines: Records  # of LINE, one a symbol
    lanes: Records  # of LINE, one a strategy and symbol; the very table of symbols where there is one strategy
    stops: Floats  # one row a lane: what its stops remember
    trades: Trades | None  # None where all strategies are sized plainly: then nothing is made of it
    sleeves: Records  # of SLEEVE
    allotments: Records  # of ALLOTMENT, shape (rows, 1); shape (0,) where there is one strategy
    held: Integers  # places of the symbols with shares; as many as `account.held` counts
    open_orders: Integers  # rows of the orders that work, oldest first; as many as `account.open_orders` counts
    orders: Records  # of ORDER
    fills: Records  # of FILL
    denials: Records  # of DENIAL
