"""Which ends of the engine are followed by a new start, after what time, and when enough is enough.

An engine that says why it ends, in words and with an exit code of its own, is not started again: the world refused
something, and will again. One that was killed, or that froze, is. One that ended by a bug is, too, but halted: what it
would do next nobody knows, and an engine that is halted still keeps its books.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from robo_trader.app.supervision.beats import Greeting

DELAY_MAX_SECONDS = 60.0
JITTER = 0.2  # of the delay, to either side: many engines of one machine do not come back at once
OK, BUG, DATA, BROKER = 0, 1, 3, 11  # of `ExitCode`, whose module is dear to import; a test compares them
REFUSALS = range(2, 64)  # exit codes with a meaning; those above are a shell's and the system's


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEnd:
    """How an engine came to its end."""

    code: int  # its exit code; below 0 the signal that ended it
    frozen_seconds: float = 0.0  # how long it was silent before it was killed for that; 0 if it was not
    has_traded: bool = False  # this one, or one before it under the same supervisor
    trading_state: str | None = None  # that it told last

    @property
    def is_frozen(self) -> bool:
        """Whether it was ended because it did not beat."""
        return self.frozen_seconds > 0

    @property
    def words(self) -> str:
        """Return what happened, for people."""
        if self.is_frozen:
            return f"it did not beat for {self.frozen_seconds:.1f} seconds, and was killed"
        return f"signal {-self.code} ended it" if self.code < 0 else f"it ended with exit code {self.code}"


def is_final(end: EngineEnd) -> bool:
    """Return whether the engine ended in order or was refused, so that another start would change nothing."""
    if end.is_frozen or end.code < 0 or end.code == BUG:
        return False
    if end.has_traded and end.code in {DATA, BROKER}:
        return False  # it could be reached before, and will be again
    return end.code == OK or end.code in REFUSALS


def must_halt(end: EngineEnd) -> bool:
    """Return whether the next engine must not trade before a person has looked."""
    return end.is_frozen or end.code == BUG


class Restarts:
    """Counts deaths within a window, and spaces the starts."""

    def __init__(self, draw: Callable[[], float]) -> None:
        """draw: a random number in [0, 1)."""
        self._draw = draw
        self._deaths: deque[float] = deque()

    def delay(self, greeting: Greeting | None, *, now: float) -> float | None:
        """Count a death; return the wait before the next start in seconds, None after too many. now: in seconds."""
        first, most, window = (
            (greeting.restart_seconds, greeting.deaths_max, greeting.window_seconds) if greeting else (0.5, 5, 600.0)
        )
        self._deaths.append(now)
        while self._deaths[0] <= now - window:
            self._deaths.popleft()
        if len(self._deaths) >= most:
            return None
        wait = min(DELAY_MAX_SECONDS, first * 2.0 ** (len(self._deaths) - 1))
        return wait * (1 + JITTER * (2 * self._draw() - 1))
