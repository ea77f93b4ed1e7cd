"""What several parts of the compiled account ask of its tables."""

from robo_trader.core.rules.commission import order_charge
from robo_trader.core.rules.positions import closing_part, cost_of_closed
from robo_trader.core.rules.rounding import rounded_money
from robo_trader.research.compiled.account_layout import (
    BUYS,
    COST,
    MAXIMUM_FRACTION,
    MINIMUM,
    NOTIONAL_FRACTION,
    NOTIONAL_MAX,
    PART,
    PENDING,
    PER_SHARE,
    QUANTITY,
    RESERVE,
    RESERVED,
    SALE_PER_SHARE,
    SALE_PER_SHARE_MAXIMUM,
    SALE_VALUE_FRACTION,
    SELLS,
    SHARES,
    SIGN,
    SIGNAL_LIFETIME,
    SIGNAL_NUMBER,
    SIGNALS_GIVEN,
    STATUS,
    SYMBOL,
    TARGET,
    THIRD_FRACTION,
    THIRD_PER_SHARE,
    UNSETTLED,
    UPDATED,
    WANTED_SINCE,
    Books,
    Floats,
    Integers,
)


def last_close(close: Floats, t: int, symbol: int) -> float:
    """Return the close of the symbol's last bar. There must be one. close: shape (symbols, slices)."""
    while close[symbol, t] != close[symbol, t]:
        t -= 1
    return close[symbol, t]


def order_commission(terms: Floats, quantity: float, value: float, is_sale: bool) -> float:
    """Return all that `quantity` filled shares of one order, worth `value` dollars, have cost so far, rounded."""
    return rounded_money(
        order_charge(
            quantity, value, is_sale, terms[PER_SHARE], terms[MINIMUM], terms[MAXIMUM_FRACTION], terms[THIRD_PER_SHARE],
            terms[THIRD_FRACTION], terms[SALE_PER_SHARE], terms[SALE_PER_SHARE_MAXIMUM], terms[SALE_VALUE_FRACTION],
        )
    )  # fmt: skip


def end_order(account: Floats, lines: Floats, orders: Floats, row: int, status: float, t: int) -> None:
    """End an order at a slice, and let go of what it reserved."""
    orders[row, STATUS] = status
    orders[row, UPDATED] = t
    account[RESERVE] -= orders[row, RESERVED]
    orders[row, RESERVED] = 0.0
    count_working(lines, orders, row, orders[row, PART] - orders[row, QUANTITY])


def count_working(lines: Floats, orders: Floats, row: int, shares: float) -> None:
    """Count shares of an order in (above 0) or out of what works for its symbol."""
    side = BUYS if orders[row, SIGN] > 0.0 else SELLS
    lines[int(orders[row, SYMBOL]), side] += shares


def notional_max(terms: Floats, equity: float) -> float:
    """Return the largest value of one order, in dollars."""
    return min(terms[NOTIONAL_MAX], terms[NOTIONAL_FRACTION] * equity)


def want(books: Books, lane: int, quantity: float, t: int) -> None:
    """Set the target of a lane, signed shares, by a signal of this slice."""
    lanes, sleeve = books.lanes, lane // len(books.lines)
    books.sleeves[sleeve, SIGNALS_GIVEN] += 1.0
    lanes[lane, TARGET] = quantity
    lanes[lane, WANTED_SINCE] = t
    lanes[lane, SIGNAL_NUMBER] = books.sleeves[sleeve, SIGNALS_GIVEN]
    books.lines[lane - sleeve * len(books.lines), UNSETTLED] = books.account[PENDING] = 1.0


def move_shares(table: Floats, row: int, change: float, price: float) -> None:
    """Move the position in a row of lines or lanes by signed shares, at average cost."""
    held, cost = table[row, SHARES], table[row, COST]
    closed = closing_part(held, change)
    leaving = cost_of_closed(held, cost, closed) if closed != 0.0 else 0.0
    table[row, SHARES] = held + change
    table[row, COST] = cost + (change - closed) * price - leaving


def is_late(ended_at: Integers, terms: Floats, lanes: Floats, t: int, lane: int) -> bool:
    """Return whether a lane's target is an entry that its signal no longer speaks for."""
    expires_at = ended_at[int(lanes[lane, WANTED_SINCE])] + int(terms[SIGNAL_LIFETIME])
    return ended_at[t] > expires_at and abs(lanes[lane, TARGET]) > abs(lanes[lane, SHARES])
