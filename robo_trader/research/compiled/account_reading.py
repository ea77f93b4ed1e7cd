"""What several parts of the compiled account ask of its tables."""

from robo_trader.core.rules.commission import order_charge
from robo_trader.core.rules.rounding import rounded_money
from robo_trader.research.compiled.account_layout import (
    BUYS,
    PART,
    PENDING,
    QUANTITY,
    RESERVE,
    RESERVED,
    SELLS,
    SIGN,
    SIGNAL_NUMBER,
    SIGNALS,
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


def want(books: Books, symbol: int, quantity: float, t: int) -> None:
    """Set the target of a symbol, signed shares, by a signal of this slice."""
    account, lines = books.account, books.lines
    account[SIGNALS] += 1.0
    lines[symbol, TARGET] = quantity
    lines[symbol, WANTED_SINCE] = t
    lines[symbol, SIGNAL_NUMBER] = account[SIGNALS]
    lines[symbol, UNSETTLED] = account[PENDING] = 1.0
