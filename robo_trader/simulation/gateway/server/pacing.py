"""No more than fifty messages a second from one client; who keeps on sending more is cut off."""

from collections import deque

MESSAGES_PER_SECOND_MAX = 50
VIOLATIONS_MAX = 3  # seconds in which too much came, until the connection ends
REFUSED_MAX = 500  # messages, however quickly they came

_SPAN_SECONDS = 1.0


class Pacing:
    """Counts one client's messages of the last second."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MESSAGES_PER_SECOND_MAX)
        self._violated_at = float("-inf")
        self._violations = 0
        self._refused = 0

    def allows(self, now: float) -> bool:
        """Tell whether a message may come now, and count it if so. now: seconds of a clock that never goes back."""
        if len(self._times) == MESSAGES_PER_SECOND_MAX and now - self._times[0] < _SPAN_SECONDS:
            if now - self._violated_at >= _SPAN_SECONDS:
                self._violations += 1
                self._violated_at = now
            self._refused += 1
            return False
        self._times.append(now)
        return True

    @property
    def is_exhausted(self) -> bool:
        """Whether it has been too often."""
        return self._violations >= VIOLATIONS_MAX or self._refused >= REFUSED_MAX
