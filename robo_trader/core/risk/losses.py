"""Controls on what the account has lost, or turned over, already."""

from decimal import Decimal

from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.violation import broken
from robo_trader.core.rules.comparison import exceeds


def check_daily_loss(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """After losing a fraction of the previous close's equity in a session, nothing new is opened in it."""
    limit = limits.daily_loss_fraction * view.session_opening_equity
    loss = view.session_opening_equity - view.equity
    if not exceeds(loss, limit):
        return None
    return broken(Control.DAILY_LOSS, limit, loss, f"session {view.session.date}")


def check_weekly_loss(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """After losing a fraction of the equity that a week began with, nothing new is opened in it."""
    assert limits.weekly_loss_fraction is not None
    opening = view.session_opening_equity if view.week_opening_equity is None else view.week_opening_equity
    limit, loss = limits.weekly_loss_fraction * opening, opening - view.equity
    if not exceeds(loss, limit):
        return None
    return broken(Control.WEEKLY_LOSS, limit, loss, f"the week of session {view.session.date}")


def check_strategy_loss(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A strategy that has lost a fraction of the account's opening equity in a session opens nothing new in it."""
    assert limits.strategy_loss_fraction is not None
    limit, loss = limits.strategy_loss_fraction * view.session_opening_equity, view.facts.strategy_loss
    if not exceeds(loss, limit):
        return None
    return broken(Control.STRATEGY_LOSS, limit, loss, f"{intent.strategy} in session {view.session.date}")


def check_daily_turnover(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """All that is bought and sold in a session, open orders filled, stays within a multiple of opening equity."""
    assert limits.daily_turnover_fraction is not None
    value = view.facts.traded + intent.quantity * view.exposures[intent.symbol].price + _working_value(view)
    limit = limits.daily_turnover_fraction * view.session_opening_equity
    if not exceeds(value, limit):
        return None
    return broken(
        Control.DAILY_TURNOVER, limit, value, f"{view.facts.traded} USD traded in session {view.session.date}"
    )


def _working_value(view: RiskView) -> Decimal:
    values = ((one.working_buys + one.working_sells) * one.price for one in view.exposures.values())
    return sum(values, ZERO)
