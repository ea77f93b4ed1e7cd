"""Controls on one order by itself: how many shares, how many dollars, and whether they are there."""

from decimal import Decimal

from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import SELL, OrderIntent, OrderType
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.violation import broken
from robo_trader.core.rules.cash import purchase_value
from robo_trader.core.rules.comparison import exceeds

_MARKET = OrderType.MARKET  # as BUY: quicker by its own name


def order_value(intent: OrderIntent) -> Decimal:
    """Return what the order is worth in dollars: at its limit, or at the last price if it has none."""
    price = intent.limit_price if intent.limit_price is not None else intent.reference_price
    return intent.quantity * price


def cash_needed(intent: OrderIntent, commissions: CommissionSchedule, limits: RiskLimits) -> Decimal:
    """Return the dollars to hold back for a purchase until it is filled: price, buffer and commission."""
    buffer = limits.cash_buffer_fraction if intent.order_type is _MARKET else ZERO
    value = purchase_value(intent.quantity, intent.limit_price or intent.reference_price, buffer)
    return value + commissions.charge(intent.quantity, value, is_sale=False)


def check_order_shares(intent: OrderIntent, _view: RiskView, limits: RiskLimits) -> Violation | None:
    """One order may not be of more than so many shares."""
    assert limits.order_shares_max is not None
    if intent.quantity <= limits.order_shares_max:
        return None
    return broken(Control.ORDER_SHARES, limits.order_shares_max, intent.quantity, "one order", unit="shares")


def check_order_notional(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """One order may not be worth more than a sum and a fraction of equity."""
    value, limit = order_value(intent), limits.order_notional(view.equity)
    if not exceeds(value, limit):
        return None
    return broken(Control.ORDER_NOTIONAL, limit, value, f"{intent.quantity} shares")


def check_cash(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A purchase must be paid from cash that no other order has reserved."""
    if intent.side is SELL:
        return None
    free, needed = view.cash - view.reserved, view.cash_needed
    if needed is None:
        needed = cash_needed(intent, view.commissions, limits)
    if not exceeds(needed, free):
        return None
    return broken(Control.CASH, free, needed, f"cash {view.cash}, reserved {view.reserved}")
