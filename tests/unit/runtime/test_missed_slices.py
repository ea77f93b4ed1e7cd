"""A slice is decided on until the next one of the calendar should have been over; later it is only shown."""

import pytest

from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.runtime.missed_slices import GRACE_NANOS, freshness, part
from tests.builders import CLOSE, DAY, HOUR, OPEN, a_bar, a_day, a_session, a_slice

SESSIONS = SessionTable([a_session(day=day) for day in (0, 1, 4)])  # days 2 and 3 are a weekend
GRACE = 2 * GRACE_NANOS


def an_hour(number: int) -> int:
    return OPEN + number * HOUR


@pytest.mark.parametrize(
    ("ended_at", "until"),
    [
        pytest.param(an_hour(1), an_hour(2), id="within a session"),
        pytest.param(an_hour(6), CLOSE, id="the last bar is cut at the close"),
        pytest.param(CLOSE, OPEN + DAY + HOUR, id="over a night, until the first bar of the next session"),
        pytest.param(CLOSE + DAY, OPEN + 4 * DAY + HOUR, id="over a weekend"),
        pytest.param(CLOSE + 4 * DAY, CLOSE + 4 * DAY + HOUR, id="after the last session that is known"),
    ],
)
def test_how_long_an_hour_is_fresh(ended_at: int, until: int) -> None:
    slice_ = a_slice(a_bar(started_at=ended_at - HOUR, ended_at=ended_at), ended_at=ended_at)
    assert freshness(SESSIONS, BarSize.HOUR_1)(slice_) == until + GRACE


def test_a_daily_slice_is_fresh_until_the_next_close() -> None:
    fresh_until = freshness(SESSIONS, BarSize.DAY_1)
    assert fresh_until(a_day(0, AAPL=100.0)) == CLOSE + DAY + GRACE
    assert fresh_until(a_day(1, AAPL=100.0)) == CLOSE + 4 * DAY + GRACE


@pytest.mark.parametrize(("later", "missed"), [(0, 1), (GRACE, 1), (GRACE + 1, 2), (HOUR, 2), (HOUR + GRACE + 1, 3)])
def test_what_came_at_once_is_parted(later: int, missed: int) -> None:
    slices = [a_slice(a_bar(started_at=an_hour(hour))) for hour in range(3)]
    shown, fresh = part(slices, now=an_hour(3) + later, fresh_until=freshness(SESSIONS, BarSize.HOUR_1))
    assert (shown, fresh) == (slices[:missed], slices[missed:])
