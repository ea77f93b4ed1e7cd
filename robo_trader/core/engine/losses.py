"""When the account has lost enough for one session."""

from robo_trader.core.engine.valuation import Valuation
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.rules.losses import is_lost


def find_loss(valuation: Valuation, limits: RiskLimits) -> str | None:
    """Return in words which loss limit of a session is broken, None if none is."""
    opening, peak, equity = valuation.session_opening_equity, valuation.session_peak_equity, valuation.equity
    if is_lost(opening, equity, limits.daily_loss_fraction):
        allowed = limits.daily_loss_fraction * opening
        return f"lost {opening - equity:.2f} USD of {allowed:.2f} USD allowed in a session"
    if is_lost(peak, equity, limits.intraday_drawdown_fraction):
        allowed = limits.intraday_drawdown_fraction * peak
        return f"fell {peak - equity:.2f} USD from the session's peak, {allowed:.2f} USD allowed"
    return None
