"""Axes with round ticks, and fewer points that draw the same picture."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.research.reports.scales import POINTS_MAX, thinned, time_ticks, value_axis


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        pytest.param(88.0, 126.0, [90.0, 100.0, 110.0, 120.0], id="tens"),
        pytest.param(-0.062, 0.118, [-0.05, 0.0, 0.05, 0.10], id="around zero"),
        pytest.param(0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], id="fifths"),
    ],
)
def test_ticks_are_round_and_within(low: float, high: float, ticks: list[float]) -> None:
    assert value_axis(low, high).ticks == pytest.approx(ticks, abs=1e-12)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e6])
def test_a_line_that_never_moves_gets_room_around_it(value: float) -> None:
    axis = value_axis(value, value)
    assert axis.low < value < axis.high and axis.ticks


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_an_axis_has_a_few_ticks_whatever_the_range(low: float, width: float) -> None:
    axis = value_axis(low, low + width)
    assert 1 <= len(axis.ticks) <= 7
    assert all(axis.low - axis.step * 1e-6 <= tick <= axis.high + axis.step * 1e-6 for tick in axis.ticks)


def test_no_peak_and_no_trough_is_lost() -> None:
    values = np.sin(np.arange(100_000) / 777.0)
    values[[31_415, 77_777]] = 9.0, -9.0
    kept = thinned(values)
    assert len(kept) <= POINTS_MAX
    assert {0, 31_415, 77_777, 99_999} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()


def test_few_points_stay_as_they_are() -> None:
    assert thinned(np.arange(POINTS_MAX, dtype=float)).tolist() == list(range(POINTS_MAX))


def test_missing_values_hide_no_peak() -> None:
    values = np.full(50_000, np.nan)
    values[20_000:] = 1.0
    values[30_000] = 5.0
    kept = thinned(values)
    assert len(kept) <= POINTS_MAX and 30_000 in kept
    assert np.isnan(values[kept]).any(), "the gap is still drawn"


@pytest.mark.parametrize(
    ("start", "count", "step", "labels"),
    [
        pytest.param(
            "2000-03-01", 4_700, timedelta(days=1), ["2002", "2004", "2006", "2008", "2010", "2012"], id="years"
        ),
        pytest.param("2024-01-02", 120, timedelta(days=1), ["Feb 2024", "Mar 2024", "Apr 2024"], id="months"),
        pytest.param(
            "2024-03-04T14:30", 390, timedelta(minutes=1), ["04 Mar 16:00", "04 Mar 18:00", "04 Mar 20:00"], id="hours"
        ),
    ],
)
def test_dates_stand_where_a_period_begins(start: str, count: int, step: timedelta, labels: list[str]) -> None:
    times = np.datetime64(start, "ns") + np.arange(count) * np.timedelta64(step)
    ticks = time_ticks(times)
    assert [tick.label for tick in ticks if tick.label in labels] == labels
    assert 2 <= len(ticks) <= 10
    assert all(later.place - sooner.place >= 0.05 for sooner, later in pairwise(ticks))
    assert all(0 <= tick.place <= 1 for tick in ticks)


def test_one_moment_has_no_dates() -> None:
    assert time_ticks(np.array(["2024-01-01"], "datetime64[ns]")) == []


def test_of_two_dates_too_close_the_earlier_one_goes() -> None:
    """From mid-December 2000 to the end of 2006: the year 2000 begins 17 days before 2001."""
    times = np.datetime64("2000-12-15", "ns") + np.arange(2_200) * np.timedelta64(timedelta(days=1))
    assert [tick.label for tick in time_ticks(times)] == ["2001", "2002", "2003", "2004", "2005", "2006"]
