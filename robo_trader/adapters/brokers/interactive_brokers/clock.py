"""What time it is where orders are traded."""

import time
from collections.abc import Callable

from robo_trader.adapters.brokers.interactive_brokers.clock_gap import ClockGap
from robo_trader.adapters.brokers.interactive_brokers.translation import UnreadableError

_DAY = 86_400 * 1_000_000_000
_EARLIEST, _LATEST = 631_152_000 * 1_000_000_000, 4_102_444_800 * 1_000_000_000  # the years 1990 to 2099


class MarketClock:
    """The wall's time, unless the gateway plays another day: then the latest time that anybody named.

    A gateway that rehearses on old prices lives in the past, and jumps from bar to bar. Before it was asked nobody
    knows which it is, and the latest named time is the only one that cannot lie ahead of the market.
    """

    def __init__(self, wall: Callable[[], int] = time.time_ns) -> None:
        """wall: the machine's time, UTC ns."""
        self._wall = wall
        self._latest = 0
        self._asked_at = 0  # by our clock
        self.gap = ClockGap()
        self.was_heard = False
        self.is_simulated = False

    def forget_gateway(self) -> None:
        """Another connection: whoever is there may play another day."""
        self.was_heard = False

    def note_asked(self) -> None:
        """The gateway is asked for its clock now."""
        self._asked_at = self._wall()

    def hear_gateway(self, nanos: int) -> None:
        """Take the gateway's clock, in whole seconds. Raises UnreadableError."""
        self.hear(nanos)
        heard_at = self._wall()
        is_simulated = abs(nanos - heard_at) > _DAY
        if is_simulated and self.was_heard and not self.is_simulated:
            raise UnreadableError("the gateway's clock left the day of all others")
        if self.is_simulated and not is_simulated:
            self._latest = min(self._latest, heard_at)  # the other day was a mistake, or is over
        self.was_heard, self.is_simulated = True, is_simulated
        if self._asked_at and not is_simulated:  # of another day the difference says nothing
            self.gap.hear(nanos, asked_at=self._asked_at, heard_at=heard_at)
        self._asked_at = 0

    def hear(self, nanos: int) -> None:
        """Take a time that the wire names. Raises UnreadableError: one too late would stay for good."""
        is_wall = self.was_heard and not self.is_simulated
        if not _EARLIEST < nanos < (self._wall() + _DAY if is_wall else _LATEST):
            raise UnreadableError(f"{str(nanos)[:40]} ns is no time of this market")
        self.note(nanos)

    def note(self, nanos: int) -> None:
        """Take a time that somebody named."""
        self._latest = max(self._latest, nanos)

    def now(self) -> int:
        """Return the time, UTC nanoseconds. Before the gateway was heard it may be of any day: nothing is newer yet."""
        is_wall = self.was_heard and not self.is_simulated
        return max(self._latest, self._wall()) if is_wall else self._latest
