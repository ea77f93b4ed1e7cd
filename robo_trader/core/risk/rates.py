"""Controls on how many orders leave: in a second, a minute, a session, at once, and the same twice.

Orders that take risk away are counted and never refused here: what must be left is left.
"""

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.order_flow import MINUTE_NANOS, OrderFlow
from robo_trader.core.risk.violation import broken


def check_order_rate(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """So many orders leave in a second, with a burst, and in a minute: of all strategies, and of one."""
    flow, at = _flow(view), view.as_of
    if limits.orders_per_second is not None:
        level = flow.level(at, (limits.orders_per_second, limits.order_burst))
        if level < 1:
            context = f"the burst of {limits.order_burst} orders is used up"
            return broken(Control.ORDER_RATE, limits.orders_per_second, level, context, unit="orders a second")
    for limit, strategy in ((limits.orders_per_minute, None), (limits.strategy_orders_per_minute, intent.strategy)):
        if limit is not None and (sent := flow.sent_within(MINUTE_NANOS, at=at, strategy=strategy)) >= limit:
            return broken(Control.ORDER_RATE, limit, sent + 1, strategy or "all strategies", unit="orders a minute")
    return None


def check_duplicate_order(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """The very same order does not leave twice within some seconds."""
    assert limits.duplicate_seconds is not None
    last = _flow(view).last_alike(intent)
    if last is None or view.as_of - last >= limits.duplicate_seconds * NANOS_PER_SECOND:
        return None
    seconds = (view.as_of - last) // NANOS_PER_SECOND
    context = f"{intent.strategy} sent the same order just before"
    return broken(Control.DUPLICATE_ORDER, limits.duplicate_seconds, seconds, context, unit="seconds")


def check_repeated_entry(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A strategy opens or adds to a symbol so many times a session, and not again before the next one."""
    assert limits.entries_per_session is not None
    made = _flow(view).entries.get((intent.strategy, intent.symbol), 0)
    if made < limits.entries_per_session:
        return None
    context = f"{intent.strategy} in {intent.symbol}, session {view.session.date}"
    return broken(Control.REPEATED_ENTRY, limits.entries_per_session, made + 1, context, unit="entries")


def check_working_orders(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """So many orders work at once, of one symbol and of all; one whose cancel is not answered yet works."""
    orders = view.facts.open_orders
    for limit, open_, where in (
        (limits.symbol_working_orders_max, orders.get(intent.symbol, 0), str(intent.symbol)),
        (limits.working_orders_max, sum(orders.values()), "all symbols"),
    ):
        if limit is not None and open_ >= limit:
            return broken(Control.WORKING_ORDERS, limit, open_ + 1, where, unit="orders")
    return None


def check_replaces(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """One order is asked to change so many times, and then rests as it is; a new order was never asked."""
    assert limits.replaces_max is not None
    made = view.facts.replaces
    if made < limits.replaces_max:
        return None
    return broken(Control.REPLACES, limits.replaces_max, made + 1, f"of an order for {intent.symbol}", unit="replaces")


def check_circuit_breaker(intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """Nothing is opened while a breaker is open, but the one order that tries whether it may close."""
    open_ = view.facts.open_breakers
    if not open_:
        return None
    return broken(Control.CIRCUIT_BREAKER, 0, intent.quantity, f"open: {', '.join(open_)}", unit="shares")


def _flow(view: RiskView) -> OrderFlow:
    assert view.facts.flow is not None, "a control that is on has its facts"
    return view.facts.flow
