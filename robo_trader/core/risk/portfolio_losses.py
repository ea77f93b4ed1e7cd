"""What a portfolio may lose in a day, whichever of its working orders fill.

Each symbol with orders can end at two values: with all that lower it filled, or all that raise it. Up to
`SYMBOLS_PLAYED` such symbols, every combination is measured and the worst counts. More would take long, and an upper
bound is taken: past or drawn days choose for each symbol the value that hurts on that day, and normal losses add up as
if all orders moved as one. A symbol without history may lose all of its value.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import sqrt
from typing import NamedTuple

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.risk.portfolio_estimates import Estimates, JointEstimate
from robo_trader.core.risk.portfolio_facts import Holding
from robo_trader.core.risk.portfolio_model import LossMethod, PortfolioModel
from robo_trader.core.rules.covariance import portfolio_variance
from robo_trader.core.rules.portfolio_losses import day_losses, worst_day_losses
from robo_trader.core.rules.value_at_risk import (
    normal_shortfall,
    normal_value_at_risk,
    shortfall,
    value_at_risk,
)

SYMBOLS_PLAYED = 4  # 16 combinations

Ends = tuple[float, float]  # dollars: the lowest and the highest a symbol's value may be


class DayLoss(NamedTuple):
    """Dollars, 0 or above."""

    value_at_risk: float
    shortfall: float


def worst_day_loss(estimates: Estimates, holdings: Mapping[Symbol, Holding]) -> DayLoss:
    """Return the largest of each figure over all ways the working orders can end."""
    joint = estimates.of(list(holdings))
    ends = [holdings[symbol].values for symbol in joint.known]
    measured = list(_measured(joint, ends, estimates.model))
    lost = sum(float(holding.worst_value) for symbol, holding in holdings.items() if symbol not in joint.known)
    return DayLoss(
        lost + max((one.value_at_risk for one in measured), default=0.0),
        lost + max((one.shortfall for one in measured), default=0.0),
    )


def _measured(joint: JointEstimate, ends: Sequence[Ends], model: PortfolioModel) -> Iterator[DayLoss]:
    if not ends:
        return
    is_normal = model.method is LossMethod.PARAMETRIC
    if sum(lowest != highest for lowest, highest in ends) > SYMBOLS_PLAYED:
        yield _bound_if_normal(joint, ends, model) if is_normal else _bound_of_days(joint, ends, model)
        return
    if not is_normal:
        yield from _of_days(joint, ends, model)
        return
    for values in product(*(dict.fromkeys(pair) for pair in ends)):
        yield _normal(sqrt(portfolio_variance(joint.covariance, list(values), len(values))), model)


def _of_days(joint: JointEstimate, ends: Sequence[Ends], model: PortfolioModel) -> Iterator[DayLoss]:
    """Yield the losses of every combination; what is the same in all of them is added up once."""
    days = _days(joint, model)
    certain, open_ = [0.0] * len(days[0]), []
    for returns, (lowest, highest) in zip(days, ends, strict=True):
        if lowest == highest:
            day_losses(certain, returns, lowest, len(certain))
        else:
            open_.append((returns, (lowest, highest)))
    for values in product(*(pair for _, pair in open_)):
        losses = certain.copy()
        for (returns, _), value in zip(open_, values, strict=True):
            day_losses(losses, returns, value, len(losses))
        yield _sorted_out(losses, model)


def _bound_of_days(joint: JointEstimate, ends: Sequence[Ends], model: PortfolioModel) -> DayLoss:
    days = _days(joint, model)
    losses = [0.0] * len(days[0])
    for returns, (lowest, highest) in zip(days, ends, strict=True):
        worst_day_losses(losses, returns, lowest, highest, len(losses))
    return _sorted_out(losses, model)


def _bound_if_normal(joint: JointEstimate, ends: Sequence[Ends], model: PortfolioModel) -> DayLoss:
    """The deviation of a sum is at most the sum of deviations: of the middle, and of half the way to either end."""
    count = len(ends)
    middles = [(lowest + highest) / 2.0 for lowest, highest in ends]
    deviation = sqrt(portfolio_variance(joint.covariance, middles, count))
    for place, (lowest, highest) in enumerate(ends):
        deviation += (highest - lowest) / 2.0 * sqrt(joint.covariance[place * count + place])
    return _normal(deviation, model)


def _days(joint: JointEstimate, model: PortfolioModel) -> Sequence[list[float]]:
    return joint.past_days if model.method is LossMethod.HISTORICAL else joint.drawn_days


def _sorted_out(losses: list[float], model: PortfolioModel) -> DayLoss:
    losses.sort()
    confidence = model.confidence
    return DayLoss(max(0.0, value_at_risk(losses, confidence)), max(0.0, shortfall(losses, confidence)))


def _normal(deviation: float, model: PortfolioModel) -> DayLoss:
    confidence = model.confidence
    return DayLoss(normal_value_at_risk(deviation, confidence), normal_shortfall(deviation, confidence))
