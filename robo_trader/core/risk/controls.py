"""The pre-trade controls, each a small function: intent and facts in, a violation or nothing out.

An order that only takes risk away (`reduces`) is spared the controls on size, loss and money: a stop must be
able to leave what an entry could build.
"""

from collections.abc import Callable
from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import BUY, SELL, OrderIntent, OrderType, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.risk.limits import Exposure, RiskLimits, RiskView
from robo_trader.core.rules.cash import purchase_value
from robo_trader.core.rules.comparison import exceeds
from robo_trader.core.rules.exposure import worst_case_shares

Check = Callable[[OrderIntent, RiskView, RiskLimits], Violation | None]

USD = "USD"
_ACTIVE = TradingState.ACTIVE  # as BUY: quicker by its own name
_MARKET = OrderType.MARKET


def worst_case(exposure: Exposure, *, side: Side | None = None, quantity: Decimal = ZERO) -> Decimal:
    """Return the largest absolute shares the symbol can come to, with `quantity` more working on `side`."""
    buys, sells = exposure.working_buys, exposure.working_sells
    if side is BUY:
        buys += quantity
    elif side is not None:
        sells += quantity
    return worst_case_shares(exposure.position, buys, sells)


def reduces(intent: OrderIntent, view: RiskView) -> bool:
    """Return whether the order can only take shares away: never more than are held and not yet on their way out."""
    exposure = view.exposures[intent.symbol]
    if intent.side is SELL:
        return intent.quantity <= exposure.position - exposure.working_sells
    return intent.quantity <= -exposure.position - exposure.working_buys


def order_value(intent: OrderIntent) -> Decimal:
    """Return what the order is worth in dollars: at its limit, or at the last price if it has none."""
    price = intent.limit_price if intent.limit_price is not None else intent.reference_price
    return intent.quantity * price


def cash_needed(intent: OrderIntent, commissions: CommissionSchedule, limits: RiskLimits) -> Decimal:
    """Return the dollars to hold back for a purchase until it is filled: price, buffer and commission."""
    buffer = limits.cash_buffer_fraction if intent.order_type is _MARKET else ZERO
    value = purchase_value(intent.quantity, intent.limit_price or intent.reference_price, buffer)
    return value + commissions.charge(intent.quantity, value, is_sale=False)


def check_trading_state(intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """HALTED lets nothing out; REDUCING only what takes risk away."""
    state = view.trading_state
    if state is _ACTIVE or (state is TradingState.REDUCING and reduces(intent, view)):
        return None
    return Violation(
        control=Control.TRADING_STATE, limit=Decimal(0), value=intent.quantity, unit="shares",
        context=f"trading state is {state.value}",
    )  # fmt: skip


def check_max_position(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """One symbol may not be worth more than a fraction of equity, working orders at their worst."""
    exposure = view.exposures[intent.symbol]
    shares = worst_case(exposure, side=intent.side, quantity=intent.quantity)
    value = shares * exposure.price
    limit = limits.max_position_fraction * view.equity
    if not exceeds(value, limit):
        return None
    return _broken(Control.MAX_POSITION, limit, value, f"{intent.symbol}: {shares} shares at worst")


def check_gross_exposure(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """All symbols together may not be worth more than a fraction of equity, working orders at their worst."""
    value = view.others_value
    for symbol, exposure in view.exposures.items():
        value += _worst_value(symbol, exposure, intent)
    limit = limits.gross_exposure_fraction * view.equity
    if not exceeds(value, limit):
        return None
    context = f"{len(view.exposures)} symbols with orders at worst, {view.others_value} USD in others"
    return _broken(Control.GROSS_EXPOSURE, limit, value, context)


def check_order_notional(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """One order may not be worth more than a sum and a fraction of equity."""
    value, limit = order_value(intent), limits.order_notional(view.equity)
    if not exceeds(value, limit):
        return None
    return _broken(Control.ORDER_NOTIONAL, limit, value, f"{intent.quantity} shares")


def check_daily_loss(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """After losing a fraction of the previous close's equity in a session, nothing new is opened in it."""
    limit = limits.daily_loss_fraction * view.session_opening_equity
    loss = view.session_opening_equity - view.equity
    if not exceeds(loss, limit):
        return None
    return _broken(Control.DAILY_LOSS, limit, loss, f"session {view.session.date}")


def check_cash(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A purchase must be paid from cash that no other order has reserved."""
    if intent.side is SELL:
        return None
    free, needed = view.cash - view.reserved, view.cash_needed
    if needed is None:
        needed = cash_needed(intent, view.commissions, limits)
    if not exceeds(needed, free):
        return None
    return _broken(Control.CASH, free, needed, f"cash {view.cash}, reserved {view.reserved}")


def check_market_hours(_intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """An order leaves within its session, or after the close if orders may wait for the next open."""
    session = view.session
    if session.opens_at <= view.as_of < session.closes_at or limits.orders_for_next_open:
        return None
    return Violation(
        control=Control.MARKET_HOURS, limit=Decimal(session.closes_at), value=Decimal(view.as_of), unit="UTC ns",
        context=f"session {session.date} is closed and orders may not wait for the next open",
    )  # fmt: skip


def check_stale_data(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A symbol whose last bar is older than the limit is not traded."""
    missed, limit = Decimal(view.exposures[intent.symbol].bars_missed), limits.stale_after_bars
    if not exceeds(missed, limit):
        return None
    return _broken(Control.STALE_DATA, limit, missed, f"{intent.symbol}: bars missed", unit="bars")


ALWAYS: tuple[Check, ...] = (check_trading_state, check_market_hours, check_stale_data)
ENTRIES_ONLY: tuple[Check, ...] = (
    check_max_position,
    check_gross_exposure,
    check_order_notional,
    check_daily_loss,
    check_cash,
)
ALL = ALWAYS + ENTRIES_ONLY


def _worst_value(symbol: Symbol, exposure: Exposure, intent: OrderIntent) -> Decimal:
    if symbol != intent.symbol:
        return worst_case_shares(exposure.position, exposure.working_buys, exposure.working_sells) * exposure.price
    return worst_case(exposure, side=intent.side, quantity=intent.quantity) * exposure.price


def _broken(control: Control, limit: Decimal, value: Decimal, context: str, *, unit: str = USD) -> Violation:
    return Violation(control=control, limit=limit, value=value, unit=unit, context=context)
