"""Orders: sent as they were written down, once, moved as the table of their life allows, filled as executed.

I01, I02, I03, I04.
"""

from msgspec.structs import replace

from robo_trader.core.domain.commands import CancelOrder, ModifyOrder, SubmitOrder
from robo_trader.core.domain.events import OrderUpdated, TradingStateChanged
from robo_trader.core.domain.order_reports import OrderModified
from robo_trader.core.domain.orders import Order, OrderId, OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.runtime.invariants.orders_seen import KnownOrder
from robo_trader.runtime.invariants.reports_seen import status_after
from robo_trader.runtime.invariants.scene import Scene


def look_at_commands(scene: Scene) -> None:
    """Take down what is sent in a step, before its decisions are looked at."""
    for command in scene.step.commands:
        if isinstance(command, SubmitOrder):
            order = command.order
            last = max(scene.sent, default=scene.orders.last_id)
            scene.hold("I02", order.order_id > last, "order {} is submitted after order {}", order.order_id, last)
            scene.sent[order.order_id] = order.intent


def look_at_order(scene: Scene, decision: OrderUpdated) -> None:
    """Hold an order against what it was, and against what happened to it."""
    order = decision.order
    known = scene.orders.known.get(order.order_id)
    if known is None:
        _look_at_new(scene, order)
        return
    before = known.order
    if _is_answered(scene, order):
        _look_at_answered(scene, order, known)
        known.changes += 1
    else:
        _look_at_asked(scene, order, before)
        scene.reserve_for_terms(known, order)
    scene.hold(
        "I20", order.updated_at >= before.updated_at and order.created_at == before.created_at,
        "order {} was moved at {} after {}", order.order_id, order.updated_at, before.updated_at,
    )  # fmt: skip
    scene.hold(
        "I04", order.filled == known.filled >= 0,
        "order {} counts {} filled shares, its executions sum to {}", order.order_id, order.filled, known.filled,
    )  # fmt: skip
    if order.filled > known.most:
        _demand_halt(scene, order)
    scene.orders.move(known, order)


def look_at_the_end(scene: Scene) -> None:
    """See that everything asked of the broker was written down in the same step."""
    moved: dict[OrderId, list[Order]] = {}
    if scene.step.commands:
        for decision in scene.step.events:
            if isinstance(decision, OrderUpdated):
                moved.setdefault(decision.order.order_id, []).append(decision.order)
    for command in scene.step.commands:
        if isinstance(command, SubmitOrder):
            order_id, intent = command.order.order_id, command.order.intent
            stands = any(order.intent == intent for order in moved.get(order_id, ()))
        elif isinstance(command, ModifyOrder):
            order_id = command.order_id
            stands = any(order.modify_requested == command.terms for order in moved.get(order_id, ()))
        else:
            assert isinstance(command, CancelOrder), command
            order_id = command.order_id
            stands = any(order.cancel_requested for order in moved.get(order_id, ()))
        scene.hold("I01", stands, "{} of order {} was not written down before", type(command).__name__, order_id)


def _look_at_new(scene: Scene, order: Order) -> None:
    is_untouched = order.status is OrderStatus.SUBMITTED and not order.filled and not order.cancel_requested
    scene.hold("I03", is_untouched, "order {} begins as {}", order.order_id, order.status.value)
    scene.hold(
        "I01", scene.sent.get(order.order_id) == order.intent,
        "order {} was written down, and nothing or another order was sent", order.order_id,
    )  # fmt: skip
    scene.orders.add(order, scene.needed(order.intent))


def _is_answered(scene: Scene, order: Order) -> bool:
    """Return whether this is what became of the report at hand: it is told first, and once."""
    report = scene.report
    if scene.report_told or report is None or report.order_id != order.order_id:
        return False
    scene.report_told += 1
    return True


def _look_at_answered(scene: Scene, order: Order, known: KnownOrder) -> None:
    report, effect, before = scene.report, scene.effect, known.order
    assert report is not None
    if effect is None:
        return
    scene.hold(
        "I05" if effect.is_repeat else "I03", not effect.refused, "a report on order {} was applied, though {}",
        order.order_id, effect.refused,
    )  # fmt: skip
    wanted = status_after(report, known, effect)
    scene.hold(
        "I03", order.status is wanted, "order {} went from {} to {} by {}, which makes it {}",
        order.order_id, before.status.value, order.status.value, type(report).__name__, wanted.value,
    )  # fmt: skip
    intent = before.intent
    if isinstance(report, OrderModified):
        terms = report.terms
        quantity = max(terms.quantity, known.filled)
        intent = replace(intent, quantity=quantity, limit_price=terms.limit_price, stop_price=terms.stop_price)
    scene.hold("I03", order.intent == intent, "order {} is for something else than it was", order.order_id)


def _look_at_asked(scene: Scene, order: Order, before: Order) -> None:
    is_same = order.status is before.status and order.intent == before.intent and order.filled == before.filled
    scene.hold(
        "I03", is_same, "order {} went from {} to {} and nobody said so",
        order.order_id, before.status.value, order.status.value,
    )  # fmt: skip
    asked = [
        command
        for command in scene.step.commands
        if isinstance(command, (CancelOrder, ModifyOrder)) and command.order_id == order.order_id
    ]
    scene.hold("I01", bool(asked), "order {} waits for an answer, and nothing was asked", order.order_id)


def _demand_halt(scene: Scene, order: Order) -> None:
    halted = scene.state is TradingState.HALTED or any(
        isinstance(decision, TradingStateChanged) and decision.after is TradingState.HALTED
        for decision in scene.step.events
    )
    is_news = scene.effect is not None and scene.effect.change > 0
    scene.hold(
        "I04", halted or not is_news, "order {} filled {} of {} shares, and trading goes on",
        order.order_id, order.filled, order.intent.quantity,
    )  # fmt: skip
