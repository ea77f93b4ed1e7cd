"""Risk: no order leaves that breaks a limit at its worst, that a halt forbids, or that another of ours could meet.

I10, I12, I13, I14, I25, I28.
"""

from decimal import Decimal

from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.domain.clocks import ClocksCompared
from robo_trader.core.domain.events import InstructionGiven, OrderUpdated, TradingStateChanged
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import BUY, Order, OrderIntent, OrderPurpose, OrderStatus, OrderType
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.rules.comparison import exceeds
from robo_trader.runtime.invariants.scene import Scene

_STOPS = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
_CLOCK_STOP = 2_000_000_000  # nanoseconds


def look_at_new_order(scene: Scene, decision: OrderUpdated) -> None:
    """Look at an order that is about to leave; it is not among those that work yet."""
    order = decision.order
    if order.order_id in scene.orders.known:
        return
    intent = order.intent
    reducing = only_reduces(scene, intent)
    state, is_leg = scene.state, intent.purpose is OrderPurpose.PROTECTION
    scene.hold("I12", state is not TradingState.HALTED, "order {} leaves though trading is halted", order.order_id)
    scene.hold(
        "I12", state is not TradingState.REDUCING or reducing,
        "order {} may add to a position of {} {}, and trading only reduces", order.order_id,
        scene.books.shares[intent.symbol], intent.symbol,
    )  # fmt: skip
    is_paused = intent.symbol in scene.paused
    scene.hold(
        "I14", not is_paused, "order {} leaves while shares of {} are counted anew", order.order_id, intent.symbol
    )
    if is_leg:
        return
    _look_at_session(scene, order)
    _look_at_symbol(scene, order)
    if not reducing:
        _hold_arming(scene, order)
        _hold_sight(scene, order)
        apart = abs(scene.clock_ahead)
        scene.hold("I20", apart < _CLOCK_STOP, "order {} may open, and clocks differ by {} ns", order.order_id, apart)
        _look_at_limits(scene, order)


def look_at_clocks(scene: Scene, event: ClocksCompared) -> None:
    """Remember how far the broker's clock and ours are apart."""
    scene.clock_ahead = event.ahead_nanos


def look_at_arming(scene: Scene, event: ArmingChanged) -> None:
    """Follow what a person allows with real money."""
    scene.armed_until = event.expires_at


def look_at_state(scene: Scene, decision: TradingStateChanged) -> None:
    """Follow the trading state; what halted it is left by no event of market, broker or clock."""
    before, told = scene.state, decision.before
    scene.hold("I12", told is before, "trading was {}, and is said to have been {}", before.value, told.value)
    event, after = scene.event, decision.after
    is_asked = isinstance(event, InstructionGiven) and bool(event.actor) and decision.actor == event.actor
    is_opened = after is TradingState.ACTIVE and (before is TradingState.HALTED or scene.is_held_back)
    scene.hold(
        "I13", (before is not TradingState.HALTED and not is_opened) or is_asked, "{} was left for {} by {}",
        before.value, after.value, type(event).__name__,
    )  # fmt: skip
    scene.hold("I13", is_asked == bool(decision.actor), "{} is said to have asked for {}", decision.actor, after.value)
    if isinstance(event, InstructionGiven):
        scene.is_held_back = event.kind is InstructionKind.REDUCE
    scene.state = after


def look_at_the_end(scene: Scene) -> None:
    """See that no two orders of ours could trade with each other, where one was sent or changed."""
    if scene.step.commands:
        for symbol in {decision.order.intent.symbol for decision in _moved(scene)}:
            _look_at_pairs(scene, symbol)
    if scene.account is not None:
        state = scene.account.trading_state
        scene.hold("I12", state is scene.state, "trading is {}, the events say {}", state.value, scene.state.value)


def only_reduces(scene: Scene, intent: OrderIntent) -> bool:
    """Return whether an order, with all that works beside it, can never take the position beyond nothing."""
    bought, sold = scene.orders.worst_shares(intent.symbol, intent)
    held = scene.books.shares[intent.symbol]
    return bought <= -held if intent.side is BUY else sold <= held


def _hold_arming(scene: Scene, order: Order) -> None:
    is_allowed = not scene.settings.needs_arming or order.created_at < scene.armed_until
    scene.hold("I14", is_allowed, "order {} may open, and live trading is not armed", order.order_id)


