"""The exchange's sessions as plain values, and the bars that fit into them.

The calendar itself comes from outside (`adapters/calendars`); here it is data, so that a run is a function of
its inputs alone.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.market.bar_sizes import BarSize


class SessionTable:
    """Regular sessions in order of time, found by moment or by date."""

    def __init__(self, sessions: Sequence[TradingSession]) -> None:
        self.sessions = tuple(sessions)
        self._closes = [session.closes_at for session in self.sessions]
        self._dates = [session.date for session in self.sessions]
        assert self._closes == sorted(self._closes), "sessions must be in order"

    def __len__(self) -> int:
        return len(self.sessions)

    def on(self, date: str) -> TradingSession | None:
        """Return the session of an ISO date, None if the exchange is closed that day."""
        index = bisect_left(self._dates, date)
        found = index < len(self._dates) and self._dates[index] == date
        return self.sessions[index] if found else None

    def of_bar(self, ended_at: int) -> TradingSession | None:
        """Return the session in whose (open, close] a bar ends, None outside regular hours."""
        index = bisect_left(self._closes, ended_at)
        if index == len(self.sessions):
            return None
        session = self.sessions[index]
        return session if session.opens_at < ended_at else None

    def between(self, start: int, end: int) -> tuple[TradingSession, ...]:
        """Return the sessions that open at or after `start` and close at or before `end`."""
        first = bisect_left(self.sessions, start, key=lambda session: session.opens_at)
        return self.sessions[first : bisect_right(self._closes, end)]

    def last_closed(self, now: int) -> TradingSession:
        """Return the latest session that had closed by `now`. There must be one."""
        index = bisect_right(self._closes, now)
        assert index > 0, now
        return self.sessions[index - 1]

    def next_to_close(self, now: int) -> TradingSession | None:
        """Return the session that is under way at `now`, or else the next one; None after the last."""
        index = bisect_right(self._closes, now)
        return self.sessions[index] if index < len(self.sessions) else None


def bar_intervals(session: TradingSession, size: BarSize) -> Iterator[tuple[int, int]]:
    """Yield (started_at, ended_at) of each bar of a session; the last one is cut at the close.

    Hourly bars are counted from the open, so the last bar of a regular day covers half an hour.
    """
    if size.is_daily:
        yield session.opens_at, session.closes_at
        return
    for start in range(session.opens_at, session.closes_at, size.nanos):
        yield start, min(start + size.nanos, session.closes_at)


def end_of_next_bar(sessions: SessionTable, size: BarSize, ended_at: int) -> int:
    """Return when the bar after one that ended at a time ends, UTC ns; after the last session a bar's length later."""
    session = sessions.next_to_close(ended_at)
    if session is None:
        return ended_at + size.nanos
    if size.is_daily:
        return session.closes_at
    return min(max(ended_at, session.opens_at) + size.nanos, session.closes_at)
