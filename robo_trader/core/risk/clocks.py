"""The control on clocks: what is measured in seconds means nothing where ours and the broker's differ by some."""

from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.clocks import CLOCK_STOP_NANOS
from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.violation import broken


def check_clock(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """No entry leaves while the broker's clock and ours are two seconds apart, or more."""
    apart = abs(view.clock_ahead)
    if apart < CLOCK_STOP_NANOS:
        return None
    ahead = "the broker's" if view.clock_ahead > 0 else "ours"
    return broken(
        Control.CLOCK, CLOCK_STOP_NANOS // NANOS_PER_SECOND, Decimal(apart) / NANOS_PER_SECOND,
        f"clocks differ, {ahead} is ahead", unit="seconds",
    )  # fmt: skip
