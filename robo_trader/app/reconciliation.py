"""From settings to how the books are held against the broker's."""

from collections.abc import Mapping

from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.discrepancies import Decision, DiscrepancyKind
from robo_trader.core.execution.reconciliation_policy import DEFAULT_POLICY, ReconciliationPolicy
from robo_trader.core.execution.statement_schedule import StatementSchedule


def build_reconciliation(settings: Settings) -> ReconciliationPolicy:
    """Return what the settings make of a difference: how much is one, and what follows."""
    given = settings.reconciliation
    chosen = given.model_dump()
    return ReconciliationPolicy(
        cash_minimum=given.cash_minimum,
        cash_fraction=given.cash_fraction,
        average_cost_fraction=given.average_cost_fraction,
        decisions={kind: _decision(chosen, kind) for kind in DiscrepancyKind},
    )


def _decision(chosen: Mapping[str, object], kind: DiscrepancyKind) -> Decision:
    """Return what follows from a kind: as set, or the only thing that may, where there is nothing to set."""
    name = kind.value.lower()
    return Decision(str(chosen[name]).upper()) if name in chosen else DEFAULT_POLICY.decisions[kind]


def build_schedule(settings: Settings) -> StatementSchedule:
    """Return how often the settings ask the broker for a statement."""
    given = settings.reconciliation
    return StatementSchedule(
        positions_every=given.positions_seconds * NANOS_PER_SECOND, orders_every=given.orders_seconds * NANOS_PER_SECOND
    )
