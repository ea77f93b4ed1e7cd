"""The two clocks of the web process: one for what is shown, one for waiting and limits."""

import time
from typing import Protocol


class WebClock(Protocol):
    """Read where time is needed, so that tests need not wait."""

    def wall_ms(self) -> int:
        """Return the time of day, epoch milliseconds; may jump."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only go forward."""
        ...


class SystemWebClock:
    """The machine's clocks."""

    def wall_ms(self) -> int:
        """Return the time of day."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return seconds since some fixed moment."""
        return time.monotonic()
