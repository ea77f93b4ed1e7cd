"""From told bars to closed ones: each once, in order of time, all symbols of a moment together.

The gateway cuts hours by the clock: its first of a day covers the half hour from the open. Ours count from the open,
so half hours are asked for, which both cut alike, and joined here.
"""

from datetime import date

from robo_trader.adapters.brokers.interactive_brokers.speech import BarsTold, BarTold
from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, BarSlice
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_joining import interval_of, join_bars
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable


def told_size(size: BarSize) -> BarSize:
    """Return the size of the bars that the gateway is asked for, of which bars of a size are made."""
    return BarSize.MINUTES_30 if size is BarSize.HOUR_1 else size


class BarStream:
    """Holds the bars that are in the making; those of other than regular hours are dropped."""

    def __init__(self, bar_size: BarSize, sessions: SessionTable, *, after: int) -> None:
        """after: bars that end by then are known already, UTC ns."""
        self._size = bar_size
        self._sessions = sessions
        self._after = after
        self._pieces: dict[tuple[int, Symbol], dict[int, Bar]] = {}  # by end of the bar, then by their own beginning

    def take(self, told: BarsTold) -> None:
        """Take bars in; a later version of one in the making replaces it."""
        for row in told.bars:
            placed = self._placed(told.symbol, row)
            if placed is not None and placed[1].ended_at > self._after:
                started_at, bar = placed
                self._pieces.setdefault((bar.ended_at, bar.symbol), {})[started_at] = bar

    def closed(self, now: int) -> list[BarSlice]:
        """Return the slices that are over by a time, each once. A bar that comes after its slice was given is gone."""
        over = sorted(key for key in self._pieces if key[0] <= now)
        by_end: dict[int, list[Bar]] = {}
        for key in over:
            pieces = self._pieces.pop(key)
            first = next(iter(pieces.values()))
            whole = join_bars([pieces[start] for start in sorted(pieces)], (first.started_at, first.ended_at))
            by_end.setdefault(key[0], []).append(whole)
        if by_end:
            self._after = max(self._after, *by_end)
        return [self._slice(ended_at, bars) for ended_at, bars in by_end.items()]

    def earliest_end(self) -> int | None:
        """Return the end of the earliest bar that is held, UTC ns, None if none is."""
        return min((ended_at for ended_at, _ in self._pieces), default=None)

    def _slice(self, ended_at: int, bars: list[Bar]) -> BarSlice:
        session = self._sessions.of_bar(ended_at)
        assert session is not None, ended_at
        return BarSlice(ended_at=ended_at, session=session, bars=tuple(bars))

    def _placed(self, symbol: Symbol, row: BarTold) -> tuple[int, Bar] | None:
        """Return when a row begins, and it with the span of the bar that it is part of.

        None outside all sessions, and where its time is none.
        """
        started_at = 0 if self._size.is_daily else int(row.date) * NANOS_PER_SECOND
        span = self._day(row.date) if self._size.is_daily else self._interval(started_at)
        if span is None:
            return None
        return started_at, Bar(symbol, *span, row.open, row.high, row.low, row.close, row.volume)

    def _day(self, text: str) -> tuple[int, int] | None:
        try:
            session = self._sessions.on(date.fromisoformat(text).isoformat())
        except ValueError:
            return None
        return None if session is None else (session.opens_at, session.closes_at)

    def _interval(self, started_at: int) -> tuple[int, int] | None:
        session = self._sessions.of_bar(started_at + 1)
        return None if session is None else interval_of(session, started_at, nanos=self._size.nanos)
