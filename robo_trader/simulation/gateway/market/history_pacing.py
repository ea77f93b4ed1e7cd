"""How often small bars may be asked for. Time here is real: seconds of a clock that never goes back."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable

_SAME_SECONDS, _BURST_SECONDS, _SPAN_SECONDS = 15.0, 2.0, 600.0
_BURST_MAX, _SPAN_MAX = 5, 60


class HistoryPacing:
    """Counts the questions of all clients."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._latest: dict[Hashable, float] = {}
        self._bursts: defaultdict[Hashable, deque[float]] = defaultdict(deque)
        self._all: deque[float] = deque()

    def allows(self, question: Hashable, subject: Hashable) -> bool:
        """Count a question. question: all that makes it the same again; subject: contract, exchange and kind of bar."""
        now = self._seconds()
        burst = self._bursts[subject]
        _forget(burst, now - _BURST_SECONDS)
        _forget(self._all, now - _SPAN_SECONDS)
        self._latest = {one: at for one, at in self._latest.items() if at > now - _SAME_SECONDS}
        if question in self._latest or len(burst) >= _BURST_MAX or len(self._all) >= _SPAN_MAX:
            return False
        self._latest[question] = now
        burst.append(now)
        self._all.append(now)
        return True


def _forget(times: deque[float], until: float) -> None:
    while times and times[0] <= until:
        times.popleft()
