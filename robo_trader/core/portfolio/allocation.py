"""How much of the account each strategy sizes by: decided anew every so many sessions, from what each has returned.

- fixed: as configured.
- equal: all alike.
- inverse volatility: in proportion to one over the standard deviation of daily returns.
- risk parity: so that every strategy contributes the same to the variance of all together (Maillard, Roncalli and
  Teiletche 2010, "The properties of equally weighted risk contribution portfolios", Journal of Portfolio Management
  36(4)); solved by cyclical coordinate descent (Griveau-Billion, Richard and Roncalli 2013).
- ranked: in proportion to the mean return over its standard deviation, where that is above 0; the others get nothing.

Whatever the way, no strategy gets less than a floor or more than a cap, and together they get what is configured. Until
`sessions_min` returns are known, the configuration holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import isnan, sqrt
from statistics import covariance, fmean, stdev

from robo_trader.core.rules.covariance import center_returns, sample_covariance, variance_shares

_RETURNS_MIN = 2  # for a variance
_ROUNDS = 5_000  # at most; a few dozen are usual
Returns = Sequence[Sequence[float]]  # one sequence a strategy, of equal lengths, oldest first


class Allocation(Enum):
    """The ways of dividing capital among strategies."""

    FIXED = "fixed"
    EQUAL = "equal"
    INVERSE_VOLATILITY = "inverse_volatility"
    RISK_PARITY = "risk_parity"
    RANKED = "ranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationPolicy:
    """How and when capital is divided. Fractions are of what all strategies have together."""

    way: Allocation = Allocation.FIXED
    sessions: int = 60  # of returns that are looked back on
    sessions_min: int = 20
    every: int = 21  # sessions between two divisions
    floor: float = 0.0
    cap: float = 1.0


def divide_capital(policy: AllocationPolicy, returns: Returns, configured: Sequence[float]) -> list[float]:
    """Return the fraction of the account's equity that each strategy sizes by.

    returns: of sessions, fractions of each strategy's capital. configured: the fractions it began with.
    """
    total, count = sum(configured), len(configured)
    if policy.way is Allocation.FIXED or min(map(len, returns), default=0) < policy.sessions_min:
        return list(configured)
    recent = [own[-policy.sessions :] for own in returns]
    weights = _scaled(_WAYS[policy.way](recent))
    floor, cap = min(policy.floor, 1.0 / count), max(policy.cap, 1.0 / count)
    return [total * weight for weight in bounded_weights(weights, floor, cap)]


def risk_shares(returns: Returns, capital: Sequence[float]) -> list[float | None]:
    """Return the part that each has of the variance of all together; None for all while that is unknown, or is 0.

    capital: what the returns are fractions of, in any unit.
    """
    count, length = len(returns), min(map(len, returns), default=0)
    if length < _RETURNS_MIN:
        return [None] * count
    centered = [value for own in returns for value in own]
    between = [0.0] * (count * count)
    center_returns(centered, count, length)
    sample_covariance(centered, between, count, length)
    return [None if isnan(part) else part for part in variance_shares(between, list(capital), count)]


def bounded_weights(weights: Sequence[float], floor: float, cap: float) -> list[float]:
    """Return weights that sum to 1, none below the floor or above the cap, the others in proportion as they were.

    weights: not below 0, summing to 1. floor and cap: with room for 1 between all floors and all caps.
    """
    fixed: dict[int, float] = {}
    while True:
        free = [n for n in range(len(weights)) if n not in fixed]
        left, share = 1.0 - sum(fixed.values()), sum(weights[n] for n in free)
        scaled = {n: left * (weights[n] / share) if share > 0.0 else left / len(free) for n in free}
        low = sum(max(0.0, floor - weight) for weight in scaled.values())
        high = sum(max(0.0, weight - cap) for weight in scaled.values())
        if low <= 0.0 and high <= 0.0:
            return [fixed.get(n, scaled.get(n, 0.0)) for n in range(len(weights))]
        if low >= high:
            fixed |= {n: floor for n, weight in scaled.items() if weight < floor}
        else:
            fixed |= {n: cap for n, weight in scaled.items() if weight > cap}


def _equal(returns: Returns) -> list[float]:
    return [1.0] * len(returns)


def _inverse_volatility(returns: Returns) -> list[float]:
    deviations = [stdev(own) for own in returns]
    return [1.0 / deviation if deviation > 0.0 else 0.0 for deviation in deviations]


def _risk_parity(returns: Returns) -> list[float]:
    between = [[covariance(one, other) for other in returns] for one in returns]
    count = len(returns)
    if any(between[n][n] <= 0.0 for n in range(count)):
        return _inverse_volatility(returns)  # one that does not move contributes nothing, whatever it gets
    weights = [1.0 / sqrt(between[n][n]) for n in range(count)]
    for _ in range(_ROUNDS):
        before = list(weights)
        for n in range(count):
            variance = between[n][n]
            beside = sum(between[n][k] * weights[k] for k in range(count) if k != n)
            weights[n] = (-beside + sqrt(beside * beside + 4.0 * variance / count)) / (2.0 * variance)
        if all(abs(now - then) <= 1e-12 * now for now, then in zip(weights, before, strict=True)):
            break
    return weights


def _ranked(returns: Returns) -> list[float]:
    scores = []
    for own in returns:
        deviation = stdev(own)
        scores.append(max(0.0, fmean(own) / deviation) if deviation > 0.0 else 0.0)
    return scores


_WAYS = {
    Allocation.EQUAL: _equal,
    Allocation.INVERSE_VOLATILITY: _inverse_volatility,
    Allocation.RISK_PARITY: _risk_parity,
    Allocation.RANKED: _ranked,
}


def _scaled(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [weight / total for weight in weights] if total > 0.0 else [1.0 / len(weights)] * len(weights)
