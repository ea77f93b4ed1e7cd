"""Drawdowns: from the last mark on a peak to the first one that is not below it.

Worked by hand, opening with 100: marks 100 90 95 | 110 99 121 | 60 70. From 100 down to 90, 10 %, back at 110 two bars
later than 90: three bars. From 110 down to 99, 10 %, two bars. From 121 down to 60, 50.4 %, never back.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.research.backtest.drawdowns import find_drawdowns, underwater
from tests.unit.research.frames import at, some_equity

MARKS = [100.0, 90.0, 95.0, 110.0, 99.0, 121.0, 60.0, 70.0]


def test_each_drawdown_is_found_with_its_depth_and_length() -> None:
    found = find_drawdowns(some_equity(MARKS), 100.0)
    assert found["depth"].to_list() == pytest.approx([61 / 121, 0.1, 0.1])
    assert found.select("peak_at", "trough_at", "recovered_at").rows() == [
        (at(5), at(6), None), (at(0), at(1), at(3)), (at(3), at(4), at(5)),
    ]  # fmt: skip
    assert found["bars"].to_list() == found["sessions"].to_list() == [2, 3, 2]


def test_the_opening_cash_is_the_first_peak() -> None:
    found = find_drawdowns(some_equity([80.0, 90.0, 100.0]), 100.0)
    assert found.row(0) == (pytest.approx(0.2), None, at(0), at(2), 3, 3)


def test_bars_and_sessions_are_counted_apart() -> None:
    """Two bars a session: below the peak from the second bar of day 0 to the first one of day 2."""
    found = find_drawdowns(some_equity([100.0, 90.0, 90.0, 90.0, 100.0, 100.0], bars_a_session=2), 100.0)
    assert found.select("bars", "sessions").row(0) == (4, 2)


@pytest.mark.parametrize("marks", [[], [100.0], [100.0, 100.0, 130.0]])
def test_who_never_falls_has_none(marks: list[float]) -> None:
    assert find_drawdowns(some_equity(marks), 100.0).is_empty()


@given(st.lists(st.integers(1, 20), min_size=1, max_size=60))
def test_drawdowns_cover_exactly_the_marks_below_a_peak(marks: list[int]) -> None:
    values = [float(mark) for mark in marks]
    below = underwater(np.array(values), 10.0)
    found = find_drawdowns(some_equity(values), 10.0)
    unfinished = found["recovered_at"].null_count()
    assert found["bars"].sum() - len(found) + unfinished == np.count_nonzero(below)
    assert found["depth"].max() == (below.max() if below.max() > 0 else None)
    peak = 10.0
    for value, depth in zip(values, below, strict=True):
        peak = max(peak, value)
        assert depth == (peak - value) / peak
