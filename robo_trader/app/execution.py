"""From settings to how orders are worked, and to what trading is assumed to cost."""

from decimal import Decimal

from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.execution.policy import ExecutionPolicy, Peg, Urgency
from robo_trader.core.market.impact import ImpactModel


def build_execution(settings: Settings) -> ExecutionPolicy | None:
    """Return how the settings work orders, None if all are sent at once.

    Raises InvalidConfig where bars are whole days: within a day there is then no time that anything could happen at.
    """
    chosen = settings.execution
    if chosen.algorithm == "at_once":
        return None
    if settings.data.bar_size.is_daily:
        raise InvalidConfig(
            f"execution.algorithm is {chosen.algorithm}, and daily bars show no time of the day to work an order over",
            next_step='Set data.bar_size to "1 min" or the like, or execution.algorithm to "at_once".',
        )
    return ExecutionPolicy(
        algorithm=None if chosen.algorithm == "smart" else Algorithm(chosen.algorithm),
        urgency=Urgency(chosen.urgency),
        window=chosen.window_minutes * 60 * NANOS_PER_SECOND,
        interval=chosen.interval_seconds * NANOS_PER_SECOND,
        close_margin=chosen.close_margin_minutes * 60 * NANOS_PER_SECOND,
        child_shares_min=Decimal(chosen.child_shares_min),
        participation=float(chosen.pov_fraction),
        display_shares=Decimal(chosen.display_shares),
        patience=chosen.patience_seconds * NANOS_PER_SECOND,
        modifies_max=chosen.modifies_max,
        peg=Peg(chosen.peg),
        crosses_rest=chosen.window_end == "cross",
        profile_sessions=chosen.profile_sessions,
        impact=build_impact(settings),
    )


def build_impact(settings: Settings) -> ImpactModel:
    """Return the numbers of the square-root law that the settings name."""
    chosen = settings.execution
    return ImpactModel(half_spread_bps=float(chosen.half_spread_bps), coefficient=float(chosen.impact_coefficient))
