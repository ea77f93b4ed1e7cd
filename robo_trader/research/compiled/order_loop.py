"""From targets to orders over arrays: the planner and `core/engine`'s pursuit, written for a compiler."""

import math

from robo_trader.core.rules.cash import purchase_value
from robo_trader.core.rules.rounding import limit_beyond, rounded_price
from robo_trader.research.compiled.account_layout import (
    BUYS,
    CANCELED,
    CASH_BUFFER,
    CHARGED,
    CREATED,
    IS_LIMIT,
    LANE,
    LAPSES,
    LIMIT,
    LIMIT_OFFSET,
    OPEN_ORDERS,
    ORDERS,
    PART,
    PENDING,
    QUANTITY,
    REFERENCE,
    RESERVE,
    RESERVED,
    SELLS,
    SHARES,
    SIGN,
    SIGNAL,
    SIGNAL_NUMBER,
    STATUS,
    SYMBOL,
    TARGET,
    UNSETTLED,
    UPDATED,
    VALUE,
    WORKING,
    Books,
    Clock,
    Floats,
    Integers,
)
from robo_trader.research.compiled.account_reading import (
    count_working,
    end_order,
    last_close,
    order_commission,
)
from robo_trader.research.compiled.gate_loop import is_denied
from robo_trader.research.compiled.sharing_loop import leading_lane, settled_target


def pursue_targets(close: Floats, clock: Clock, terms: Floats, books: Books, t: int) -> None:
    """Order, for each symbol, what is missing to its target, in the order of the symbols."""
    lines, account = books.lines, books.account
    canceled = False
    account[PENDING] = 0.0
    for symbol in range(len(lines)):
        if lines[symbol, UNSETTLED] > 0.0:
            canceled = _pursue(close, clock, terms, books, t, symbol) or canceled
            account[PENDING] = max(account[PENDING], lines[symbol, UNSETTLED])
    if canceled:
        _drop_canceled(account, lines, books.orders, books.open_orders, t)


def _pursue(close: Floats, clock: Clock, terms: Floats, books: Books, t: int, symbol: int) -> bool:
    """Order what is missing to the target; return whether an order in the way is canceled instead."""
    lines = books.lines
    is_late = settled_target(books.allotments, close, clock.ended_at, terms, books, t, symbol)
    buys, sells = lines[symbol, BUYS], lines[symbol, SELLS]
    missing = lines[symbol, TARGET] - lines[symbol, SHARES] - buys + sells
    if missing == 0.0 or is_late:
        lines[symbol, UNSETTLED] = 1.0 if buys + sells > 0.0 else 0.0
        return False
    if (sells if missing > 0.0 else buys) > 0.0:
        _cancel_opposed(books.account, books.orders, books.open_orders, symbol, 1.0 if missing > 0.0 else -1.0)
        return True
    _order(close, clock, terms, books, t, symbol, missing)
    return False


def _cancel_opposed(account: Floats, orders: Floats, open_orders: Integers, symbol: int, sign: float) -> None:
    """Mark the orders of the other side; they hold what they reserve until the slice is done."""
    for place in range(int(account[OPEN_ORDERS])):
        row = open_orders[place]
        if orders[row, SYMBOL] == symbol and orders[row, SIGN] == -sign:
            orders[row, STATUS] = CANCELED


def _drop_canceled(account: Floats, lines: Floats, orders: Floats, open_orders: Integers, t: int) -> None:
    still = 0
    for place in range(int(account[OPEN_ORDERS])):
        row = open_orders[place]
        if orders[row, STATUS] == CANCELED:
            end_order(account, lines, orders, row, CANCELED, t)
        else:
            open_orders[still] = row
            still += 1
    account[OPEN_ORDERS] = still


def _order(close: Floats, clock: Clock, terms: Floats, books: Books, t: int, symbol: int, missing: float) -> None:
    account, orders = books.account, books.orders
    sign, quantity = (1 if missing > 0.0 else -1), abs(missing)
    is_limit, session = terms[IS_LIMIT] > 0.0, clock.session[t]
    reference = rounded_price(last_close(close, t, symbol))
    limit = limit_beyond(reference, sign, terms[LIMIT_OFFSET]) if is_limit else math.nan
    price = limit if is_limit else reference
    needed = _cash_needed(terms, quantity, price) if sign > 0 else 0.0
    if is_denied(close, clock, terms, books, t, symbol, sign, quantity, price, needed):
        return
    row = int(account[ORDERS])
    orders[row, SYMBOL] = symbol
    orders[row, SIGN] = sign
    orders[row, QUANTITY] = quantity
    orders[row, PART] = orders[row, VALUE] = orders[row, CHARGED] = 0.0
    orders[row, LIMIT] = limit
    orders[row, CREATED] = orders[row, UPDATED] = t
    orders[row, STATUS] = WORKING
    orders[row, LAPSES] = session if clock.ended_at[t] < clock.closes_at[session] else -1
    orders[row, REFERENCE] = reference
    orders[row, SIGNAL] = books.lines[symbol, SIGNAL_NUMBER]
    orders[row, LANE] = leading_lane(books.allotments, books.lines, symbol)
    orders[row, RESERVED] = needed
    count_working(books.lines, orders, row, quantity)
    account[RESERVE] += needed
    books.open_orders[int(account[OPEN_ORDERS])] = row
    account[OPEN_ORDERS] += 1.0
    account[ORDERS] += 1.0


def _cash_needed(terms: Floats, quantity: float, price: float) -> float:
    value = purchase_value(quantity, price, 0.0 if terms[IS_LIMIT] > 0.0 else terms[CASH_BUFFER])
    return value + order_commission(terms, quantity, value, False)  # noqa: FBT003 - compiled code takes no keywords here
