"""Broker's reports: none is lost, none counts twice, and each execution is booked as it was told.

I05, I18.
"""

from robo_trader.core.domain.events import FillBooked, FillRestated, ReportQuarantined
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.order_reports import BROKER_REPORTS, BrokerReport
from robo_trader.runtime.invariants.reports_seen import Effect, Version
from robo_trader.runtime.invariants.scene import Scene


def look_at_report(scene: Scene) -> None:
    """Take in the event, if it is a report."""
    if isinstance(scene.event, BROKER_REPORTS):
        hear(scene, scene.event)


def hear(scene: Scene, report: BrokerReport) -> None:
    """Work out what a report must do, and count the shares it brings."""
    scene.report, scene.foreign = report, None
    scene.report_told = scene.shares_told = 0
    known = scene.orders.known.get(report.order_id)
    effect = scene.effect = scene.reports.foresee(report, known)
    if effect is None or effect.refused:
        return
    assert known is not None, report
    scene.reports.take(report, effect)
    if effect.after is not None:
        known.filled += effect.change
        scene.books.execute(scene.name_now(known.order.intent.symbol), known.order.intent.side, effect)


def look_at_quarantine(scene: Scene, decision: ReportQuarantined) -> None:
    """See that what was set aside had to be."""
    scene.report_told += 1
    scene.set_aside += 1
    effect = scene.effect
    if not isinstance(scene.event, BROKER_REPORTS):
        return  # what a statement says wrong is nobody's report
    scene.hold(
        "I18", effect is None or bool(effect.refused),
        "{} of order {} was set aside, though nothing is wrong with it: {}", decision.kind, decision.order_id,
        decision.reason,
    )  # fmt: skip


def look_at_fill(scene: Scene, decision: FillBooked) -> None:
    """Hold a booked fill against the execution."""
    effect = _share_effect(scene, decision.fill)
    is_new = effect.before is None and _is(decision.fill, effect.after)
    scene.hold("I05", is_new, "{} is no execution that was told now", decision.fill)


def look_at_restated(scene: Scene, decision: FillRestated) -> None:
    """Hold a restated fill against both versions of its execution."""
    effect = _share_effect(scene, decision.fill)
    is_told = _is(decision.before, effect.before) and _is(decision.fill, effect.after)
    scene.hold("I05", is_told, "{} does not restate {} as it was told", decision.fill, decision.before)


def look_at_the_end(scene: Scene) -> None:
    """See that a report had its effect, once, or was set aside."""
    report = scene.event
    if isinstance(report, BROKER_REPORTS):
        scene.hold(
            "I18", scene.report_told == 1, "{} of order {} was told {} times instead of once", type(report).__name__,
            report.order_id, scene.report_told,
        )  # fmt: skip
        demand_booked(scene)
    if scene.account is not None:
        counted = scene.account.tally.quarantined
        scene.hold("I18", counted == scene.set_aside, "{} reports count as set aside, of {}", counted, scene.set_aside)


def demand_booked(scene: Scene) -> None:
    """See that the shares that were told last are booked, once."""
    effect = scene.effect
    if effect is None:
        return
    wanted = int(effect.after is not None and not effect.refused)
    scene.hold(
        "I05", scene.shares_told == wanted, "execution {} was booked {} times instead of {}", effect.execution_id,
        scene.shares_told, wanted,
    )  # fmt: skip


def _share_effect(scene: Scene, fill: Fill) -> Effect:
    scene.shares_told += 1
    effect, known = scene.effect, scene.orders.known.get(fill.order_id)
    if scene.foreign is not None and effect is not None:
        stated = scene.foreign
        is_its = (fill.execution_id, fill.order_id, fill.side) == (effect.execution_id, 0, stated.side)
        scene.hold(
            "I05", is_its and scene.name_now(fill.symbol) == scene.name_now(stated.symbol), "{} is not {}", fill, stated
        )
        return effect
    told = effect is not None and effect.execution_id == fill.execution_id and known is not None
    scene.hold("I05", told, "{} is booked, and no report told it", fill)
    assert effect is not None and known is not None
    intent = known.order.intent
    is_own = fill.side is intent.side and fill.symbol in (intent.symbol, scene.name_now(intent.symbol))
    scene.hold("I05", is_own, "{} is not of the side and symbol of its order", fill)
    return effect


def _is(fill: Fill, version: Version | None) -> bool:
    return version is not None and (
        (fill.order_id, fill.quantity, fill.price, fill.commission)
        == (version.order_id, version.quantity, version.price, version.commission)
    )
