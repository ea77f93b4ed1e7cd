"""What own orders have cost beside what the model expected, and the numbers of the model fitted to that.

What an order costs beyond half the spread is mostly chance, for prices move while it is worked. So a few orders say
little: below a minimum nothing is fitted, what chance would explain changes nothing, the defaults count like a number
of orders, and the answers stay in bounds.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from robo_trader.core.domain.parent_orders import ParentOrder, ParentStatus
from robo_trader.core.market.impact import ImpactModel
from robo_trader.core.rules.slippage import fitted_coefficient, fitted_half_spread


@dataclass(frozen=True, slots=True, kw_only=True)
class FitBounds:
    """How far a fit may go."""

    least: float = 0.1
    most: float = 3.0
    half_spread_most: float = 100.0  # basis points; the least is 0
    sample_min: int = 30  # orders
    default_weight: float = 30.0  # orders that the default counts like


DEFAULT_BOUNDS = FitBounds()
CONFIDENCE = 1.96  # standard errors on either side within which chance alone leaves 95 of 100 answers


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSample:
    """What one parent order tells: basis points of its arrival price."""

    moved: float  # by the square-root law with a coefficient of 1, of the part that filled
    half_spread: float  # of the quote as it began, or as the settings had it
    modelled: float  # what the model expected of all of it
    realized: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One number of the model."""

    value: float  # to be assumed from now on
    default: float  # that was assumed before
    estimate: float  # what the orders alone say, without bounds
    error: float  # its standard error; infinite where they do not say it

    @property
    def is_told(self) -> bool:
        """Whether the orders say another number than the default, beyond what chance would explain."""
        return abs(self.estimate - self.default) > CONFIDENCE * self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFit:
    """What some orders cost, in basis points, and what fits that best."""

    orders: int
    modelled_bps: float  # means of the orders
    realized_bps: float
    error_bps: float  # standard error of the mean of realized less modelled
    half_spread: Fitted  # basis points
    coefficient: Fitted  # half the spread being as fitted

    @property
    def model(self) -> ImpactModel:
        """The numbers to be assumed from now on."""
        return ImpactModel(half_spread_bps=self.half_spread.value, coefficient=self.coefficient.value)


def cost_samples(parents: Iterable[ParentOrder]) -> list[CostSample]:
    """Return what parent orders tell. One that is not done, filled nothing, or began without volume says nothing."""
    samples = []
    for parent in parents:
        cost = parent.realized_bps
        if parent.status is not ParentStatus.DONE or cost is None or not parent.unit_impact_bps:
            continue
        assert parent.modelled_bps is not None, "it is known where the impact is"
        filled = float(parent.filled / parent.quantity)
        samples.append(
            CostSample(
                moved=parent.unit_impact_bps * filled**0.5, half_spread=parent.half_spread_bps,
                modelled=parent.modelled_bps, realized=cost,
            )
        )  # fmt: skip
    return samples


def fit_costs(samples: Sequence[CostSample], default: ImpactModel, bounds: FitBounds = DEFAULT_BOUNDS) -> CostFit:
    """Return what the orders cost, and the model that explains it best.

    Half the spread is fitted first, as what an order of no size would cost; then the coefficient beside it. Either
    stays as it is below the minimum of orders, and where chance would explain the difference. At least one sample.
    """
    moved, realized = [one.moved for one in samples], [one.realized for one in samples]
    half_spread = _fit_half_spread(moved, realized, default.half_spread_bps, bounds)
    beyond = [cost - half_spread.value for cost in realized]
    differences = [one.realized - one.modelled for one in samples]
    return CostFit(
        orders=len(samples),
        modelled_bps=sum(one.modelled for one in samples) / len(samples),
        realized_bps=sum(realized) / len(samples),
        error_bps=_mean_error(differences),
        half_spread=half_spread,
        coefficient=_fit_coefficient(moved, beyond, default.coefficient, bounds),
    )


def _fit_half_spread(moved: list[float], realized: list[float], default: float, bounds: FitBounds) -> Fitted:
    estimate = fitted_half_spread(moved, realized, default, -math.inf, math.inf, 0.0)
    slope_only = [cost - estimate for cost in realized]
    slope = fitted_coefficient(moved, slope_only, 0.0, -math.inf, math.inf, 0.0)
    count, mean = len(moved), sum(moved) / len(moved)
    spread = sum((one - mean) ** 2 for one in moved)
    error = math.inf
    if count > 2 and spread > 0:
        left = sum((cost - slope * part) ** 2 for cost, part in zip(slope_only, moved, strict=True)) / (count - 2)
        error = math.sqrt(left * (1 / count + mean * mean / spread))
    fitted = fitted_half_spread(moved, realized, default, 0.0, bounds.half_spread_most, bounds.default_weight)
    return _settled(fitted, default, estimate, error, is_enough=count >= bounds.sample_min)


def _fit_coefficient(moved: list[float], beyond: list[float], default: float, bounds: FitBounds) -> Fitted:
    estimate = fitted_coefficient(moved, beyond, default, -math.inf, math.inf, 0.0)
    squares, error = sum(part * part for part in moved), math.inf
    if len(moved) > 1 and squares > 0:
        left = sum((cost - estimate * part) ** 2 for cost, part in zip(beyond, moved, strict=True))
        error = math.sqrt(left / (len(moved) - 1) / squares)
    fitted = fitted_coefficient(moved, beyond, default, bounds.least, bounds.most, bounds.default_weight)
    return _settled(fitted, default, estimate, error, is_enough=len(moved) >= bounds.sample_min)


def _settled(fitted: float, default: float, estimate: float, error: float, *, is_enough: bool) -> Fitted:
    found = Fitted(value=fitted, default=default, estimate=estimate, error=error)
    return found if is_enough and found.is_told else replace(found, value=default)


def _mean_error(values: Sequence[float]) -> float:
    """Return the standard error of a mean, 0 of a single value."""
    count = len(values)
    mean = sum(values) / count
    squares = sum((value - mean) ** 2 for value in values)
    return math.sqrt(squares / max(count - 1, 1) / count)
