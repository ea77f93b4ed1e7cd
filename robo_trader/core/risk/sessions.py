"""Controls on when an order leaves: trading state, hours of the exchange, and the edges of a session."""

from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.exposures import reduces
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.violation import broken
from robo_trader.core.rules.session_clock import is_at_edge

MINUTE_NANOS = 60 * NANOS_PER_SECOND
_ACTIVE = TradingState.ACTIVE  # as BUY: quicker by its own name


def check_trading_state(intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """HALTED lets nothing out; REDUCING only what takes risk away."""
    state = view.trading_state
    if state is _ACTIVE or (state is TradingState.REDUCING and reduces(intent, view)):
        return None
    return broken(Control.TRADING_STATE, 0, intent.quantity, f"trading state is {state.value}", unit="shares")


def check_market_hours(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """An order leaves within its session, or after the close if orders may wait for the next open."""
    session = view.session
    if session.opens_at <= view.as_of < session.closes_at or limits.orders_for_next_open:
        return None
    context = f"session {session.date} is closed and orders may not wait for the next open"
    return broken(Control.MARKET_HOURS, session.closes_at, view.as_of, context, unit="UTC ns")


def check_entry_window(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """Nothing is opened in the first and the last minutes of a session, by its own close on a half day."""
    session = view.session
    first = (limits.entry_delay_minutes or 0) * MINUTE_NANOS
    last = (limits.entry_cutoff_minutes or 0) * MINUTE_NANOS
    if not is_at_edge(view.as_of, session.opens_at, session.closes_at, first, last):
        return None
    early = view.as_of < session.opens_at + first
    limit = session.opens_at + first if early else session.closes_at - last
    context = f"the first minutes of session {session.date}" if early else f"the last minutes of session {session.date}"
    return broken(Control.ENTRY_WINDOW, Decimal(limit), Decimal(view.as_of), context, unit="UTC ns")
