"""When the account has lost enough: for a session, for a week, or for good."""

from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.account import Account
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


class LossWatch:
    """Looks at every mark, and changes what may be sent.

    It remembers nothing: openings and peaks are the valuation's, which keeps them whatever the limits are, and a week
    that is lost is the account's. So a limit that a policy switches on knows all that was before it.
    """

    def __init__(self, limits: RiskLimits) -> None:
        self.limits = limits

    @property
    def limits(self) -> RiskLimits:
        """Those of the account that are in force."""
        return self._limits

    @limits.setter
    def limits(self, limits: RiskLimits) -> None:
        self._limits = limits
        self._looks_further = limits.weekly_loss_fraction is not None or limits.drawdown_fraction is not None

    def look(self, account: Account, *, at: int) -> None:
        """Reduce after a loss of the session or the week, halt after a fall from the peak."""
        if account.trading_state is _ACTIVE:
            reason = find_loss(account.valuation, self._limits)
            if reason is not None:
                account.enter_state(TradingState.REDUCING, reason, at=at)
        if self._looks_further:
            self._look_further(account, at)

    def _look_further(self, account: Account, at: int) -> None:
        valuation, limits = account.valuation, self._limits
        week, drawdown, equity = limits.weekly_loss_fraction, limits.drawdown_fraction, valuation.equity
        opening, peak = valuation.week_opening_equity, valuation.halt_peak
        if week is not None and not account.week_is_lost and is_lost(opening, equity, week):
            account.week_is_lost = True
            if account.trading_state is _ACTIVE:
                reason = f"lost {opening - equity:.2f} USD of {week * opening:.2f} USD allowed in a week"
                account.enter_state(TradingState.REDUCING, reason, at=at)
        if drawdown is not None and is_lost(peak, equity, drawdown):
            account.halt(f"fell {peak - equity:.2f} USD from the peak, {drawdown * peak:.2f} USD allowed", at=at)


_ACTIVE = TradingState.ACTIVE  # as BUY: quicker by its own name
