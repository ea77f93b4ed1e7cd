"""What several parts of the compiled account ask of its tables."""

from robo_trader.core.rules.commission import order_charge
from robo_trader.core.rules.exposure import clamped_shares
from robo_trader.core.rules.positions import closing_part, cost_of_closed
from robo_trader.core.rules.rounding import limit_beyond, rounded_money, rounded_price
from robo_trader.core.rules.sizing import capped_shares
from robo_trader.research.compiled.account_layout import Floats, Integers, Record


def last_close(close: Floats, t: int, symbol: int) -> float:
    """Return the close of the symbol's last bar. There must be one. close: shape (symbols, slices)."""
    while close[symbol, t] != close[symbol, t]:
        t -= 1
    return close[symbol, t]


def order_commission(terms: Record, quantity: float, value: float, is_sale: bool) -> float:
    """Return all that `quantity` filled shares of one order, worth `value` dollars, have cost so far, rounded."""
    return rounded_money(
        order_charge(
            quantity, value, is_sale, terms.per_share, terms.minimum, terms.maximum_fraction, terms.third_per_share,
            terms.third_fraction, terms.sale_per_share, terms.sale_per_share_maximum, terms.sale_value_fraction,
        )
    )  # fmt: skip


def end_order(account: Record, line: Record, order: Record, status: float, t: int) -> None:
    """End an order at a slice, and let go of what it reserved."""
    order.status = status
    order.updated = t
    account.reserve -= order.reserved
    order.reserved = 0.0
    count_working(line, order.sign, order.part - order.quantity)


def count_working(line: Record, sign: float, shares: float) -> None:
    """Count shares of an order in (above 0) or out of what works for its symbol."""
    if sign > 0.0:
        line.buys += shares
    else:
        line.sells += shares


def notional_max(terms: Record, equity: float) -> float:
    """Return the largest value of one order, in dollars."""
    return min(terms.order_notional_max, terms.order_notional_fraction * equity)


def within_limits(terms: Record, equity: float, close: float, shares: float) -> float:
    """Return signed whole shares, cut to what the limits on a position and an order allow."""
    price = rounded_price(close)
    dearest = price
    if terms.is_limit > 0.0:
        dearest = max(price, limit_beyond(price, 1 if shares > 0.0 else -1, terms.limit_offset_bps))
    value_max = min(terms.max_position_fraction * equity, notional_max(terms, equity))
    return clamped_shares(capped_shares(shares, dearest, value_max), terms.order_shares_max)


def want(account: Record, line: Record, lane: Record, sleeve: Record, quantity: float, t: int) -> None:
    """Set the target of a lane, signed shares, by a signal of its strategy in this slice."""
    sleeve.signals += 1.0
    lane.target = quantity
    lane.wanted_since = t
    lane.signal_number = sleeve.signals
    line.unsettled = 1.0
    account.pending = 1.0


def move_shares(line: Record, change: float, price: float) -> None:
    """Move the position in a symbol or a lane by signed shares, at average cost."""
    held, cost = line.shares, line.cost
    closed = closing_part(held, change)
    leaving = cost_of_closed(held, cost, closed) if closed != 0.0 else 0.0
    line.shares = held + change
    line.cost = cost + (change - closed) * price - leaving


def is_late(ended_at: Integers, terms: Record, lane: Record, t: int) -> bool:
    """Return whether a lane's target is an entry that its signal no longer speaks for."""
    expires_at = ended_at[int(lane.wanted_since)] + terms.signal_lifetime
    return ended_at[t] > expires_at and abs(lane.target) > abs(lane.shares)
