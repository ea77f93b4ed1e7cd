"""How often something may happen: a bucket that fills steadily and is emptied by use."""

from typing import Final

SOURCES_MAX: Final = 1_000


class Bucket:
    """Allows `per_second` on average and `burst` at once."""

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._level = burst
        self._filled_at = now

    def take(self, now: float) -> bool:
        """Whether one more is allowed now; if so it is counted."""
        self._level = min(self._burst, self._level + (now - self._filled_at) * self._per_second)
        self._filled_at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


class SourceBuckets:
    """A bucket for each source; the one unused longest is forgotten when there are too many."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, Bucket] = {}

    def take(self, source: str, now: float) -> bool:
        """Whether one more from this source is allowed now."""
        bucket = self._buckets.pop(source, None) or Bucket(self._per_second, self._burst, now)
        self._buckets[source] = bucket
        if len(self._buckets) > SOURCES_MAX:
            del self._buckets[next(iter(self._buckets))]
        return bucket.take(now)
