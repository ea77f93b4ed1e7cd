"""The impact coefficient, fitted to what own orders have cost.

What an order costs beyond half the spread is mostly chance, for prices move while it is worked. So a few orders say
little: below a minimum nothing is fitted, the default counts like a number of orders, and the answer stays in bounds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from robo_trader.core.domain.parent_orders import ParentOrder, ParentStatus
from robo_trader.core.market.impact import ImpactModel
from robo_trader.core.rules.slippage import fitted_coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class FitBounds:
    """How far a fit may go."""

    least: float = 0.1
    most: float = 3.0
    sample_min: int = 30  # orders
    default_weight: float = 30.0  # orders that the default counts like


DEFAULT_BOUNDS = FitBounds()


def fit_impact(parents: Iterable[ParentOrder], default: ImpactModel, bounds: FitBounds = DEFAULT_BOUNDS) -> ImpactModel:
    """Return the model with the coefficient that explains best what these parent orders have cost.

    Those that are not done, filled nothing, or began while volume was not known say nothing; below the minimum of the
    others the default comes back as it is.
    """
    moved, realized = [], []
    for parent in parents:
        cost = parent.realized_bps
        if parent.status is ParentStatus.DONE and cost is not None and parent.unit_impact_bps:
            filled = float(parent.filled / parent.quantity)
            moved.append(parent.unit_impact_bps * filled**0.5)
            realized.append(cost - parent.half_spread_bps)
    if len(moved) < bounds.sample_min:
        return default
    coefficient = fitted_coefficient(
        moved, realized, default.coefficient, bounds.least, bounds.most, bounds.default_weight
    )
    return replace(default, coefficient=coefficient)
