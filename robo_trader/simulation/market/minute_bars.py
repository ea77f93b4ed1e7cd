"""Pretend minute bars of any stock and session, and every larger bar as the sum of its minutes.

Each session is a Brownian bridge from its open to its close, drawn from a generator of its own: the bar of a
minute is the same whatever window is asked for and in whatever company. To keep that true to the last bit, the
minutes use nothing but exact steps (+, -, *, /, rounding, running sums); a vectorised exponential may differ by
its place in the array. Prices are counted in whole cents.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import exp

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import bar_intervals
from robo_trader.simulation.market.daily_levels import DayPlan, Temper, plan_year, temper_of
from robo_trader.simulation.market.random_words import Floats, normals_of, pieces_of, row_words

Counts = NDArray[np.int64]

_MINUTE_NANOS = 60 * NANOS_PER_SECOND
_REGULAR_MINUTES = 390
_SESSIONS_PER_BATCH = 256  # bounds memory to a few dozen MB
_CENTS_PER_DOLLAR = 100


@dataclass(frozen=True, slots=True)
class _Grid:
    """Bars of a batch of sessions: shape (sessions, bars); prices in cents, volume in shares."""

    open: Counts
    high: Counts
    low: Counts
    close: Counts
    volume: Counts


def make_bars(seed: int, symbol: Symbol, sessions: Sequence[TradingSession], size: BarSize) -> list[Bar]:
    """Return all bars of the sessions, in their order; those before 1998 and on weekends have none.

    A bar is a function of (seed, symbol, its session, its size); bars of larger sizes are the exact aggregate of
    the minute bars.
    """
    temper = temper_of(seed, symbol)
    bars: list[Bar] = []
    for batch, plans in _batches(_plan(seed, symbol, sessions)):
        minutes = _draw_minutes(temper, plans, _minutes_of(batch[0]))
        starts = [(start - batch[0].opens_at) // _MINUTE_NANOS for start, _ in bar_intervals(batch[0], size)]
        bars += _to_bars(symbol, batch, size, _aggregate(minutes, starts))
    return bars


def _plan(seed: int, symbol: Symbol, sessions: Sequence[TradingSession]) -> list[tuple[TradingSession, DayPlan]]:
    planned = []
    for year, group in groupby(sessions, key=lambda session: int(session.date[:4])):
        plans = plan_year(seed, symbol, year)
        planned += [(session, plans[session.date]) for session in group if session.date in plans]
    return planned


def _batches(
    planned: list[tuple[TradingSession, DayPlan]],
) -> Iterator[tuple[list[TradingSession], list[DayPlan]]]:
    """Yield runs of sessions of equal length, which fill a rectangle."""
    for _, run in groupby(planned, key=lambda pair: _minutes_of(pair[0])):
        pairs = list(run)
        for at in range(0, len(pairs), _SESSIONS_PER_BATCH):
            part = pairs[at : at + _SESSIONS_PER_BATCH]
            yield [session for session, _ in part], [plan for _, plan in part]


def _minutes_of(session: TradingSession) -> int:
    minutes, rest = divmod(session.closes_at - session.opens_at, _MINUTE_NANOS)
    assert minutes > 0, session
    assert rest == 0, session
    return minutes


def _draw_minutes(temper: Temper, plans: list[DayPlan], count: int) -> _Grid:
    """Return the minute bars of several sessions of `count` minutes each."""
    opened = np.array([[_cents(plan.opened_log)] for plan in plans], dtype=np.float64)
    closed = np.array([[_cents(plan.closed_log)] for plan in plans], dtype=np.float64)
    deviations = _minute_deviations(temper, count)
    steps = normals_of(row_words([plan.path_key for plan in plans], count)) * deviations
    path = _bridge(opened, closed, steps, deviations)
    starts = np.concatenate([opened.astype(np.int64), path[:, :-1]], axis=1)
    up, down, busy, _ = pieces_of(row_words([plan.extras_key for plan in plans], count))
    reach = opened * deviations  # how far, in cents, a minute may poke beyond its ends
    return _Grid(
        open=starts,
        high=np.maximum(starts, path) + (up * reach).astype(np.int64),
        low=np.maximum(np.minimum(starts, path) - (down * reach).astype(np.int64), 1),
        close=path,
        volume=_draw_volume(temper, plans, busy),
    )


def _bridge(opened: Floats, closed: Floats, steps: Floats, deviations: Floats) -> Counts:
    """Return the close of each minute in cents: a walk by `steps`, bent so that it ends at `closed`."""
    variance = np.cumsum(deviations * deviations)
    share = variance / variance[-1]  # of the session's variance that lies behind; the last one is exactly 1
    walk = np.cumsum(steps, axis=1)
    path = opened + (closed - opened) * share + opened * (walk - walk[:, -1:] * share)
    cents: Counts = np.maximum(np.rint(path), 1).astype(np.int64)
    return cents


def _minute_deviations(temper: Temper, count: int) -> Floats:
    """Standard deviation of each minute's return: more at both ends of the day, as a whole the session's."""
    shape = 0.8 + 0.5 * _distance_from_noon(count)
    total = np.cumsum(shape * shape)[-1] ** 0.5
    deviations: Floats = shape * (temper.session_deviation / total)
    return deviations


def _draw_volume(temper: Temper, plans: list[DayPlan], busy: Floats) -> Counts:
    """Shares of each minute: a U over the day, times the day's activity, times noise; at least one share."""
    count = busy.shape[1]
    shape = 0.6 + 1.2 * _distance_from_noon(count)  # 1 on average
    activity = np.array([[plan.activity] for plan in plans], dtype=np.float64)
    shares = temper.shares / _REGULAR_MINUTES * activity * shape * (0.4 + 1.2 * busy)
    return np.maximum(shares, 1).astype(np.int64)


def _distance_from_noon(count: int) -> Floats:
    """Squared distance of each minute from the middle of the session: 0 there, 1 at both ends."""
    place: Floats = (2 * np.arange(count, dtype=np.float64) + 1) / count - 1
    return place * place


def _aggregate(minutes: _Grid, starts: list[int]) -> _Grid:
    """Join the minutes from each start to the next; the last bar ends with the session."""
    ends = [*starts[1:], minutes.open.shape[1]]
    return _Grid(
        open=minutes.open[:, starts],
        high=np.maximum.reduceat(minutes.high, starts, axis=1),
        low=np.minimum.reduceat(minutes.low, starts, axis=1),
        close=minutes.close[:, [end - 1 for end in ends]],
        volume=np.add.reduceat(minutes.volume, starts, axis=1),
    )


def _to_bars(symbol: Symbol, batch: list[TradingSession], size: BarSize, grid: _Grid) -> list[Bar]:
    intervals = [interval for session in batch for interval in bar_intervals(session, size)]
    prices = [_dollars(column) for column in (grid.open, grid.high, grid.low, grid.close)]
    volumes = grid.volume.ravel().astype(np.float64).tolist()
    return [
        Bar(symbol, started_at, ended_at, *values)
        for (started_at, ended_at), *values in zip(intervals, *prices, volumes, strict=True)
    ]


def _dollars(cents: Counts) -> list[float]:
    dollars: list[float] = (cents.ravel() / _CENTS_PER_DOLLAR).tolist()
    return dollars


def _cents(price_log: float) -> int:
    return round(exp(price_log) * _CENTS_PER_DOLLAR)
