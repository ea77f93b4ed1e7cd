"""How much is due by when."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.schedules import (
    due_shares,
    running_mean,
    share_of_volume,
    slice_number,
    time_part,
    volume_part,
    volume_until,
)


def test_slices_are_counted_from_the_beginning() -> None:
    assert [slice_number(now, 100, 10) for now in (100, 109, 110, 125)] == [0, 0, 1, 2]


def test_a_part_of_time_is_between_nothing_and_all() -> None:
    assert [time_part(100, 200, until) for until in (90, 100, 150, 200, 300)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert time_part(100, 100, 100) == 1.0, "an empty window has gone by"


def test_volume_within_a_bucket_comes_evenly() -> None:
    profile = [100.0, 300.0, 0.0]
    assert [volume_until(profile, 60, since) for since in (-5, 0, 30, 60, 90, 120, 180, 500)] == [
        0.0, 0.0, 50.0, 100.0, 250.0, 400.0, 400.0, 400.0,
    ]  # fmt: skip


def test_a_part_of_volume_is_of_the_window_alone() -> None:
    profile = [1_000.0, 100.0, 300.0, 1_000.0]
    assert volume_part(profile, 60, 60, 180, 120) == 0.25
    assert volume_part(profile, 60, 60, 180, 150) == 0.625
    assert volume_part(profile, 60, 60, 180, 180) == 1.0


def test_where_nothing_ever_traded_no_part_is_known() -> None:
    assert math.isnan(volume_part([0.0, 0.0], 60, 0, 120, 60))


def test_shares_are_whole_and_never_too_many() -> None:
    assert due_shares(25.0, 0.1) == 2.0 and due_shares(25.0, 1.0) == 25.0
    assert due_shares(100.0, 0.29) == 29.0, "0.29 * 100 is a hair below 29"
    assert share_of_volume(1_005.0, 0.1) == 100.0


def test_a_running_mean_is_a_plain_one_until_it_fades() -> None:
    mean = 0.0
    for count, value in enumerate([10.0, 20.0, 60.0]):
        mean = running_mean(mean, value, count, 3)
    assert mean == pytest.approx(30.0)
    assert running_mean(mean, 60.0, 3, 3) == pytest.approx(40.0), "a third of the way"


@given(
    profile=st.lists(st.floats(0, 1e6), min_size=1, max_size=20),
    times=st.lists(st.integers(0, 1200), min_size=4, max_size=4),
)
def test_more_is_never_due_earlier(profile: list[float], times: list[int]) -> None:
    begins, early, late, ends = sorted(times)
    first, second = (volume_part(profile, 60, begins, ends, until) for until in (early, late))
    if not math.isnan(first) and not math.isnan(second):
        assert 0.0 <= first <= second + 1e-9 and second <= 1.0 + 1e-9
