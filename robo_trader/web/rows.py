"""Rows of the projections as rows of the wire: the one place where Decimal becomes a JSON number.

Rounded for display: money to cents, prices to a hundredth of a cent. What is not finite becomes None. The
order of the cells is that of the columns in `protocol.py`.
"""

import math
from decimal import Decimal
from typing import Final

from robo_trader.core.ports.projections import (
    BarRow,
    EquityRow,
    FillRow,
    OrderRow,
    PositionRow,
    SessionRow,
    ViolationRow,
)
from robo_trader.web.topics import TableRow

MONEY_DECIMALS: Final = 2
PRICE_DECIMALS: Final = 4
FRACTION_DECIMALS: Final = 6
QUANTITY_DECIMALS: Final = 6

ENDED_STATUSES: Final = frozenset({"FILLED", "CANCELED", "EXPIRED", "REJECTED"})


def milliseconds(nanos: int) -> int:
    """Return epoch milliseconds, rounded down."""
    return nanos // 1_000_000


def number(value: Decimal | float | None, decimals: int) -> int | float | None:
    """Return a JSON number with at most so many decimals, an int where that says the same; None if unknown."""
    if value is None or not math.isfinite(value):
        return None
    rounded = round(float(value), decimals)
    return int(rounded) if rounded.is_integer() else rounded


def money(value: Decimal | None) -> int | float | None:
    """Return dollars with cents."""
    return number(value, MONEY_DECIMALS)


def price(value: Decimal | float | None) -> int | float | None:
    """Return dollars a share."""
    return number(value, PRICE_DECIMALS)


def quantity(value: Decimal | float) -> int | float | None:
    """Return shares."""
    return number(value, QUANTITY_DECIMALS)


def fraction(value: Decimal | float | None) -> int | float | None:
    """Return a ratio; 0.01 is 1 %."""
    return number(value, FRACTION_DECIMALS)


def account_row(session: SessionRow, last: EquityRow | None, day_opening: Decimal | None) -> TableRow:
    """Return the one row of `account`.

    last: the newest point of the equity curve, None before the first.
    day_opening: equity at the end of the session before, None if that is not known.
    """
    who = (session.account, session.mode, session.broker, session.strategy, session.bar_size)
    state = (session.trading_state, money(session.opening_cash))
    if last is None:
        return (*who, *state, *(None,) * 11)
    books = (last.cash, last.reserved, last.gross_exposure, last.realised, last.commission)
    profit = None if day_opening is None else last.equity - day_opening
    day_return = profit / day_opening if profit is not None and day_opening else None
    return (
        *who,
        *state,
        milliseconds(last.as_of),
        last.session,
        money(last.equity),
        *(money(amount) for amount in books),
        fraction(last.drawdown),
        money(profit),
        fraction(day_return),
    )


def position_row(row: PositionRow) -> TableRow:
    """Return a row of `positions`."""
    average = row.cost / row.quantity if row.quantity else None
    return (
        row.symbol,
        quantity(row.quantity),
        price(average),
        money(row.cost),
        price(row.mark_price),
        money(row.market_value),
        money(row.unrealised),
        money(row.realised),
    )


def order_row(row: OrderRow) -> TableRow:
    """Return a row of `orders.working`."""
    return (
        row.order_id,
        row.symbol,
        row.side,
        row.order_type,
        row.time_in_force,
        quantity(row.quantity),
        quantity(row.filled),
        price(row.limit_price),
        price(row.average_price),
        money(row.commission),
        row.status,
        row.reason,
        row.strategy,
        row.signal_id,
        milliseconds(row.created_at),
        milliseconds(row.updated_at),
    )


def order_event_row(row: OrderRow) -> TableRow:
    """Return an item of `orders.events`."""
    return (row.seq, *order_row(row))


def bar_row(row: BarRow) -> TableRow:
    """Return a row of `bars:{SYMBOL}`."""
    prices = (price(value) for value in (row.open, row.high, row.low, row.close))
    return (milliseconds(row.started_at), *prices, quantity(row.volume))


def fill_row(row: FillRow) -> TableRow:
    """Return an item of `fills`."""
    return (
        row.seq,
        row.execution_id,
        row.order_id,
        row.signal_id,
        row.symbol,
        row.side,
        quantity(row.quantity),
        price(row.price),
        money(row.commission),
        money(row.realised),
        milliseconds(row.occurred_at),
    )


def equity_row(row: EquityRow) -> TableRow:
    """Return an item of `equity`."""
    amounts = (row.equity, row.cash, row.reserved, row.gross_exposure, row.realised, row.commission)
    return (
        row.seq,
        milliseconds(row.as_of),
        row.session,
        *(money(amount) for amount in amounts),
        fraction(row.drawdown),
    )


def violation_row(row: ViolationRow) -> TableRow:
    """Return an item of `violations`."""
    return (
        row.seq,
        milliseconds(row.occurred_at),
        row.symbol,
        row.side,
        quantity(row.quantity),
        row.control,
        price(row.limit),
        price(row.value),
        row.unit,
        row.context,
        row.signal_id,
    )
