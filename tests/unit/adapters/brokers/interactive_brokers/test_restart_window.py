"""Hours in which a gateway may go away: by the wall there, over midnight, a week's end, and changed clocks."""

from datetime import UTC, datetime

import pytest

from robo_trader.adapters.brokers.interactive_brokers.restart_window import parse_window
from robo_trader.core.domain.errors import InvalidConfig

NIGHT = "23:45-01:45 America/New_York"
WEEKEND = "Fri 23:00-Sat 03:00 America/New_York"
OVER_THE_WEEK = "Sun 22:00-Mon 01:00 UTC"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 1_000_000_000


@pytest.mark.parametrize(
    ("window", "moment", "is_in"),
    [
        (NIGHT, "2026-03-03T23:44:59-05:00", False),
        (NIGHT, "2026-03-03T23:45:00-05:00", True),
        (NIGHT, "2026-03-04T01:44:59-05:00", True),
        (NIGHT, "2026-03-04T01:45:00-05:00", False),
        (NIGHT, "2026-07-04T03:45:00+00:00", True),  # 23:45 in summer
        (NIGHT, "2026-07-04T04:45:00+00:00", True),
        (NIGHT, "2026-07-04T06:00:00+00:00", False),
        (NIGHT, "2026-11-01T01:30:00-04:00", True),
        (NIGHT, "2026-11-01T01:30:00-05:00", True),  # the hour comes twice, and so does the window's end
        (WEEKEND, "2026-03-06T22:59:59-05:00", False),
        (WEEKEND, "2026-03-06T23:00:00-05:00", True),
        (WEEKEND, "2026-03-07T02:59:00-05:00", True),
        (WEEKEND, "2026-03-07T03:00:00-05:00", False),
        (WEEKEND, "2026-03-05T23:30:00-05:00", False),  # a Thursday
        (OVER_THE_WEEK, "2026-03-08T21:59:00+00:00", False),
        (OVER_THE_WEEK, "2026-03-08T23:59:00+00:00", True),
        (OVER_THE_WEEK, "2026-03-09T00:59:00+00:00", True),
        (OVER_THE_WEEK, "2026-03-09T01:00:00+00:00", False),
    ],
)
def test_a_time_is_in_the_window_or_not(window: str, moment: str, is_in: bool) -> None:
    assert parse_window(window).contains(at(moment)) is is_in


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no span of hours"),
        ("23:45-00:45", "no span of hours"),
        ("24:00-00:45 UTC", "no span of hours"),
        ("23:45-00:60 UTC", "no span of hours"),
        ("fri 23:00-sat 03:00 UTC", "no span of hours"),
        ("Fri 23:00-03:00 UTC", "one day and not the other"),
        ("23:00-Sat 03:00 UTC", "one day and not the other"),
        ("23:45-23:45 UTC", "as long as nothing"),
        ("Fri 23:45-Fri 23:45 UTC", "as long as nothing"),
        ("23:45-00:45 Mars/Olympus", "not a time zone"),
        ("23:45-00:45 ../etc", "no span of hours"),
    ],
)
def test_what_is_no_window_is_refused_with_what_to_write(text: str, reason: str) -> None:
    with pytest.raises(InvalidConfig, match=reason) as refused:
        parse_window(text)
    assert "America/New_York" in refused.value.next_step
