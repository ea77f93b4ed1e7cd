"""What time it is where orders are traded."""

import time

from robo_trader.adapters.brokers.interactive_brokers.clock_gap import ClockGap

_DAY = 86_400 * 1_000_000_000


class MarketClock:
    """The wall's time, unless the gateway plays another day: then the latest time that anybody named.

    A gateway that rehearses on old prices lives in the past, and jumps from bar to bar. Before it was asked nobody
    knows which it is, and the latest named time is the only one that cannot lie ahead of the market.
    """

    def __init__(self) -> None:
        self._latest = 0
        self._asked_at = 0  # by our clock
        self.gap = ClockGap()
        self.was_heard = False
        self.is_simulated = False

    def note_asked(self) -> None:
        """The gateway is asked for its clock now."""
        self._asked_at = time.time_ns()

    def hear_gateway(self, nanos: int) -> None:
        """Take the gateway's clock, in whole seconds."""
        self.was_heard = True
        heard_at = time.time_ns()
        self.is_simulated = abs(nanos - heard_at) > _DAY
        if self._asked_at and not self.is_simulated:  # of another day the difference says nothing
            self.gap.hear(nanos, asked_at=self._asked_at, heard_at=heard_at)
        self._asked_at = 0
        self.note(nanos)

    def note(self, nanos: int) -> None:
        """Take a time that somebody named."""
        self._latest = max(self._latest, nanos)

    def now(self) -> int:
        """Return the time, UTC nanoseconds. Before the gateway was heard it may be of any day: nothing is newer yet."""
        is_wall = self.was_heard and not self.is_simulated
        return max(self._latest, time.time_ns()) if is_wall else self._latest
