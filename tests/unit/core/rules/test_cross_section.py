"""Standing of one symbol among others, and within its own group.

Worked by hand: of 3, 1, 3, 7 the places are 2.5, 1, 2.5, 4, which from 0 to 1 are 0.5, 0, 0.5, 1. In a group of 1, 2, 6
the mean is 3 and the mean square distance (4 + 1 + 9) / 3 = 14 / 3. By 1 / value, 1, 2 and 4 weigh 4, 2 and 1 sevenths.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.cross_section import (
    cross_percentile,
    cross_rank,
    inverse_share,
    sector_neutral_zscore,
    sector_residual,
)

VALUES = st.lists(st.integers(-20, 20).map(float) | st.just(math.nan), min_size=1, max_size=20)
GROUP = [1.0, 1.0, 2.0, 1.0, 2.0]
MEMBERS = [1.0, 2.0, 500.0, 6.0, math.nan]


def everybody(values: list[float]) -> list[float]:
    return [0.0] * len(values)


def test_equal_values_share_the_mean_of_their_places() -> None:
    values = [3.0, 1.0, math.nan, 3.0, 7.0]
    places = [cross_rank(value, 0.0, values, everybody(values)) for value in values]
    assert places == pytest.approx([2.5, 1, math.nan, 2.5, 4], nan_ok=True)


def test_percentiles_go_from_0_to_1() -> None:
    values = [3.0, 1.0, math.nan, 3.0, 7.0]
    places = [cross_percentile(value, 0.0, values, everybody(values)) for value in values]
    assert places == pytest.approx([0.5, 0, math.nan, 0.5, 1], nan_ok=True)


def test_one_value_alone_has_a_rank_and_no_percentile() -> None:
    values = [5.0, math.nan]
    assert cross_rank(5.0, 0.0, values, everybody(values)) == 1.0
    assert math.isnan(cross_percentile(5.0, 0.0, values, everybody(values)))


def test_a_residual_is_against_the_mean_of_ones_own_group() -> None:
    assert [sector_residual(value, 1.0, MEMBERS, GROUP) for value in (1.0, 2.0, 6.0)] == pytest.approx([-2, -1, 3])
    assert sector_residual(500.0, 2.0, MEMBERS, GROUP) == 0.0
    assert math.isnan(sector_residual(math.nan, 2.0, MEMBERS, GROUP))


def test_a_group_without_values_has_no_mean() -> None:
    assert math.isnan(sector_residual(5.0, 3.0, MEMBERS, GROUP))


def test_a_zscore_is_within_ones_own_group() -> None:
    zscores = [sector_neutral_zscore(value, 1.0, MEMBERS, GROUP) for value in (1.0, 2.0, 6.0)]
    assert zscores == pytest.approx([step / math.sqrt(14 / 3) for step in (-2, -1, 3)])


@pytest.mark.parametrize(
    "members",
    [
        pytest.param([1.0, 2.0], id="two are too few"),
        pytest.param([1.0, 2.0, math.nan], id="a missing one does not count"),
        pytest.param([0.1, 0.1, 0.1], id="equal ones have no spread"),
        pytest.param([1e-200, 2e-200, 3e-200], id="nor have those too near for floats"),
        pytest.param([math.nan, 1.0, 2.0, 3.0], id="the own one is missing"),
    ],
)
def test_a_group_without_spread_has_no_zscore(members: list[float]) -> None:
    assert math.isnan(sector_neutral_zscore(members[0], 0.0, members, everybody(members)))


def test_the_smaller_value_has_the_larger_share() -> None:
    values = [1.0, 2.0, math.nan, 4.0]
    shares = [inverse_share(value, 0.0, values, everybody(values)) for value in values]
    assert shares == pytest.approx([4 / 7, 2 / 7, math.nan, 1 / 7], nan_ok=True)


def test_what_is_not_above_0_has_no_share_and_takes_none() -> None:
    values = [2.0, 0.0, -1.0, 2.0]
    assert [inverse_share(value, 0.0, values, everybody(values)) for value in values] == [0.5, 0.0, 0.0, 0.5]


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=20))
def test_shares_sum_to_1(values: list[float]) -> None:
    shares = [inverse_share(value, 0.0, values, everybody(values)) for value in values]
    assert sum(shares) == pytest.approx(1.0) and min(shares) > 0.0


@given(VALUES)
def test_ranks_sum_to_those_of_different_values(values: list[float]) -> None:
    known = [value for value in values if not math.isnan(value)]
    places = [cross_rank(value, 0.0, values, everybody(values)) for value in known]
    assert sum(places) == len(known) * (len(known) + 1) / 2
    assert all(0 <= cross_percentile(value, 0.0, values, everybody(values)) <= 1 for value in known[1:])


@given(VALUES)
def test_residuals_of_a_group_sum_to_0(values: list[float]) -> None:
    residuals = [sector_residual(value, 0.0, values, everybody(values)) for value in values]
    assert math.fsum(residual for residual in residuals if not math.isnan(residual)) == pytest.approx(0, abs=1e-9)
