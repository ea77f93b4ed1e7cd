"""Controls on what only the broker can reckon: margin, and the risk of options. What is unknown is refused."""

from decimal import Decimal

from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.order_sizes import order_value
from robo_trader.core.risk.violation import broken, unknown
from robo_trader.core.rules.comparison import exceeds


def check_excess_liquidity(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A part of equity stays free of all margin, even if the broker takes the whole value of the order for it."""
    assert limits.excess_liquidity_fraction is not None
    limit, excess = limits.excess_liquidity_fraction * view.equity, view.facts.account.excess_liquidity
    if excess is None:
        return unknown(Control.EXCESS_LIQUIDITY, limit, "the account's excess liquidity")
    left = excess - view.reserved - order_value(intent)
    if not exceeds(limit, left):
        return None
    context = f"excess liquidity {excess} less the whole value of this order and of those that work"
    return broken(Control.EXCESS_LIQUIDITY, limit, left, context)


def check_greeks(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """Nothing is opened while delta, gamma or vega of the options held is beyond its limit."""
    facts = view.facts.account
    for name, limit, value, unit in (
        ("delta", limits.delta_max, facts.delta, "shares"),
        ("gamma", limits.gamma_max, facts.gamma, "shares a dollar"),
        ("vega", limits.vega_max, facts.vega, "USD a point"),
    ):
        violation = None if limit is None else _check_greek(name, limit, value, unit)
        if violation is not None:
            return violation
    return None


def _check_greek(name: str, limit: Decimal, value: Decimal | None, unit: str) -> Violation | None:
    if value is None:
        return unknown(Control.GREEKS, limit, f"{name} of the options held", unit=unit)
    if not exceeds(abs(value), limit):
        return None
    return broken(Control.GREEKS, limit, abs(value), f"{name} of the options held", unit=unit)
