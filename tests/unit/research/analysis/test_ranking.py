"""Rank correlation as scipy takes it.

Worked by hand: 10, 30, 20 against 1, 2, 3 has the ranks 1, 3, 2 against 1, 2, 3, so 1 - 6 * (0 + 1 + 1) / (3 * 8),
which is 0.5.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from robo_trader.research.analysis.ranking import average_ranks, finite_mean, spearman

VALUES = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=3, max_size=40)


def test_as_worked_by_hand() -> None:
    assert spearman(np.array([10.0, 30.0, 20.0]), np.array([1.0, 2.0, 3.0])) == pytest.approx(0.5)


@given(VALUES)
def test_agrees_with_scipy_ties_included(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array(column, np.float64) for column in zip(*pairs, strict=True))
    np.testing.assert_array_equal(average_ranks(one), stats.rankdata(one))
    if len(set(one)) > 1 and len(set(other)) > 1:
        assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-12)
    else:
        assert math.isnan(spearman(one, other))


def test_rows_without_either_value_do_not_count() -> None:
    one = np.array([10.0, math.nan, 30.0, 20.0, 5.0])
    assert spearman(one, np.array([1.0, 9.0, 2.0, 3.0, math.nan])) == pytest.approx(0.5)
    assert math.isnan(spearman(one[:3], one[:3])), "two points always lie on a line"


def test_the_mean_of_nothing_is_nothing() -> None:
    assert math.isnan(finite_mean(np.array([math.nan])))
    assert finite_mean(np.array([math.nan, 1.0, 2.0])) == 1.5
