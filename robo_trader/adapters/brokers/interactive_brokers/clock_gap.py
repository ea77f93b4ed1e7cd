"""How far the gateway's clock and ours are apart, though it tells whole seconds alone.

It says T: somewhere between asking and hearing, its clock stood between T and a second later. Each answer leaves a span
for the difference, and several answers, at different parts of a second, leave a narrow one.
"""

from collections import deque

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.clocks import CLOCK_STOP_NANOS, CLOCK_WARN_NANOS

_KEPT = 12  # answers: about a minute's


class ClockGap:
    """Takes answers, and says when what follows from them changes. Times in UTC ns."""

    def __init__(self) -> None:
        self._spans: deque[tuple[int, int]] = deque(maxlen=_KEPT)  # least and most that the gateway is ahead
        self._told: int | None = None

    def hear(self, told: int, *, asked_at: int, heard_at: int) -> None:
        """Take a time that the gateway told, in whole seconds, between asking and hearing."""
        self._spans.append((told - heard_at, told + NANOS_PER_SECOND - asked_at))
        least, most = self._span()
        if least > most:  # one of the clocks was put right
            last = self._spans[-1]
            self._spans.clear()
            self._spans.append(last)

    def take_news(self) -> int | None:
        """Return by how much the gateway is ahead, at least, where that was not told yet; None for no news.

        That the clocks agree again, or do so at first, is told once it is certain.
        """
        if not self._spans:
            return None
        least, most = self._span()
        nearest = least if least > 0 else min(most, 0)
        is_certain = max(abs(least), abs(most)) < CLOCK_STOP_NANOS or _level(nearest) == _level(CLOCK_STOP_NANOS)
        if not is_certain or (self._told is not None and _level(nearest) == _level(self._told)):
            return None
        self._told = nearest
        return nearest

    def _span(self) -> tuple[int, int]:
        return max(least for least, _ in self._spans), min(most for _, most in self._spans)


def _level(ahead: int) -> int:
    return (abs(ahead) >= CLOCK_WARN_NANOS) + (abs(ahead) >= CLOCK_STOP_NANOS)
