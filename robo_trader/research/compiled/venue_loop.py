"""The pretend venue over arrays: `simulation/venue` written for a compiler, and the booking of its fills."""

from robo_trader.core.rules.cash import remaining_reservation
from robo_trader.core.rules.matching import limit_fill_price, limit_is_reached, participation_shares
from robo_trader.core.rules.rounding import rounded_money, rounded_price
from robo_trader.core.rules.slippage import slipped_price
from robo_trader.research.compiled.account_layout import (
    EXPIRED,
    FILLED,
    Bars,
    Books,
    Clock,
    Floats,
    Integers,
    Record,
    Records,
)
from robo_trader.research.compiled.account_reading import count_working, end_order, move_shares, order_commission
from robo_trader.research.compiled.sharing_loop import allot_fill, forget_stops


def fill_orders(bars: Bars, clock: Clock, terms: Record, books: Books, t: int) -> None:
    """Match every working order against the bars of a slice; what is filled or has lapsed leaves the list."""
    account, session, still = books.account, clock.session[t], 0
    for place in range(int(account.open_orders)):
        row = books.open_orders[place]
        order = books.orders[row]
        symbol = int(order.symbol)
        if order.lapses < 0.0:
            order.lapses = session
        lapsed = session > order.lapses
        close = bars.close[symbol, t]
        begun = clock.started_at[t] >= clock.ended_at[int(order.created)]
        if close == close and not lapsed and begun:  # noqa: PLR0124 - a NaN is no bar
            _match(bars, terms, books, t, symbol, row)
        if order.part >= order.quantity:
            order.status = FILLED
        elif lapsed or clock.ended_at[t] >= clock.closes_at[session]:
            end_order(account, books.lines[symbol], order, EXPIRED, t)
        else:
            books.open_orders[still] = row
            still += 1
    account.open_orders = still


def _match(bars: Bars, terms: Record, books: Books, t: int, symbol: int, row: int) -> None:
    order, line = books.orders[row], books.lines[symbol]
    sign = int(order.sign)
    if line.available_in != t:
        line.available_in = t
        line.available = participation_shares(bars.volume[symbol, t], terms.participation_max)
    quantity = min(order.quantity - order.part, line.available)
    if quantity <= 0.0:
        return
    open_ = bars.open[symbol, t]
    price = slipped_price(open_, sign, terms.slippage_bps)
    at_open = True
    if terms.is_limit > 0.0:
        limit = order.limit
        if not limit_is_reached(bars.low[symbol, t], bars.high[symbol, t], open_, limit, sign):
            return
        at_open = (limit - open_) * sign >= 0.0
        price = limit_fill_price(open_, price, limit, sign)
    line.available -= quantity
    _execute(terms, books, t, row, quantity, rounded_price(price), at_open)


def _execute(terms: Record, books: Books, t: int, row: int, quantity: float, price: float, at_open: bool) -> None:
    account, order = books.account, books.orders[row]
    symbol, number = int(order.symbol), int(account.fills)
    line, fill, change = books.lines[symbol], books.fills[number], order.sign * quantity
    before = order.quantity - order.part
    order.part += quantity
    count_working(line, order.sign, -quantity)
    order.value += quantity * price
    account.traded += quantity * price
    order.updated = t
    charge = order_commission(terms, order.part, order.value, order.sign < 0.0)
    commission = charge - order.charged
    order.charged = charge
    allot_fill(books.allotments, books.trades, books, t, symbol, change, price, number, int(order.lane), commission)
    _book(account, line, books.held, books.stops, books.allotments, symbol, change, price, commission)
    left = rounded_money(remaining_reservation(order.reserved, before - quantity, before))
    account.reserve -= order.reserved - left
    order.reserved = left
    fill.slice = t
    fill.order = row
    fill.quantity = quantity
    fill.price = price
    fill.commission = commission
    fill.at_open = 1.0 if at_open else 0.0
    account.fills += 1.0


def _book(
    account: Record, line: Record, held: Integers, stops: Floats, allotments: Records, symbol: int, change: float,
    price: float, commission: float,
) -> None:  # fmt: skip
    """Book a fill of signed shares; a symbol enters the list of those held, or leaves it."""
    before = line.shares
    move_shares(line, change, price)
    line.unsettled = 1.0
    account.pending = 1.0
    account.cash -= change * price + commission
    if before == 0.0:
        held[int(account.held)] = symbol
        account.held += 1.0
    elif before + change == 0.0:
        last, place = int(account.held) - 1, 0
        while held[place] != symbol:
            place += 1
        held[place] = held[last]
        account.held = last
        forget_stops(allotments, stops, symbol)
