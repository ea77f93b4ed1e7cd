"""From settings to how the books are held against the broker's."""

from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.discrepancies import Decision, DiscrepancyKind
from robo_trader.core.execution.reconciliation_policy import ReconciliationPolicy
from robo_trader.core.execution.statement_schedule import StatementSchedule

# Nobody may choose otherwise: a journal that has lost its end knows neither its orders nor its positions.
_FIXED = {DiscrepancyKind.ORDER_LOST: Decision.HALT}


def build_reconciliation(settings: Settings) -> ReconciliationPolicy:
    """Return what the settings make of a difference: how much is one, and what follows."""
    given = settings.reconciliation
    chosen = given.model_dump()
    return ReconciliationPolicy(
        cash_minimum=given.cash_minimum,
        cash_fraction=given.cash_fraction,
        average_cost_fraction=given.average_cost_fraction,
        decisions={kind: Decision(chosen[key].upper()) for kind, key in _keys().items()} | _FIXED,
    )


def _keys() -> dict[DiscrepancyKind, str]:
    return {kind: kind.value.lower() for kind in DiscrepancyKind if kind not in _FIXED}


def build_schedule(settings: Settings) -> StatementSchedule:
    """Return how often the settings ask the broker for a statement."""
    given = settings.reconciliation
    return StatementSchedule(
        positions_every=given.positions_seconds * NANOS_PER_SECOND, orders_every=given.orders_seconds * NANOS_PER_SECOND
    )
