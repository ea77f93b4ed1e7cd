"""What waits to be sent to one viewer: bounded, so that a slow one costs a known amount of memory.

A frame remembers how far each of its topics had been sent before it. When the queue overflows it is thrown
away whole and every topic is set back to there: the next tick then sends one joined change (or a snapshot
where a change cannot be made), and declares a gap only for what a ring no longer holds.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from robo_trader.web.topics import Topic

FRAMES_MAX: Final = 64
CHARACTERS_MAX: Final = 1024 * 1024


@dataclass(slots=True, eq=False)
class Subscription:
    """A topic as sent to one viewer. `rev` is the last one queued, None if it needs a snapshot."""

    topic: Topic
    hz: int
    rev: int | None


Rewind = tuple[Subscription, int | None]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to send: its text, or for a `d` what goes inside `topics`, numbered only when it leaves."""

    text: str
    is_delta: bool = False
    rewinds: tuple[Rewind, ...] = ()


@dataclass(slots=True)
class Outbox:
    """The queue of one viewer, with at most `frames_max` frames and `characters_max` characters."""

    frames_max: int = FRAMES_MAX
    characters_max: int = CHARACTERS_MAX
    busy_since: float | None = None  # since when something has been waiting or under way without a break
    _frames: deque[Frame] = field(default_factory=deque)
    _characters: int = 0
    _deltas_sent: int = 0

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frames: Sequence[Frame], now: float) -> bool:
        """Queue frames. Returns False if they overflowed the queue, which is now empty and set back.

        now: seconds of a clock that only goes forward. If nothing was waiting, then what does not fit is no
        fault of the viewer: it is set back alone and comes with the next tick.
        """
        was_waiting = bool(self._frames)
        for position, frame in enumerate(frames):
            if self._overflows_with(frame):
                _set_back(frames[position:])
                if was_waiting:
                    self._discard()
                return not was_waiting
            self._append(frame, now)
        return True

    def _append(self, frame: Frame, now: float) -> None:
        if self.busy_since is None:
            self.busy_since = now
        self._frames.append(frame)
        self._characters += len(frame.text)

    def _overflows_with(self, frame: Frame) -> bool:
        # A frame larger than the whole bound must go when nothing else waits, or it could never be sent.
        full = len(self._frames) >= self.frames_max
        return bool(self._frames) and (full or self._characters + len(frame.text) > self.characters_max)

    def take(self) -> str | None:
        """Return the next frame's text, None if nothing waits. Call `sent` once it has left."""
        if not self._frames:
            return None
        frame = self._frames.popleft()
        self._characters -= len(frame.text)
        if not frame.is_delta:
            return frame.text
        self._deltas_sent += 1
        return f'{{"type":"d","n":{self._deltas_sent},"topics":{{{frame.text}}}}}'

    def sent(self) -> None:
        """The frame last taken has left; with nothing waiting, the viewer has caught up."""
        if not self._frames:
            self.busy_since = None

    def _discard(self) -> None:
        _set_back(self._frames)
        self._frames.clear()
        self._characters = 0


def _set_back(frames: Sequence[Frame]) -> None:
    for frame in reversed(frames):  # newest first: of several marks of a topic the oldest is the one to keep
        for subscription, rev in frame.rewinds:
            subscription.rev = rev
