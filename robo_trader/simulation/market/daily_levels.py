"""Where a pretend stock opens and closes each day: a mean-reverting walk in log price from one fixed first day.

The walk takes one step every weekday, exchange open or not, and each step draws from a generator named after
(seed, symbol, date). So a day's level depends neither on the window asked for nor on the calendar at hand; what
a holiday would have moved becomes part of the next overnight gap.

Figures are plausible, not calibrated. The overnight share of the variance is the median of large US stocks from
2005 to 2019.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import exp, log, sqrt

from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.market.random_words import name_words, to_normal, to_unit

GENESIS_YEAR = 1998

_KEPT_PER_DAY = 0.997  # of the distance to the anchor; half of it is gone in 231 weekdays
_OVERNIGHT_SHARE = 0.28  # of a day's variance
_ANCHORS_USD = (60.0, 150.0)
_DAILY_DEVIATIONS = (0.010, 0.018)  # of log returns: 16 to 29 % a year
_DAILY_SHARES = (1e6, 2e7)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Temper:
    """What distinguishes one pretend stock from another."""

    anchor: float  # log of the price in dollars to which it returns
    deviation: float  # standard deviation of a day's log return, gap included
    shares: float  # traded in a regular session of middling activity

    @property
    def gap_deviation(self) -> float:
        """Standard deviation of the log return from close to open."""
        return self.deviation * sqrt(_OVERNIGHT_SHARE)

    @property
    def session_deviation(self) -> float:
        """Standard deviation of the log return from open to close."""
        return self.deviation * sqrt(1 - _OVERNIGHT_SHARE)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of one stock: its ends, and what the minutes between are drawn from."""

    opened_log: float  # of dollars
    closed_log: float
    activity: float  # volume against a middling day, above 0
    path_key: int
    extras_key: int


def temper_of(seed: int, symbol: Symbol) -> Temper:
    """Return the character that a seed gives to a symbol."""
    anchor, deviation, shares, _ = map(to_unit, name_words(seed, symbol, "temper"))
    return Temper(
        anchor=_between_logs(*_ANCHORS_USD, anchor),
        deviation=_DAILY_DEVIATIONS[0] + (_DAILY_DEVIATIONS[1] - _DAILY_DEVIATIONS[0]) * deviation,
        shares=exp(_between_logs(*_DAILY_SHARES, shares)),
    )


def plan_year(seed: int, symbol: Symbol, year: int) -> dict[str, DayPlan]:
    """Return the plan of every weekday of a year by ISO date; nothing before the genesis year."""
    if year < GENESIS_YEAR:
        return {}
    temper = temper_of(seed, symbol)
    level = _level_after(seed, symbol, year - 1)
    plans = {}
    for day in _weekdays(year):
        plan = _plan_day(temper, level, name_words(seed, symbol, day))
        plans[day] = plan
        level = plan.closed_log
    return plans


@lru_cache(maxsize=8192)  # a float for each stock and year; without it every request walks from the genesis
def _level_after(seed: int, symbol: Symbol, year: int) -> float:
    """Return the log price at which a year ends."""
    if year < GENESIS_YEAR:
        return temper_of(seed, symbol).anchor
    return list(plan_year(seed, symbol, year).values())[-1].closed_log


def _plan_day(temper: Temper, level: float, words: tuple[int, int, int, int]) -> DayPlan:
    """Return the day that follows a close at `level`."""
    gap, move = to_normal(words[0]), to_normal(words[1])
    opened = temper.anchor + _KEPT_PER_DAY * (level - temper.anchor) + temper.gap_deviation * gap
    return DayPlan(
        opened_log=opened,
        closed_log=opened + temper.session_deviation * move,
        activity=0.4 + 0.4 * to_unit(words[3]) + 0.5 * abs(move),  # days that move are days that trade
        path_key=words[2],
        extras_key=words[3],
    )


def _weekdays(year: int) -> Iterator[str]:
    day = date(year, 1, 1)
    while day.year == year:
        if day.weekday() < _SATURDAY:
            yield day.isoformat()
        day += timedelta(days=1)


def _between_logs(low: float, high: float, share: float) -> float:
    return log(low) + (log(high) - log(low)) * share
