"""What a question for history means: which bars, from when to when; or why it is refused."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.state import Notice
from robo_trader.simulation.gateway.market.bar_sums import Span, SumSize
from robo_trader.simulation.gateway.protocol.reading_times import read_time
from robo_trader.simulation.gateway.protocol.requests import HistoricalData

BAR_KINDS = ("TRADES", "MIDPOINT", "BID", "ASK")
SCHEDULE = "SCHEDULE"
SMALL_SECONDS = 30  # bars so small are paced

_MINUTE, _HOUR, _DAY, _WEEK, _MONTH, _YEAR = 60, 3_600, 86_400, 604_800, 2_592_000, 31_536_000
_SIZES = {
    **{f"{count} secs": SumSize(Span.SECONDS, count) for count in (1, 5, 10, 15, 30)},
    "1 min": SumSize(Span.SECONDS, _MINUTE),
    **{f"{count} mins": SumSize(Span.SECONDS, count * _MINUTE) for count in (2, 3, 5, 10, 15, 20, 30)},
    "1 hour": SumSize(Span.SECONDS, _HOUR),
    **{f"{count} hours": SumSize(Span.SECONDS, count * _HOUR) for count in (2, 3, 4, 8)},
    "1 day": SumSize(Span.DAY, _DAY),
    "1 week": SumSize(Span.WEEK, _WEEK),
    "1W": SumSize(Span.WEEK, _WEEK),
    "1 month": SumSize(Span.MONTH, _MONTH),
    "1M": SumSize(Span.MONTH, _MONTH),
}
# Durations from so many seconds on: the smallest and the largest bars they have, in seconds.
_STEPS = (
    (0, 1, _MINUTE), (1_800, 1, 30 * _MINUTE), (_HOUR, 5, _HOUR), (4 * _HOUR, 10, 3 * _HOUR),
    (8 * _HOUR, 30, 8 * _HOUR), (_DAY, _MINUTE, _DAY), (2 * _DAY, 2 * _MINUTE, _DAY), (_WEEK, 3 * _MINUTE, _WEEK),
    (_MONTH, 30 * _MINUTE, _MONTH), (_YEAR, _DAY, _MONTH),
)  # fmt: skip
_UNIT_SECONDS = {"S": 1, "D": _DAY, "W": _WEEK, "M": _MONTH, "Y": _YEAR}
_NEW_YORK = ZoneInfo("America/New_York")
_MONTHS_A_YEAR = 12
_LAST_DAY_OF_ALL = 28  # that every month has


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back, as it was written: a count and S, D, W, M or Y."""

    count: int
    unit: str

    @property
    def seconds(self) -> int:
        """The length by the calendar."""
        return self.count * _UNIT_SECONDS[self.unit]

    def start(self, end: int, sessions: SessionTable) -> int:
        """Return when it begins, UTC ns. Days are sessions, the one at the end included; the rest is calendar time."""
        if self.unit == "S":
            return end - self.count * NANOS_PER_SECOND
        if self.unit == "D":
            begun = [session.opens_at for session in sessions.sessions if session.opens_at < end]
            return begun[-self.count] if self.count <= len(begun) else 0
        local = datetime.fromtimestamp(end // NANOS_PER_SECOND, UTC).astimezone(_NEW_YORK)
        try:
            earlier = local - timedelta(weeks=self.count) if self.unit == "W" else self._months_before(local)
        except (ValueError, OverflowError):
            return 0
        return int(earlier.timestamp()) * NANOS_PER_SECOND

    def _months_before(self, local: datetime) -> datetime:
        months = self.count * (_MONTHS_A_YEAR if self.unit == "Y" else 1)
        number = local.year * _MONTHS_A_YEAR + local.month - 1 - months
        year, month = divmod(number, _MONTHS_A_YEAR)
        return local.replace(year=year, month=month + 1, day=min(local.day, _LAST_DAY_OF_ALL))


@dataclass(frozen=True, slots=True)
class HistoryAsked:
    """Which bars are wanted. `end`: UTC ns; `what`: TRADES, MIDPOINT, BID, ASK or SCHEDULE."""

    size: SumSize
    reach: Reach
    what: str
    end: int

    @property
    def is_small(self) -> bool:
        """Whether such questions are paced."""
        return self.size.seconds <= SMALL_SECONDS


def read_history(asked: HistoricalData, now: int, *, checks_steps: bool) -> HistoryAsked | Notice:
    """Return what is wanted, or the refusal. checks_steps: sizes of minutes have to be in the table as well."""
    size, reach = _SIZES.get(" ".join(asked.bar_size.split())), _read_reach(asked.duration)
    if size is None:
        return _invalid(f"Historical data bar size setting is invalid: {asked.bar_size!r}")
    if reach is None:
        return _invalid(f"Historical data duration is invalid: {asked.duration!r}")
    what = asked.what_to_show.upper()
    fault = _find_fault(what, size, reach, checks_steps=checks_steps)
    end = _read_end(asked, now)
    if fault is not None:
        return fault
    if isinstance(end, Notice):
        return end
    return HistoryAsked(size, reach, what, end)


def _find_fault(what: str, size: SumSize, reach: Reach, *, checks_steps: bool) -> Notice | None:
    if what == SCHEDULE:
        return None if size.span is Span.DAY else _invalid("a schedule has bars of one day")
    if what not in BAR_KINDS:
        return _invalid(f"{what!r} is not shown here")
    if not _is_step(size, reach, checks_steps=checks_steps):
        return _invalid(f"invalid step: bars of {size.seconds} seconds over {reach.count} {reach.unit}")
    return None


def _read_end(asked: HistoricalData, now: int) -> int | Notice:
    if not asked.end:
        return now
    if asked.keep_up_to_date:
        return _invalid("what is kept up to date has no end")
    try:
        return min(now, read_time(asked.end))
    except (ValueError, KeyError):
        return _invalid(f"{asked.end!r} is no time")


def _read_reach(text: str) -> Reach | None:
    match = re.fullmatch(r"([1-9][0-9]{0,6}) ?([SDWMY])", text.strip().upper(), re.ASCII)
    return Reach(int(match[1]), match[2]) if match else None


def _is_step(size: SumSize, reach: Reach, *, checks_steps: bool) -> bool:
    _, smallest, largest = next(row for row in reversed(_STEPS) if row[0] <= reach.seconds)
    if size.seconds > max(largest, _MINUTE):
        return False
    return size.seconds >= smallest or (not checks_steps and size.seconds >= _MINUTE)


def _invalid(cause: str) -> Notice:
    return Notice(code=321, text=f"Error validating request.-'bN' : cause - {cause}")
