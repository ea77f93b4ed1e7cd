"""What a statement, or a trade that was not ours, led to: only what it tells, as it tells it, and once.

A statement stands in for reports that never came. Each decision that follows from one is traced to what the statement
claims, and then held against the same rules as if the broker had reported it. I03, I05, I14, I18.
"""

from decimal import Decimal

from robo_trader.core.domain.discrepancies import Decision, DiscrepancyFound, DiscrepancyKind
from robo_trader.core.domain.events import DecisionEvent, FillBooked, FillRestated, OrderUpdated
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    CommissionReported,
    ExecutionCorrected,
    OrderAbsent,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import Order, OrderId, OrderStatus
from robo_trader.core.domain.releases import ReleaseInstructed
from robo_trader.core.domain.statements import BrokerStatement, ForeignExecution, StatedExecution, StatementReceived
from robo_trader.runtime.invariants.reports import demand_booked, hear
from robo_trader.runtime.invariants.scene import Scene


def look_ahead(scene: Scene, place: int) -> None:
    """Find the claim that the decision at a place of the step goes back to."""
    decision, event = scene.step.events[place], scene.event
    if isinstance(decision, (FillBooked, FillRestated)) and not decision.fill.order_id:
        if isinstance(event, ReleaseInstructed):
            _hear_adopted(scene, event, decision.fill)
        else:
            _hear_foreign(scene, decision.fill)
    elif isinstance(decision, OrderUpdated) and isinstance(event, StatementReceived):
        known = scene.orders.known.get(decision.order.order_id)
        if known is None or _is_only_asked(known.order, decision.order):
            return
        demand_booked(scene)
        fill = _fill_after(scene.step.events[place + 1 :], decision.order.order_id)
        _hear_claim(scene, known.order, decision.order, fill, event)


def look_at_found(scene: Scene, decision: DiscrepancyFound) -> None:
    """Note that a report which a statement stood in for is awaited no more."""
    one = decision.discrepancy
    if one.kind is DiscrepancyKind.EXECUTION_MISSING_HERE and one.decision is Decision.ADOPT:
        scene.reports.unconfirmed.discard(ExecutionId(one.subject.removeprefix("execution ")))


def look_at_the_end(scene: Scene) -> None:
    """See that what a statement tells is booked."""
    event = scene.event
    if isinstance(event, ForeignExecution):
        demand_booked(scene)
        _demand_known(scene, event.execution)
    elif isinstance(event, StatementReceived):
        demand_booked(scene)
        if event.statement.positions is not None:
            scene.stated_shares = {one.symbol: one.quantity for one in event.statement.positions}
        for stated in event.statement.executions or ():
            _demand_known(scene, stated)
        _note_absences(scene, event)


def _is_only_asked(before: Order, after: Order) -> bool:
    asked = after.cancel_requested and not before.cancel_requested
    modified = after.modify_requested is not None and after.modify_requested != before.modify_requested
    return (asked or modified) and (before.status, before.intent, before.filled) == (
        after.status, after.intent, after.filled,
    )  # fmt: skip


def _fill_after(later: tuple[DecisionEvent, ...], order_id: OrderId) -> Fill | None:
    for decision in later:
        if isinstance(decision, OrderUpdated) and decision.order.order_id == order_id:
            return None
        if isinstance(decision, (FillBooked, FillRestated)) and decision.fill.order_id == order_id:
            return decision.fill
    return None


def _hear_claim(scene: Scene, before: Order, after: Order, fill: Fill | None, event: StatementReceived) -> None:
    order_id, at = before.order_id, event.occurred_at
    if fill is not None or before == after:
        stated = _execution_behind(scene, order_id, fill, event.statement)
        scene.hold("I05", stated is not None, "order {} moved, and no execution of the statement says so", order_id)
        assert stated is not None
        is_new = not scene.reports.is_known(stated.execution_id)
        hear(scene, _as_report(scene, stated, order_id, at=at))
        if is_new:
            scene.reports.unconfirmed.add(stated.execution_id)
        return
    stated_order = next((one for one in event.statement.orders() if one.order_id == order_id), None)
    report: BrokerReport
    if stated_order is None:
        first = scene.absences.get(order_id)
        is_proven = first is not None and event.asked_at >= first and event.statement.tells_all_orders
        scene.hold("I14", is_proven, "order {} was declared absent by less than two whole statements", order_id)
        report = OrderAbsent(order_id=order_id, occurred_at=at)
    elif before.intent != after.intent:
        report = OrderModified(order_id=order_id, terms=stated_order.terms, occurred_at=at)
    elif stated_order.status is OrderStatus.CANCELED:
        report = OrderCanceled(order_id=order_id, occurred_at=at)
    elif stated_order.status is OrderStatus.EXPIRED:
        report = OrderExpired(order_id=order_id, occurred_at=at)
    elif stated_order.status is OrderStatus.REJECTED:
        report = OrderRejected(order_id=order_id, reason=stated_order.reason, occurred_at=at)
    else:
        report = OrderAccepted(order_id=order_id, broker_order_id=stated_order.broker_order_id, occurred_at=at)
    hear(scene, report)


