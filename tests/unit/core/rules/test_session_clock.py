"""What the clock says of a bar: a full session has 390 minutes, a half day 210."""

from datetime import date, timedelta

import pytest

from robo_trader.core.rules.session_clock import (
    clock_state_size,
    half_day_update,
    is_at_edge,
    known_update,
    minutes_to_close_update,
    week_number,
)

NOTHING = [0.0] * clock_state_size()


@pytest.mark.parametrize(
    ("minute", "session_minutes", "left"),
    [
        pytest.param(1.0, 390.0, 389.0, id="the first minute of a full session"),
        pytest.param(390.0, 390.0, 0.0, id="the last one, and a daily bar"),
        pytest.param(200.0, 210.0, 10.0, id="near the early close of a half day"),
    ],
)
def test_the_close_is_the_sessions_own(minute: float, session_minutes: float, left: float) -> None:
    assert minutes_to_close_update(NOTHING, minute, session_minutes) == left


def test_a_session_that_closes_early_is_a_half_day() -> None:
    assert half_day_update(NOTHING, 210.0) == 1.0
    assert half_day_update(NOTHING, 390.0) == 0.0


def test_the_calendar_is_taken_at_its_word() -> None:
    assert known_update(NOTHING, 4.0) == 4.0


def test_a_week_begins_on_monday() -> None:
    monday = date(2024, 3, 4)
    weeks = [week_number((monday + timedelta(days=day)).toordinal()) for day in range(-1, 8)]
    assert [week - weeks[1] for week in weeks] == [-1, 0, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("now", "edge"), [(9, False), (10, True), (11, True), (12, False), (15, False), (16, True), (19, True), (20, False)]
)
def test_the_edges_of_a_session_are_its_first_and_last_moments(now: int, edge: bool) -> None:
    assert is_at_edge(now, 10, 20, 2, 4) is edge


def test_a_session_without_edges_has_none() -> None:
    assert not any(is_at_edge(now, 10, 20, 0, 0) for now in range(9, 22))
