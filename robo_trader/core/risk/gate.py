"""The one gate every order passes: trims targets to what could be approved, then approves or denies."""

from decimal import Decimal

from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, OrderPurpose
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.controls import PORTFOLIO_CONTROLS, Check, active
from robo_trader.core.risk.exposures import reduces
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.rules.exposure import clamped_shares
from robo_trader.core.rules.sizing import capped_shares


def trim_shares(shares: Decimal, *, equity: Decimal, price: Decimal, limits: RiskLimits) -> Decimal:
    """Return signed whole `shares`, cut so that opening them at `price` breaks neither position nor order limit."""
    value_max = min(limits.max_position_fraction * equity, limits.order_notional(equity))
    capped, most = capped_shares(shares, price, value_max), limits.order_shares_max
    return capped if most is None else clamped_shares(capped, Decimal(most))


def trimming_limit(equity: Decimal, price: Decimal, limits: RiskLimits) -> tuple[Control, Decimal]:
    """Return which limit `trim_shares` cuts to, and the dollars it allows at `price`."""
    given = [
        (Control.MAX_POSITION, limits.max_position_fraction * equity),
        (Control.ORDER_NOTIONAL, limits.order_notional(equity)),
    ]
    if limits.order_shares_max is not None:
        given.append((Control.ORDER_SHARES, limits.order_shares_max * price))
    return min(given, key=lambda one: one[1])


class RiskGate:
    """Holds every order against one set of limits. What they switch off is chosen once and costs nothing."""

    def __init__(self, limits: RiskLimits) -> None:
        self._limits = limits
        entries = active(limits)
        self._for_entries = tuple(entry.check for entry in entries)
        self._for_exits = tuple(entry.check for entry in entries if not entry.entries_only)
        self._for_protection = tuple(entry.check for entry in entries if entry.holds_protection)
        self._for_replaces = tuple(entry.check for entry in entries if entry.holds_replaces)
        self.holds_replaces = bool(self._for_replaces)
        self.weighs_portfolio = any(entry.control in PORTFOLIO_CONTROLS for entry in entries)  # needs `view.portfolio`

    def assess(self, intent: OrderIntent, view: RiskView, order_id: OrderId) -> ApprovedOrder | tuple[Violation, ...]:
        """Return the approved order under `order_id`, or every violation that stands against it."""
        limits = self._limits
        checks = self._checks(intent, view)
        violations = [violation for check in checks if (violation := check(intent, view, limits)) is not None]
        return tuple(violations) or ApprovedOrder(order_id=order_id, intent=intent, approved_at=view.as_of)

    def assess_replace(self, intent: OrderIntent, view: RiskView) -> tuple[Violation, ...]:
        """Return every violation that stands against other terms for an open order. intent: under these terms."""
        found = (check(intent, view, self._limits) for check in self._for_replaces)
        return tuple(violation for violation in found if violation is not None)

    def _checks(self, intent: OrderIntent, view: RiskView) -> tuple[Check, ...]:
        if intent.purpose is OrderPurpose.PROTECTION:
            return self._for_protection
        return self._for_exits if reduces(intent, view) else self._for_entries
