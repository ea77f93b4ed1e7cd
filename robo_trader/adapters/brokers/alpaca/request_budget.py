"""How often Alpaca may be asked: so many requests in any minute, some of them kept for orders.

Reads wait while only what is kept is left; orders and cancels wait only while nothing is. An answer that says "too
many" stops all of it for a while: other programs may use the same account.
"""

import asyncio
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0


class RequestBudget:
    """Counts requests in a sliding window. `clock`: seconds that never go back."""

    def __init__(self, clock: Callable[[], float], *, per_minute: int = 200, kept_for_orders: int = 50) -> None:
        assert 0 <= kept_for_orders < per_minute, (per_minute, kept_for_orders)
        self._clock = clock
        self._per_minute = per_minute
        self._kept = kept_for_orders
        self._sent: deque[float] = deque()
        self._closed_until = 0.0

    def seconds_to_wait(self, *, is_order: bool) -> float:
        """Return the seconds until such a request may be sent, 0 if it may be now."""
        now = self._clock()
        while self._sent and self._sent[0] <= now - WINDOW_SECONDS:
            self._sent.popleft()
        allowed = self._per_minute if is_order else self._per_minute - self._kept
        over = len(self._sent) - allowed
        until = self._sent[over] + WINDOW_SECONDS if over >= 0 else now
        return max(until, self._closed_until) - now if max(until, self._closed_until) > now else 0.0

    def note(self) -> None:
        """Count a request that is sent now."""
        self._sent.append(self._clock())

    def close_for(self, seconds: float) -> None:
        """Let nothing be sent for some seconds."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    async def take(self, *, is_order: bool) -> None:
        """Wait until a request may be sent, and count it."""
        while (seconds := self.seconds_to_wait(is_order=is_order)) > 0:  # noqa: ASYNC110 - time passes, and tells nobody
            await asyncio.sleep(seconds)
        self.note()
