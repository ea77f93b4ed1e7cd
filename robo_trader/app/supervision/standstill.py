"""Notices that the whole program stood still, or that the clock on the wall was set, between two looks.

A process that is stopped, and a machine that sleeps, notice nothing of it themselves. Two clocks tell: one that counts
every second, those of sleep included, and the one on the wall. If both have gone on for long, the program was away; if
they disagree, the wall clock was set, or a virtual machine slept whose counting clock slept with it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

JUMP_NANOS = 2_000_000_000  # the clock gate of live trading stops at as much
_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Gap:
    """What lies between two looks, in seconds; 0 where nothing is amiss."""

    away: float = 0.0  # the program stood still for so long
    jumped: float = 0.0  # the wall clock went so much further than time did; negative if it was set back


NO_GAP = Gap()


def counted_nanos() -> int:
    """Return nanoseconds that never go back and, where the system has such a clock, go on while the machine sleeps."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() if clock is None else time.clock_gettime_ns(clock)


class Standstill:
    """To be looked at again and again."""

    def __init__(
        self, away_seconds: float, counted: Callable[[], int] = counted_nanos, wall: Callable[[], int] = time.time_ns
    ) -> None:
        """away_seconds: how long two looks may lie apart."""
        self._away_nanos = int(away_seconds * _SECOND)
        self._counted, self._wall = counted, wall
        self._looked_at = counted(), wall()

    def look(self) -> Gap:
        """Return what lies between this look and the one before."""
        before, now = self._looked_at, (self._counted(), self._wall())
        self._looked_at = now
        passed, shown = now[0] - before[0], now[1] - before[1]
        jumped = shown - passed
        longest = max(passed, shown)
        if longest <= self._away_nanos and abs(jumped) <= JUMP_NANOS:
            return NO_GAP
        return Gap(
            away=longest / _SECOND if longest > self._away_nanos else 0.0,
            jumped=jumped / _SECOND if abs(jumped) > JUMP_NANOS else 0.0,
        )
