"""The control that knows whether a person has allowed to trade real money, now."""

from decimal import Decimal

from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.limits import RiskLimits, RiskView


def check_arming(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """No entry leaves where live trading is not armed; where it needs no arming, nothing is asked."""
    if not view.unarmed:
        return None
    return Violation(
        control=Control.ARMING, limit=Decimal(1), value=Decimal(0), unit="valid arming", context=view.unarmed
    )  # fmt: skip
