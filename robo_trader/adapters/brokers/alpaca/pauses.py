"""Pauses between attempts."""

from collections.abc import Iterator
from random import SystemRandom

PAUSE_SECONDS_MAX = 30.0


def growing_pauses(first_seconds: float) -> Iterator[float]:
    """Yield pauses, each twice as long as the last at most, of random length: not all clients come back at once."""
    longest, chance = first_seconds, SystemRandom()
    while True:
        yield chance.uniform(longest / 2, longest)
        longest = min(2 * longest, PAUSE_SECONDS_MAX)
