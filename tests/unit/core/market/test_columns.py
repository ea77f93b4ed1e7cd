"""What features read of a bar: its prices, and where its session stands in the day and in the calendar."""

import pytest

from robo_trader.core.market.columns import SESSION_COLUMNS, session_columns
from tests.builders import MINUTE, OPEN, a_session


@pytest.mark.parametrize(
    ("minutes", "ended_after", "expected"),
    [
        pytest.param(390, 60, (19_786.0, 60.0, 390.0, 0.0, 27.0), id="an hour into Monday 4 March 2024"),
        pytest.param(390, 390, (19_786.0, 390.0, 390.0, 0.0, 27.0), id="its close"),
        pytest.param(210, 210, (19_786.0, 210.0, 210.0, 0.0, 27.0), id="the close, had it been a half day"),
    ],
)
def test_the_columns_of_a_session(minutes: int, ended_after: int, expected: tuple[float, ...]) -> None:
    """19,786 days lie between 1 January 1970 and 4 March 2024; March has 27 more days."""
    session = a_session(minutes=minutes)
    assert session_columns(session, session.opens_at + ended_after * MINUTE) == expected


def test_the_columns_follow_the_calendar() -> None:
    columns = [dict(zip(SESSION_COLUMNS, session_columns(a_session(day=day), OPEN), strict=True)) for day in range(40)]
    assert [row["weekday"] for row in columns[:8]] == [0, 1, 2, 3, 4, 5, 6, 0]
    assert columns[27]["days_to_month_end"] == 0 and columns[28]["days_to_month_end"] == 29, "April has 30 days"
    assert [row["session"] for row in columns] == [19_786 + day for day in range(40)]
