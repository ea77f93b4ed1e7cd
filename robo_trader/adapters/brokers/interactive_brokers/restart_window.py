"""Hours in which a gateway may go away on purpose: it restarts every night, and Interactive Brokers resets its servers.

Written as `23:45-01:45 America/New_York` for every night, or `Fri 23:00-Sat 03:00 America/New_York` for once a week.
The hours are those of the wall there: when clocks change, a window may be an hour longer or shorter.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from robo_trader.core.domain.errors import InvalidConfig

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_A_DAY = 24 * 60  # minutes
_A_WEEK = 7 * _A_DAY
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_DAY = rf"(?:({'|'.join(_DAYS)}) )?"
_GRAMMAR = re.compile(rf"{_DAY}{_TIME}-{_DAY}{_TIME} ([A-Za-z0-9_+\-/]+)")
_NEXT_STEP = "Write it like 23:45-01:45 America/New_York, or Fri 23:00-Sat 03:00 America/New_York for once a week."


class RestartWindow(Struct, frozen=True, kw_only=True, gc=False):
    """Every night, or every week: from a minute on, for some minutes."""

    text: str  # as it was written
    begins: int  # minutes since midnight, or since Monday's
    lasts: int  # minutes
    period: int  # minutes: a day, or a week
    zone: str

    def contains(self, at: int) -> bool:
        """Return whether a time is in it. at: UTC ns."""
        there = datetime.fromtimestamp(at / 1e9, UTC).astimezone(ZoneInfo(self.zone))
        minute = there.hour * 60 + there.minute + (_A_DAY * there.weekday() if self.period == _A_WEEK else 0)
        return (minute - self.begins) % self.period < self.lasts


def parse_window(text: str) -> RestartWindow:
    """Return the window that a text names. Raises InvalidConfig."""
    found = _GRAMMAR.fullmatch(" ".join(text.split()))
    if found is None:
        raise InvalidConfig(f"{text!r} is no span of hours with a time zone", next_step=_NEXT_STEP)
    first_day, first_hour, first_minute, last_day, last_hour, last_minute, zone = found.groups()
    if (first_day is None) != (last_day is None):
        raise InvalidConfig(f"{text!r} names one day and not the other", next_step=_NEXT_STEP)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidConfig(f"{zone!r} is not a time zone", next_step=_NEXT_STEP) from None
    period = _A_DAY if first_day is None else _A_WEEK
    begins, ends = (
        _minutes(day, hour, minute)
        for day, hour, minute in ((first_day, first_hour, first_minute), (last_day, last_hour, last_minute))
    )
    lasts = (ends - begins) % period
    if not lasts:
        raise InvalidConfig(f"{text!r} is as long as nothing, or as everything", next_step=_NEXT_STEP)
    return RestartWindow(text=found.group(0), begins=begins, lasts=lasts, period=period, zone=zone)


def _minutes(day: str | None, hour: str, minute: str) -> int:
    days = 0 if day is None else _DAYS.index(day)
    return int(timedelta(days=days, hours=int(hour), minutes=int(minute)).total_seconds()) // 60
