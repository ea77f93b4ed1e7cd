"""The pretend venue over arrays: `simulation/venue` written for a compiler, and the booking of its fills."""

from robo_trader.core.rules.cash import remaining_reservation
from robo_trader.core.rules.matching import limit_fill_price, limit_is_reached, participation_shares
from robo_trader.core.rules.rounding import rounded_money, rounded_price
from robo_trader.core.rules.slippage import slipped_price
from robo_trader.research.compiled.account_layout import (
    AVAILABLE,
    AVAILABLE_IN,
    CASH,
    CHARGED,
    CREATED,
    EXPIRED,
    FILL_AT_OPEN,
    FILL_COMMISSION,
    FILL_ORDER,
    FILL_PRICE,
    FILL_QUANTITY,
    FILL_SLICE,
    FILLED,
    FILLS,
    HELD,
    IS_LIMIT,
    LANE,
    LAPSES,
    LIMIT,
    OPEN_ORDERS,
    PART,
    PARTICIPATION,
    PENDING,
    QUANTITY,
    RESERVE,
    RESERVED,
    SHARES,
    SIGN,
    SLIPPAGE,
    STATUS,
    SYMBOL,
    UNSETTLED,
    UPDATED,
    VALUE,
    Bars,
    Books,
    Clock,
    Floats,
)
from robo_trader.research.compiled.account_reading import count_working, end_order, move_shares, order_commission
from robo_trader.research.compiled.sharing_loop import allot_fill, forget_stops


def fill_orders(bars: Bars, clock: Clock, terms: Floats, books: Books, t: int) -> None:
    """Match every working order against the bars of a slice; what is filled or has lapsed leaves the list."""
    account, orders, still = books.account, books.orders, 0
    session = clock.session[t]
    for place in range(int(account[OPEN_ORDERS])):
        row = books.open_orders[place]
        if orders[row, LAPSES] < 0.0:
            orders[row, LAPSES] = session
        lapsed = session > orders[row, LAPSES]
        close = bars.close[int(orders[row, SYMBOL]), t]
        begun = clock.started_at[t] >= clock.ended_at[int(orders[row, CREATED])]
        if close == close and not lapsed and begun:  # noqa: PLR0124 - a NaN is no bar
            _match(bars, terms, books, t, row)
        if orders[row, PART] >= orders[row, QUANTITY]:
            orders[row, STATUS] = FILLED
        elif lapsed or clock.ended_at[t] >= clock.closes_at[session]:
            end_order(account, books.lines, orders, row, EXPIRED, t)
        else:
            books.open_orders[still] = row
            still += 1
    account[OPEN_ORDERS] = still


def _match(bars: Bars, terms: Floats, books: Books, t: int, row: int) -> None:
    orders, lines = books.orders, books.lines
    symbol, sign = int(orders[row, SYMBOL]), int(orders[row, SIGN])
    if lines[symbol, AVAILABLE_IN] != t:
        lines[symbol, AVAILABLE_IN] = t
        lines[symbol, AVAILABLE] = participation_shares(bars.volume[symbol, t], terms[PARTICIPATION])
    quantity = min(orders[row, QUANTITY] - orders[row, PART], lines[symbol, AVAILABLE])
    if quantity <= 0.0:
        return
    open_ = bars.open[symbol, t]
    price = slipped_price(open_, sign, terms[SLIPPAGE])
    at_open = True
    if terms[IS_LIMIT] > 0.0:
        limit = orders[row, LIMIT]
        if not limit_is_reached(bars.low[symbol, t], bars.high[symbol, t], open_, limit, sign):
            return
        at_open = (limit - open_) * sign >= 0.0
        price = limit_fill_price(open_, price, limit, sign)
    lines[symbol, AVAILABLE] -= quantity
    _execute(terms, books, t, row, quantity, rounded_price(price), at_open)


def _execute(terms: Floats, books: Books, t: int, row: int, quantity: float, price: float, at_open: bool) -> None:
    orders, account, fills = books.orders, books.account, books.fills
    before = orders[row, QUANTITY] - orders[row, PART]
    orders[row, PART] += quantity
    count_working(books.lines, orders, row, -quantity)
    orders[row, VALUE] += quantity * price
    orders[row, UPDATED] = t
    charge = order_commission(terms, orders[row, PART], orders[row, VALUE], orders[row, SIGN] < 0.0)
    commission = charge - orders[row, CHARGED]
    orders[row, CHARGED] = charge
    symbol, change, number = int(orders[row, SYMBOL]), orders[row, SIGN] * quantity, int(account[FILLS])
    allot_fill(books.allotments, books, t, symbol, change, price, number, int(orders[row, LANE]))
    _book(books, symbol, change, price, commission)
    left = rounded_money(remaining_reservation(orders[row, RESERVED], before - quantity, before))
    account[RESERVE] -= orders[row, RESERVED] - left
    orders[row, RESERVED] = left
    fills[number, FILL_SLICE] = t
    fills[number, FILL_ORDER] = row
    fills[number, FILL_QUANTITY] = quantity
    fills[number, FILL_PRICE] = price
    fills[number, FILL_COMMISSION] = commission
    fills[number, FILL_AT_OPEN] = 1.0 if at_open else 0.0
    account[FILLS] += 1.0


def _book(books: Books, symbol: int, change: float, price: float, commission: float) -> None:
    lines, account = books.lines, books.account
    held = lines[symbol, SHARES]
    move_shares(lines, symbol, change, price)
    lines[symbol, UNSETTLED] = account[PENDING] = 1.0
    account[CASH] -= change * price + commission
    if held == 0.0:
        books.held[int(account[HELD])] = symbol
        account[HELD] += 1.0
    elif held + change == 0.0:
        _leave(books, symbol)


def _leave(books: Books, symbol: int) -> None:
    """Take a symbol off the list of those with shares; its stops forget."""
    held, last = books.held, int(books.account[HELD]) - 1
    place = 0
    while held[place] != symbol:
        place += 1
    held[place] = held[last]
    books.account[HELD] = last
    forget_stops(books.allotments, books.lines, symbol)
