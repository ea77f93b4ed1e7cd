"""Whether an engine is alive, by its sign of life: what the watchdog goes by."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from robo_trader.app.supervision.beats import Phase
from robo_trader.app.supervision.vitals import Vitals

ABSENT_FACTOR = 4  # looks that lie so many times further apart than they should: the watchdog itself stood still


class Condition(Enum):
    """How an engine is."""

    ABSENT = "ABSENT"  # it never began, or ended in order
    SOUND = "SOUND"
    FROZEN = "FROZEN"  # it has the lock, and gives no sign of life
    DEAD = "DEAD"  # it has lost the lock, and never said that it ends


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one look. silent: for how many seconds it has given no sign of life."""

    condition: Condition
    silent: float = 0.0


class VitalSigns:
    """To be shown what stands in the file, at every look. It compares no clock but its own."""

    def __init__(self, stale_seconds: float, look_seconds: float) -> None:
        """stale_seconds: silence after which it is frozen or dead; look_seconds: between two looks."""
        self._stale_seconds = stale_seconds
        self._look_seconds = look_seconds
        self._last: tuple[str, int, int] | None = None
        self._changed_at = 0.0
        self._looked_at: float | None = None

    def look(self, vitals: Vitals | None, *, is_locked: Callable[[], bool], now: float) -> Finding:
        """Return how the engine is. now: seconds.

        is_locked: whether a live process holds the database; asked only after a silence, for to ask means to try the
        lock, and an engine that takes it at that moment would find it taken.
        """
        if self._looked_at is not None and now - self._looked_at > ABSENT_FACTOR * self._look_seconds:
            self._changed_at = now  # nobody looked: the silence is ours
        self._looked_at = now
        if vitals is None or vitals.phase is Phase.ENDED:
            self._last = None
            return Finding(Condition.ABSENT)
        sign = (vitals.host, vitals.pid, vitals.beats)
        if sign != self._last:
            self._last, self._changed_at = sign, now
        silent = now - self._changed_at
        if silent <= self._stale_seconds:
            return Finding(Condition.SOUND, silent)
        if not is_locked():
            return Finding(Condition.DEAD, silent)
        may_be_busy = vitals.phase is not Phase.TRADING  # it plays its journal again, or waits for the last answers
        if may_be_busy and silent <= vitals.start_seconds:
            return Finding(Condition.SOUND, silent)
        return Finding(Condition.FROZEN, silent)

    def forgive(self, now: float) -> None:
        """Count its silence from now: something was done about it."""
        self._changed_at = now
