"""The one gate every order passes: trims targets to what could be approved, then approves or denies."""

from decimal import Decimal

from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent
from robo_trader.core.domain.violations import Violation
from robo_trader.core.risk.controls import ALL, ALWAYS, reduces
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.rules.sizing import capped_shares


def trim_shares(shares: Decimal, *, equity: Decimal, price: Decimal, limits: RiskLimits) -> Decimal:
    """Return signed whole `shares`, cut so that opening them at `price` breaks neither position nor order limit."""
    value_max = min(limits.max_position_fraction * equity, limits.order_notional(equity))
    return capped_shares(shares, price, value_max)


def assess(
    intent: OrderIntent, view: RiskView, limits: RiskLimits, order_id: OrderId
) -> ApprovedOrder | tuple[Violation, ...]:
    """Return the approved order under `order_id`, or every violation that stands against it."""
    checks = ALWAYS if reduces(intent, view) else ALL
    violations = [violation for check in checks if (violation := check(intent, view, limits)) is not None]
    return tuple(violations) or ApprovedOrder(order_id=order_id, intent=intent, approved_at=view.as_of)
