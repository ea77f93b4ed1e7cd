"""What several parts of the compiled account ask of its tables."""

from robo_trader.core.rules.commission import order_charge
from robo_trader.core.rules.positions import closing_part, cost_of_closed
from robo_trader.core.rules.rounding import rounded_money
from robo_trader.research.compiled.account_layout import (
    BUYS,
    COST,
    PART,
    PENDING,
    QUANTITY,
    RESERVE,
    RESERVED,
    SELLS,
    SHARES,
    SIGN,
    SIGNAL_NUMBER,
    STATUS,
    SYMBOL,
    TARGET,
    UNSETTLED,
    UPDATED,
    WANTED_SINCE,
    Books,
    Floats,
    Market,
    Terms,
)


def last_close(close: Floats, t: int, symbol: int) -> float:
    """Return the close of the symbol's last bar. There must be one. close: shape (symbols, slices)."""
    while close[symbol, t] != close[symbol, t]:
        t -= 1
    return close[symbol, t]


def closes_at(market: Market, t: int) -> int:
    """Return when the session of a slice closes, UTC nanoseconds."""
    return market.closes_at[market.session[t]]


def order_commission(terms: Terms, quantity: float, value: float, is_sale: bool) -> float:
    """Return all that `quantity` filled shares of one order, worth `value` dollars, have cost so far, rounded."""
    return rounded_money(
        order_charge(
            quantity, value, is_sale, terms.per_share, terms.minimum, terms.maximum_fraction, terms.third_per_share,
            terms.third_fraction, terms.sale_per_share, terms.sale_per_share_maximum, terms.sale_value_fraction,
        )
    )  # fmt: skip


def end_order(books: Books, row: int, status: float, t: int) -> None:
    """End an order at a slice, and let go of what it reserved."""
    orders = books.orders
    orders[row, STATUS] = status
    orders[row, UPDATED] = t
    books.account[RESERVE] -= orders[row, RESERVED]
    orders[row, RESERVED] = 0.0
    count_working(books, row, orders[row, PART] - orders[row, QUANTITY])


def count_working(books: Books, row: int, shares: float) -> None:
    """Count shares of an order in (above 0) or out of what works for its symbol."""
    side = BUYS if books.orders[row, SIGN] > 0.0 else SELLS
    books.lines[int(books.orders[row, SYMBOL]), side] += shares


def notional_max(terms: Terms, equity: float) -> float:
    """Return the largest value of one order, in dollars."""
    return min(terms.order_notional_max, terms.order_notional_fraction * equity)


def want(books: Books, lane: int, quantity: float, t: int) -> None:
    """Set the target of a lane, signed shares, by a signal of this slice."""
    lanes, sleeve = books.lanes, lane // len(books.lines)
    books.signals[sleeve] += 1.0
    lanes[lane, TARGET] = quantity
    lanes[lane, WANTED_SINCE] = t
    lanes[lane, SIGNAL_NUMBER] = books.signals[sleeve]
    books.lines[lane - sleeve * len(books.lines), UNSETTLED] = books.account[PENDING] = 1.0


def move_shares(table: Floats, row: int, change: float, price: float) -> None:
    """Move the position in a row of lines or lanes by signed shares, at average cost."""
    held, cost = table[row, SHARES], table[row, COST]
    closed = closing_part(held, change)
    leaving = cost_of_closed(held, cost, closed) if closed != 0.0 else 0.0
    table[row, SHARES] = held + change
    table[row, COST] = cost + (change - closed) * price - leaving


def is_late(market: Market, terms: Terms, books: Books, t: int, lane: int) -> bool:
    """Return whether a lane's target is an entry that its signal no longer speaks for."""
    lanes = books.lanes
    expires_at = market.ended_at[int(lanes[lane, WANTED_SINCE])] + terms.signal_lifetime
    return market.ended_at[t] > expires_at and abs(lanes[lane, TARGET]) > abs(lanes[lane, SHARES])