def _hold_sight(scene: Scene, order: Order) -> None:
    causes = [cause for of, cause in scene.unseen if of == order.intent.symbol]
    scene.hold("I21", not causes, "order {} may open, and {} stands against it", order.order_id, causes)


def _look_at_session(scene: Scene, order: Order) -> None:
    session, at = scene.market.session, order.created_at
    assert session is not None, order
    may_wait = scene.settings.limits.orders_for_next_open
    scene.hold(
        "I28", may_wait or session.opens_at <= at < session.closes_at, "order {} leaves at {}, outside session {}",
        order.order_id, at, session.date,
    )  # fmt: skip
    if scene.sessions is not None:
        scene.hold("I28", scene.sessions.on(session.date) == session, "the calendar knows no such {}", session)


def _look_at_symbol(scene: Scene, order: Order) -> None:
    symbol = order.intent.symbol
    causes = [cause for of, cause in scene.blocked if of == symbol]
    scene.hold("I14", not causes, "order {} leaves while {} is blocked: {}", order.order_id, symbol, causes)
    lost = [
        known.order.order_id
        for known in scene.orders.working_for(order.intent.symbol)
        if known.order.status is OrderStatus.UNKNOWN
    ]
    scene.hold("I14", not lost, "order {} leaves while nobody knows of order {}", order.order_id, lost)


def _look_at_limits(scene: Scene, order: Order) -> None:
    intent, limits, books = order.intent, scene.settings.limits, scene.books
    equity, _ = scene.worth()
    prices = scene.market.prices
    own = worst_value(scene, intent.symbol, intent)
    _hold_limit(scene, order, "position", own, limits.max_position_fraction * equity)
    symbols = {symbol for symbol, shares in books.shares.items() if shares} | scene.orders.working.keys()
    others = sum((worst_value(scene, symbol) for symbol in symbols if symbol != intent.symbol), ZERO)
    _hold_limit(scene, order, "gross exposure", own + others, limits.gross_exposure_fraction * equity)
    value = intent.quantity * (prices[intent.symbol] if intent.limit_price is None else intent.limit_price)
    notional = min(limits.order_notional_max, limits.order_notional_fraction * equity)
    _hold_limit(scene, order, "order value", value, notional)
    if not scene.market.is_quoted:  # there the engine marks where it must, and which mark ended a session is its own
        loss, allowed = scene.opening_equity - equity, limits.daily_loss_fraction * scene.opening_equity
        _hold_limit(scene, order, "loss of the session", loss, allowed)
    if intent.side is BUY:
        held = [scene.reserved(known) for orders in scene.orders.working.values() for known in orders.values()]
        free = books.cash - sum((due - slack for due, slack in held), ZERO)
        _hold_limit(scene, order, "cash needed", scene.needed(intent), free)


def worst_value(scene: Scene, symbol: Symbol, joining: OrderIntent | None = None) -> Decimal:
    """Return the dollars, absolute, that a symbol can come to at its last price if everything fills that may."""
    bought, sold = scene.orders.worst_shares(symbol, joining)
    held = scene.books.shares[symbol]
    return max(abs(held + bought), abs(held - sold)) * scene.market.prices[symbol]


def _hold_limit(scene: Scene, order: Order, what: str, value: Decimal, limit: Decimal) -> None:
    is_within = not exceeds(value, limit)
    scene.hold("I10", is_within, "order {}: {} comes to {} USD, the limit is {}", order.order_id, what, value, limit)


def _moved(scene: Scene) -> list[OrderUpdated]:
    return [decision for decision in scene.step.events if isinstance(decision, OrderUpdated)]


def _look_at_pairs(scene: Scene, symbol: Symbol) -> None:
    orders = [known.order for known in scene.orders.working_for(symbol) if known.order.intent.order_type not in _STOPS]
    buys = [order for order in orders if order.intent.side is BUY]
    sells = [order for order in orders if order.intent.side is not BUY]
    for buy in buys:
        for sell in sells:
            scene.hold(
                "I25", not _could_meet(buy.intent, sell.intent), "orders {} and {} of {} could trade with each other",
                buy.order_id, sell.order_id, symbol,
            )  # fmt: skip
    if not buys or not sells:
        scene.counts["I25"] += 1


def _could_meet(buy: OrderIntent, sell: OrderIntent) -> bool:
    bid, ask = buy.limit_price, sell.limit_price
    return bid is None or ask is None or bid >= ask
