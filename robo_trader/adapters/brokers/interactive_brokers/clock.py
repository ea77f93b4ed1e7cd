"""What time it is where orders are traded."""

import time
from collections.abc import Callable

_DAY = 86_400 * 1_000_000_000


class MarketClock:
    """The wall's time, unless the gateway plays another day: then the latest time that anybody named.

    A gateway that rehearses on old prices lives in the past, and jumps from bar to bar. Before it was asked nobody
    knows which it is, and the latest named time is the only one that cannot lie ahead of the market.
    """

    def __init__(self, wall: Callable[[], int] = time.time_ns) -> None:
        """wall: the machine's time, UTC ns."""
        self._wall = wall
        self._latest = 0
        self.was_heard = False
        self.is_simulated = False

    def hear_gateway(self, nanos: int) -> None:
        """Take the gateway's clock, in whole seconds."""
        self.was_heard = True
        self.is_simulated = abs(nanos - self._wall()) > _DAY
        self.note(nanos)

    def note(self, nanos: int) -> None:
        """Take a time that somebody named."""
        self._latest = max(self._latest, nanos)

    def now(self) -> int:
        """Return the time, UTC nanoseconds. Before the gateway was heard it may be of any day: nothing is newer yet."""
        is_wall = self.was_heard and not self.is_simulated
        return max(self._latest, self._wall()) if is_wall else self._latest
