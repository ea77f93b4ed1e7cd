"""What a seed is played on: a calendar of short sessions, a market, and the clock on the wall.

A day of this world is a session of one-minute bars, shorter than a real one, and a night that takes no time. The
program's own times (heartbeats, patience, statements) are the usual ones, so a session holds as many of them a minute
as a real one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, BarSlice, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable, bar_intervals

ACCOUNT = "DU1234567"
HOST, PORT = "127.0.0.1", 4002
OPENING_CASH = Decimal(1_000_000)  # dollars
BAR_SIZE = BarSize.MINUTE_1
BEFORE_OPEN_SECONDS, AFTER_CLOSE_SECONDS = 30, 30  # of each day, that are played besides its session
_FIRST_DAY = date(2024, 3, 4)
_OPEN_HOUR, _OPEN_MINUTE = 14, 30  # UTC, in winter
_WEEKEND = 5
_STEP = 0.002  # of the price, from bar to bar


@dataclass(frozen=True, slots=True)
class Stage:
    """Which days are played, and which stocks."""

    seed: int
    days: int
    session_minutes: int
    symbols: tuple[Symbol, ...]

    @property
    def sessions(self) -> SessionTable:
        """The calendar."""
        return SessionTable([self._session(on) for on in _weekdays(self.days)])

    def slices(self, session: TradingSession) -> Iterator[BarSlice]:
        """Yield a session's bars: a walk of each price, by seed."""
        chance = Random(f"market/{self.seed}/{session.date}")  # noqa: S311 - pretend prices
        prices = {
            symbol: round(50 + 10 * number + chance.uniform(-5, 5), 2) for number, symbol in enumerate(self.symbols)
        }
        for started_at, ended_at in bar_intervals(session, BAR_SIZE):
            bars = []
            for symbol in self.symbols:
                bar = _next_bar(symbol, started_at, ended_at, prices[symbol], chance)
                prices[symbol] = bar.close
                bars.append(bar)
            yield BarSlice(ended_at=ended_at, session=session, bars=tuple(bars))

    def _session(self, on: date) -> TradingSession:
        opens = datetime(on.year, on.month, on.day, _OPEN_HOUR, _OPEN_MINUTE, tzinfo=UTC)
        opens_at = int(opens.timestamp()) * NANOS_PER_SECOND
        return TradingSession(
            date=on.isoformat(), opens_at=opens_at, closes_at=opens_at + self.session_minutes * 60 * NANOS_PER_SECOND
        )


@dataclass(slots=True)
class WallClock:
    """What time it is: that of the market, and what the program's machine believes, which may jump."""

    nanos: Callable[[], int]  # of the loop
    starts_at: int  # UTC ns
    skipped: int = 0  # nights
    error: int = 0  # of the machine's clock

    def market(self) -> int:
        """Return the true time, UTC ns."""
        return self.starts_at + self.skipped + self.nanos()

    def machine(self) -> int:
        """Return what the program's machine believes."""
        return self.market() + self.error

    def come_to(self, at: int) -> None:
        """Let a night pass."""
        self.skipped += max(0, at - self.market())


def _weekdays(count: int) -> Iterator[date]:
    on, found = _FIRST_DAY, 0
    while found < count:
        if on.weekday() < _WEEKEND:
            found += 1
            yield on
        on += timedelta(days=1)


def _next_bar(symbol: Symbol, started_at: int, ended_at: int, price: float, chance: Random) -> Bar:
    close = round(max(1.0, price * (1 + chance.gauss(0, _STEP))), 2)
    high = round(max(price, close) * (1 + abs(chance.gauss(0, _STEP / 2))), 2)
    low = round(min(price, close) * (1 - abs(chance.gauss(0, _STEP / 2))), 2)
    volume = float(chance.randrange(2_000, 200_000))
    return Bar(symbol, started_at, ended_at, price, max(high, price, close), min(low, price, close), close, volume)
