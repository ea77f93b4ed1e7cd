"""Axes: round ticks for values, calendar ticks for times, and fewer points for the same picture."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

POINTS_MAX = 2_000
_TICKS_MAX = 9
_GAP_MIN = 0.05  # of the width, between two dates
_CALENDAR = (("Y", (1, 2, 5, 10)), ("M", (1, 2, 3, 6)), ("D", (1, 2, 5, 10)), ("h", (1, 2)))


class Axis(NamedTuple):
    """A range of values, and the round ones in it."""

    low: float
    high: float
    ticks: tuple[float, ...]
    step: float


class TimeTick(NamedTuple):
    """A date at a place, 0 (left) to 1 (right)."""

    place: float
    label: str


def thinned(values: NDArray[np.float64], points_max: int = POINTS_MAX) -> NDArray[np.int64]:
    """Return the places of at most `points_max` values that draw the same picture, rising.

    Values are gathered in buckets, and each keeps its lowest and highest one: no peak or trough is lost. First and last
    are kept. NaN is never the extreme of a bucket that has a number.
    """
    count = len(values)
    if count <= points_max:
        return np.arange(count)
    bounds = np.linspace(0, count, (points_max - 2) // 2 + 1).astype(np.int64)
    kept = {0, count - 1}
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        bucket = values[begin:end]
        if np.isnan(bucket).all():
            kept.add(begin)
        else:
            kept.update((begin + int(np.nanargmin(bucket)), begin + int(np.nanargmax(bucket))))
    return np.array(sorted(kept), np.int64)


def value_axis(low: float, high: float, *, ticks: int = 5) -> Axis:
    """Return an axis around [low, high] with about so many round ticks: 1, 2, 2.5 or 5 times a power of ten apart."""
    if not high > low:
        low, high = low - max(abs(low) * 0.01, 1e-6), high + max(abs(high) * 0.01, 1e-6)
    rough = (high - low) / ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, tuple(step * place for place in range(first, last + 1)), step)


def time_ticks(times: NDArray[np.datetime64]) -> list[TimeTick]:
    """Return dates along an axis on which every slice takes the same room: where a year, month, day or hour begins."""
    if len(times) < 2:
        return []
    chosen: tuple[NDArray[np.int64], str] = (np.empty(0, np.int64), "Y")
    for unit, steps in _CALENDAR:
        number = times.astype(f"datetime64[{unit}]").astype(np.int64)
        for step in reversed(steps):
            period = number // step
            places = np.flatnonzero(np.diff(period, prepend=period[0] - 1))
            if len(places) > _TICKS_MAX:
                return _spaced(times, *chosen)
            if len(places) > 1:
                chosen = (places, unit)
    return _spaced(times, *chosen)


def _spaced(times: NDArray[np.datetime64], places: NDArray[np.int64], unit: str) -> list[TimeTick]:
    last = len(times) - 1
    ticks: list[TimeTick] = []
    for place in reversed(places.tolist()):  # from the right: what begins before the first slice goes if it is close
        if not ticks or ticks[-1].place - place / last >= _GAP_MIN:
            ticks.append(TimeTick(place / last, _date_label(times[place], unit)))
    return ticks[::-1]


def _date_label(time: np.datetime64, unit: str) -> str:
    moment = time.astype("datetime64[s]").item()
    return f"{moment:{ {'Y': '%Y', 'M': '%b %Y', 'D': '%d %b', 'h': '%d %b %H:%M'}[unit] }}"
