"""What time it is where orders are traded."""

import time

_DAY = 86_400 * 1_000_000_000


class MarketClock:
    """The wall's time, unless the gateway plays another day: then the latest time that anybody named.

    A gateway that rehearses on old prices lives in the past, and jumps from bar to bar.
    """

    def __init__(self) -> None:
        self._latest = 0
        self.is_simulated = False
        self.skew = 0  # of the gateway's clock against ours at the last answer, nanoseconds

    def hear_gateway(self, nanos: int) -> None:
        """Take the gateway's clock, in whole seconds."""
        self.skew = nanos - time.time_ns()
        self.is_simulated = abs(self.skew) > _DAY
        self.note(nanos)

    def note(self, nanos: int) -> None:
        """Take a time that somebody named."""
        self._latest = max(self._latest, nanos)

    def now(self) -> int:
        """Return the time, UTC nanoseconds."""
        return self._latest if self.is_simulated or not self._latest else max(self._latest, time.time_ns())
