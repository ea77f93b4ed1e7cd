"""From told bars to closed ones: each once, in order of time, all symbols of a moment together."""

from collections.abc import Iterable
from datetime import date

from robo_trader.adapters.brokers.interactive_brokers.speech import BarsTold, BarTold
from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, BarSlice
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable


class BarStream:
    """Holds the bars that are in the making; those of other than regular hours are dropped."""

    def __init__(self, bar_size: BarSize, sessions: SessionTable, *, after: int) -> None:
        """after: bars that end by then are known already, UTC ns."""
        self._size = bar_size
        self._sessions = sessions
        self._after = after
        self._bars: dict[tuple[int, Symbol], Bar] = {}  # by end

    def take(self, told: BarsTold) -> None:
        """Take bars in; a later version of one in the making replaces it."""
        for row in told.bars:
            bar = self._placed(told.symbol, row)
            if bar is not None and bar.ended_at > self._after:
                self._bars[bar.ended_at, bar.symbol] = bar

    def closed(self, now: int) -> list[BarSlice]:
        """Return the slices that are over by a time, each once. A bar that comes after its slice was given is gone."""
        over = sorted(key for key in self._bars if key[0] <= now)
        by_end: dict[int, list[Bar]] = {}
        for key in over:
            by_end.setdefault(key[0], []).append(self._bars.pop(key))
        if by_end:
            self._after = max(self._after, *by_end)
        return [self._slice(ended_at, bars) for ended_at, bars in by_end.items()]

    def earliest_end(self) -> int | None:
        """Return the end of the earliest bar that is held, UTC ns, None if none is."""
        return min((ended_at for ended_at, _ in self._bars), default=None)

    def _slice(self, ended_at: int, bars: Iterable[Bar]) -> BarSlice:
        session = self._sessions.of_bar(ended_at)
        assert session is not None, ended_at
        return BarSlice(ended_at=ended_at, session=session, bars=tuple(bars))

    def _placed(self, symbol: Symbol, row: BarTold) -> Bar | None:
        """Return a row as a bar of its session; None outside all of them."""
        span = self._day(row.date) if self._size.is_daily else self._interval(int(row.date) * NANOS_PER_SECOND)
        return None if span is None else Bar(symbol, *span, row.open, row.high, row.low, row.close, row.volume)

    def _day(self, text: str) -> tuple[int, int] | None:
        session = self._sessions.on(date.fromisoformat(text).isoformat())
        return None if session is None else (session.opens_at, session.closes_at)

    def _interval(self, started_at: int) -> tuple[int, int] | None:
        session = self._sessions.of_bar(started_at + 1)
        return None if session is None else (started_at, min(started_at + self._size.nanos, session.closes_at))
