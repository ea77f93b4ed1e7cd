"""From targets to orders over arrays: the planner and `core/engine`'s pursuit, written for a compiler."""

import math

from robo_trader.core.rules.cash import purchase_value
from robo_trader.core.rules.rounding import limit_beyond, rounded_price
from robo_trader.research.compiled.account_layout import (
    BUYS,
    CANCELED,
    CHARGED,
    CREATED,
    LANE,
    LAPSES,
    LIMIT,
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
    Market,
    Terms,
)
from robo_trader.research.compiled.account_reading import (
    closes_at,
    count_working,
    end_order,
    last_close,
    order_commission,
)
from robo_trader.research.compiled.gate_loop import is_denied
from robo_trader.research.compiled.sharing_loop import leading_lane, settled_target


def pursue_targets(market: Market, terms: Terms, books: Books, t: int) -> None:
    """Order, for each symbol, what is missing to its target, in the order of the symbols."""
    lines, account = books.lines, books.account
    canceled = False
    account[PENDING] = 0.0
    for symbol in range(len(lines)):
        if lines[symbol, UNSETTLED] > 0.0:
            canceled = _pursue(market, terms, books, t, symbol) or canceled
            account[PENDING] = max(account[PENDING], lines[symbol, UNSETTLED])
    if canceled:
        _drop_canceled(books, t)


def _pursue(market: Market, terms: Terms, books: Books, t: int, symbol: int) -> bool:
    """Order what is missing to the target; return whether an order in the way is canceled instead."""
    lines = books.lines
    is_late = settled_target(books.allotments, market, terms, books, t, symbol)
    buys, sells = lines[symbol, BUYS], lines[symbol, SELLS]
    missing = lines[symbol, TARGET] - lines[symbol, SHARES] - buys + sells
    if missing == 0.0 or is_late:
        lines[symbol, UNSETTLED] = 1.0 if buys + sells > 0.0 else 0.0
        return False
    if (sells if missing > 0.0 else buys) > 0.0:
        _cancel_opposed(books, symbol, 1.0 if missing > 0.0 else -1.0)
        return True
    _order(market, terms, books, t, symbol, missing)
    return False


def _cancel_opposed(books: Books, symbol: int, sign: float) -> None:
    """Mark the orders of the other side; they hold what they reserve until the slice is done."""
    orders = books.orders
    for place in range(int(books.account[OPEN_ORDERS])):
        row = books.open_orders[place]
        if orders[row, SYMBOL] == symbol and orders[row, SIGN] == -sign:
            orders[row, STATUS] = CANCELED


def _drop_canceled(books: Books, t: int) -> None:
    still = 0
    for place in range(int(books.account[OPEN_ORDERS])):
        row = books.open_orders[place]
        if books.orders[row, STATUS] == CANCELED:
            end_order(books, row, CANCELED, t)
        else:
            books.open_orders[still] = row
            still += 1
    books.account[OPEN_ORDERS] = still


def _order(market: Market, terms: Terms, books: Books, t: int, symbol: int, missing: float) -> None:
    account, orders = books.account, books.orders
    sign, quantity = (1 if missing > 0.0 else -1), abs(missing)
    reference = rounded_price(last_close(market.close, t, symbol))
    limit = limit_beyond(reference, sign, terms.limit_offset_bps) if terms.is_limit else math.nan
    price = limit if terms.is_limit else reference
    needed = _cash_needed(terms, quantity, price) if sign > 0 else 0.0
    if is_denied(market, terms, books, t, symbol, sign, quantity, price, needed):
        return
    row = int(account[ORDERS])
    orders[row, SYMBOL] = symbol
    orders[row, SIGN] = sign
    orders[row, QUANTITY] = quantity
    orders[row, PART] = orders[row, VALUE] = orders[row, CHARGED] = 0.0
    orders[row, LIMIT] = limit
    orders[row, CREATED] = orders[row, UPDATED] = t
    orders[row, STATUS] = WORKING
    orders[row, LAPSES] = market.session[t] if market.ended_at[t] < closes_at(market, t) else -1
    orders[row, REFERENCE] = reference
    orders[row, SIGNAL] = books.lines[symbol, SIGNAL_NUMBER]
    orders[row, LANE] = leading_lane(books.allotments, books, symbol)
    orders[row, RESERVED] = needed
    count_working(books, row, quantity)
    account[RESERVE] += needed
    books.open_orders[int(account[OPEN_ORDERS])] = row
    account[OPEN_ORDERS] += 1.0
    account[ORDERS] += 1.0


def _cash_needed(terms: Terms, quantity: float, price: float) -> float:
    value = purchase_value(quantity, price, 0.0 if terms.is_limit else terms.cash_buffer_fraction)
    return value + order_commission(terms, quantity, value, False)  # noqa: FBT003 - compiled code takes no keywords here