def _execution_behind(
    scene: Scene, order_id: OrderId, fill: Fill | None, statement: BrokerStatement
) -> StatedExecution | None:
    for stated in statement.executions or ():
        if stated.order_id != order_id:
            continue
        if fill is None:  # what was taken back before anybody told of it
            if not stated.quantity and not scene.reports.is_known(stated.execution_id):
                return stated
        elif (
            fill.execution_id in (scene.reports.first_id(stated.execution_id), stated.corrects)
            and ((fill.quantity, fill.price) == (stated.quantity, stated.price))
        ) or (stated.corrects is not None and scene.reports.first_id(stated.corrects) == fill.execution_id):
            return stated
    return None


def _as_report(scene: Scene, stated: StatedExecution, order_id: OrderId, *, at: int) -> BrokerReport:
    known = scene.reports.latest(stated.execution_id)
    commission = stated.commission
    if known is None and stated.corrects is None:
        return OrderExecuted(
            execution_id=stated.execution_id, order_id=order_id, symbol=stated.symbol, quantity=stated.quantity,
            price=stated.price, commission=commission or ZERO, occurred_at=stated.occurred_at,
        )  # fmt: skip
    if known is not None and (known.quantity, known.price) == (stated.quantity, stated.price):
        return CommissionReported(
            execution_id=stated.execution_id, order_id=order_id, commission=commission or ZERO, occurred_at=at
        )  # fmt: skip
    name, corrects = stated.execution_id, stated.corrects
    if known is not None:  # a version without an id of its own
        name, corrects = ExecutionId(f"{name}, stated in event {scene.number}"), name
        commission = known.commission if commission is None else commission
    assert corrects is not None
    return ExecutionCorrected(
        execution_id=name, corrects=corrects, order_id=order_id, quantity=stated.quantity, price=stated.price,
        commission=commission or ZERO, occurred_at=at,
    )  # fmt: skip


def _hear_foreign(scene: Scene, fill: Fill) -> None:
    demand_booked(scene)
    stated = next((one for one in _foreign_of(scene) if fill.execution_id in (one.execution_id, one.corrects)), None)
    scene.hold("I05", stated is not None, "{} is booked as somebody else's, and nobody told of it", fill)
    assert stated is not None
    effect = scene.effect = scene.reports.take_foreign(stated)
    scene.report, scene.foreign, scene.shares_told = None, stated, 0
    scene.hold("I05", not effect.refused, "{} is booked, though {}", fill, effect.refused)
    symbol = scene.name_now(stated.symbol)
    scene.market.appraise(symbol, stated.price)
    scene.books.execute(symbol, stated.side, effect)


def _hear_adopted(scene: Scene, event: ReleaseInstructed, fill: Fill) -> None:
    """See that a person's word brings the shares that the last statement told of, and no others."""
    told = scene.stated_shares.get(fill.symbol, ZERO)
    is_told = event.adopts and event.symbol == fill.symbol and scene.books.shares[fill.symbol] + fill.change == told
    scene.hold("I05", is_told, "{} is adopted, {} shares are stated, {} asked", fill, told, event)
    stated = StatedExecution(
        execution_id=fill.execution_id, order_id=None, broker_order_id="", symbol=fill.symbol, side=fill.side,
        quantity=fill.quantity, price=fill.price, commission=fill.commission, occurred_at=fill.occurred_at,
    )  # fmt: skip
    effect = scene.effect = scene.reports.take_foreign(stated)
    scene.report, scene.foreign, scene.shares_told = None, stated, 0
    scene.market.appraise(fill.symbol, fill.price)
    scene.books.execute(fill.symbol, fill.side, effect)


def _foreign_of(scene: Scene) -> list[StatedExecution]:
    event = scene.event
    if isinstance(event, ForeignExecution):
        return [event.execution]
    if isinstance(event, StatementReceived):
        return [one for one in event.statement.executions or () if one.order_id is None]
    return []


def _demand_known(scene: Scene, stated: StatedExecution) -> None:
    """See that a sound execution was booked, now or before, whosever it is."""
    reports = scene.reports
    is_sound = stated.quantity > 0 and stated.price > Decimal(0)
    if stated.order_id is None:
        if isinstance(scene.event, StatementReceived):
            return  # whether a broker's order is ours is known to who compares them
        names = {stated.execution_id, stated.corrects}
        is_known = any(name is not None and (name in reports.foreign or reports.is_known(name)) for name in names)
    else:
        known = scene.orders.known.get(stated.order_id)
        intent = None if known is None else known.order.intent
        if intent is None or (intent.symbol, intent.side) != (stated.symbol, stated.side):
            return
        is_known = reports.is_known(stated.execution_id)
    scene.hold("I05", is_known or not is_sound, "{} was told and not booked", stated)


def _note_absences(scene: Scene, event: StatementReceived) -> None:
    told = {stated.order_id for stated in event.statement.orders()}
    unknown = {
        known.order.order_id: known.order.updated_at
        for orders in scene.orders.working.values()
        for known in orders.values()
        if known.order.status is OrderStatus.UNKNOWN
    }
    if event.statement.tells_all_orders:
        missed = [name for name, since in unknown.items() if name not in told and event.asked_at >= since]
        scene.absences.update({name: event.occurred_at for name in missed if name not in scene.absences})
    scene.absences = {name: at for name, at in scene.absences.items() if name in unknown and name not in told}
