"""Bar sizes and durations, written the way Interactive Brokers writes them: "1 hour", "30 D"."""

import re
from dataclasses import dataclass
from enum import Enum

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.errors import InvalidConfig

DAY_NANOS = 86_400 * NANOS_PER_SECOND
SESSION_NANOS = 23_400 * NANOS_PER_SECOND  # a regular session, of which few are shorter
SESSIONS_A_YEAR = 252.0


class BarSize(Enum):
    """The supported bar sizes; the value is how it is written."""

    MINUTE_1 = "1 min"
    MINUTES_5 = "5 mins"
    MINUTES_15 = "15 mins"
    MINUTES_30 = "30 mins"
    HOUR_1 = "1 hour"
    DAY_1 = "1 day"

    @property
    def nanos(self) -> int:
        """Length of a bar. A daily bar covers its session, whose length differs; 24 hours stand for it."""
        return _NANOS[self]

    @property
    def is_daily(self) -> bool:
        """Whether one bar covers one whole session."""
        return self is BarSize.DAY_1

    @property
    def bars_a_year(self) -> float:
        """How many bars there are in a year of regular sessions; a last bar that is cut short counts."""
        return SESSIONS_A_YEAR * (1 if self.is_daily else -(-SESSION_NANOS // self.nanos))


_MINUTE = 60 * NANOS_PER_SECOND
_NANOS = {
    BarSize.MINUTE_1: _MINUTE,
    BarSize.MINUTES_5: 5 * _MINUTE,
    BarSize.MINUTES_15: 15 * _MINUTE,
    BarSize.MINUTES_30: 30 * _MINUTE,
    BarSize.HOUR_1: 60 * _MINUTE,
    BarSize.DAY_1: DAY_NANOS,
}


def parse_bar_size(text: str) -> BarSize:
    """Return the bar size that `text` names. Raises InvalidConfig with the list of those that exist."""
    wanted = " ".join(text.lower().split())
    for size in BarSize:
        if wanted in (size.value, size.value.removesuffix("s"), f"{size.value}s"):
            return size
    known = ", ".join(f'"{size.value}"' for size in BarSize)
    raise InvalidConfig(f"{text!r} is not a bar size", next_step=f"Use one of {known}.")


_DAYS_PER_UNIT = {"D": 1, "W": 7, "M": 30, "Y": 365}


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of calendar days, counted back from the end of the data."""

    days: int

    @property
    def nanos(self) -> int:
        """The span in nanoseconds."""
        return self.days * DAY_NANOS


def parse_duration(text: str) -> Duration:
    """Return the span that `text` names: a count and D, W, M (30 days) or Y (365 days), as in "30 D".

    Raises InvalidConfig for anything else.
    """
    match = re.fullmatch(r"\s*([1-9][0-9]{0,4})\s*([DWMYdwmy])\s*", text)
    if not match:
        raise InvalidConfig(
            f"{text!r} is not a duration",
            next_step='Write a count and a unit, D, W, M or Y: "30 D", "2 Y".',
        )
    return Duration(int(match[1]) * _DAYS_PER_UNIT[match[2].upper()])
