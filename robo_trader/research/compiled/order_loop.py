"""From targets to orders over arrays: the planner and `core/engine`'s pursuit, written for a compiler."""

import math

from robo_trader.core.rules.cash import purchase_value
from robo_trader.core.rules.rounding import limit_beyond, rounded_price
from robo_trader.research.compiled.account_layout import (
    CANCELED,
    WORKING,
    Books,
    Clock,
    Floats,
    Integers,
    Record,
    Records,
)
from robo_trader.research.compiled.account_reading import (
    count_working,
    end_order,
    last_close,
    order_commission,
)
from robo_trader.research.compiled.gate_loop import is_denied
from robo_trader.research.compiled.sharing_loop import leading_lane, settled_target


def pursue_targets(close: Floats, clock: Clock, terms: Record, books: Books, t: int) -> None:
    """Order, for each symbol, what is missing to its target, in the order of the symbols.

    Where orders of the other side are in the way, they are canceled instead.
    """
    lines, account = books.lines, books.account
    canceled = False
    account.pending = 0.0
    for symbol in range(len(lines)):
        line = lines[symbol]
        if line.unsettled == 0.0:
            continue
        is_late = settled_target(books.allotments, close, clock.ended_at, terms, books, t, symbol)
        missing = line.target - line.shares - line.buys + line.sells
        if missing == 0.0 or is_late:
            line.unsettled = 1.0 if line.buys + line.sells > 0.0 else 0.0
        elif (line.sells if missing > 0.0 else line.buys) > 0.0:
            _cancel_opposed(account, books.orders, books.open_orders, symbol, 1.0 if missing > 0.0 else -1.0)
            canceled = True
        else:
            _order(close, clock, terms, books, t, symbol, missing)
        account.pending = max(account.pending, line.unsettled)
    if canceled:
        _drop_canceled(account, lines, books.orders, books.open_orders, t)


def _cancel_opposed(account: Record, orders: Records, open_orders: Integers, symbol: int, sign: float) -> None:
    """Mark the orders of the other side; they hold what they reserve until the slice is done."""
    for place in range(int(account.open_orders)):
        order = orders[open_orders[place]]
        if order.symbol == symbol and order.sign == -sign:
            order.status = CANCELED


def _drop_canceled(account: Record, lines: Records, orders: Records, open_orders: Integers, t: int) -> None:
    still = 0
    for place in range(int(account.open_orders)):
        row = open_orders[place]
        order = orders[row]
        if order.status == CANCELED:
            end_order(account, lines[int(order.symbol)], order, CANCELED, t)
        else:
            open_orders[still] = row
            still += 1
    account.open_orders = still


def _order(close: Floats, clock: Clock, terms: Record, books: Books, t: int, symbol: int, missing: float) -> None:
    account, line, row = books.account, books.lines[symbol], int(books.account.orders)
    sign, quantity = (1 if missing > 0.0 else -1), abs(missing)
    is_limit, session = terms.is_limit > 0.0, clock.session[t]
    reference = rounded_price(last_close(close, t, symbol))
    limit = limit_beyond(reference, sign, terms.limit_offset_bps) if is_limit else math.nan
    price = limit if is_limit else reference
    needed = 0.0
    if sign > 0:
        value = purchase_value(quantity, price, 0.0 if is_limit else terms.cash_buffer_fraction)
        needed = value + order_commission(terms, quantity, value, False)  # noqa: FBT003 - compiled code takes no keywords
    if is_denied(close, clock, terms, books, t, symbol, sign, quantity, price, needed):
        return
    order = books.orders[row]
    order.symbol = symbol
    order.sign = sign
    order.quantity = quantity
    order.part = 0.0
    order.value = 0.0
    order.charged = 0.0
    order.limit = limit
    order.created = t
    order.updated = t
    order.status = WORKING
    order.lapses = session if clock.ended_at[t] < clock.closes_at[session] else -1
    order.reference = reference
    order.signal = line.signal_number
    order.lane = leading_lane(books.allotments, line, symbol)
    order.reserved = needed
    count_working(line, order.sign, quantity)
    account.reserve += needed
    books.open_orders[int(account.open_orders)] = row
    account.open_orders += 1.0
    account.orders += 1.0
