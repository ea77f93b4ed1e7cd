"""The last frames that went either way, for whoever wants to see what was really said."""

from collections import deque
from itertools import takewhile

from msgspec import Struct

FRAMES_KEPT = 10_000
_BYTES_KEPT = 4_096  # of each: a hostile frame may have millions


class SeenFrame(Struct, frozen=True, kw_only=True, gc=False):
    """One frame. `number` counts from 1; `at` is the simulated market's time; a client not yet known is -1."""

    number: int
    direction: str  # "in" from the client, "out" to it
    client_id: int
    at: int
    payload: bytes

    def fields(self) -> list[str]:
        """Return its fields as text."""
        return self.payload.decode("ascii", "backslashreplace").split("\0")[:-1]


class FrameLog:
    """Keeps the last frames, and of each the beginning."""

    def __init__(self) -> None:
        self._frames: deque[SeenFrame] = deque(maxlen=FRAMES_KEPT)
        self._count = 0

    def note(self, direction: str, client_id: int, at: int, payload: bytes) -> None:
        """Remember a frame."""
        self._count += 1
        seen = SeenFrame(
            number=self._count, direction=direction, client_id=client_id, at=at, payload=payload[:_BYTES_KEPT]
        )
        self._frames.append(seen)

    def after(self, number: int, limit: int) -> list[SeenFrame]:
        """Return the oldest kept frames with a higher number, at most so many."""
        newer = [*takewhile(lambda seen: seen.number > number, reversed(self._frames))]
        return newer[::-1][:limit]
