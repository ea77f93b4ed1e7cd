"""Takes snapshots of a session while it trades: when it is time to, and nothing is on its way."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from robo_trader.core.ports.journal import JournalMark
from robo_trader.core.ports.snapshots import Snapshots
from robo_trader.runtime.snapshots.aside import Aside, attempt
from robo_trader.runtime.snapshots.snapshot import Snapshot, snapshot_bytes

NANOS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SnapshotRhythm:
    """When a snapshot is due: whichever comes first, and only if something was journaled since the last."""

    seconds: float
    events: int  # records of the journal


class Rememberer(Protocol):
    """A session, as seen by who takes its snapshots."""

    @property
    def mark(self) -> JournalMark:
        """Where its journal ends."""
        ...

    @property
    def is_at_rest(self) -> bool:
        """Whether the journal holds all that was reported to it."""
        ...

    def capture(self, mark: JournalMark) -> Snapshot:
        """Return its memory as it is now, at that mark. Raises SnapshotRefused for what cannot be saved."""
        ...


class SnapshotKeeper:
    """Looks at every turn whether to take one."""

    def __init__(
        self, session: Rememberer, store: Snapshots, rhythm: SnapshotRhythm, *, begins_at: int,
        tell: Callable[[str], None], clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:  # fmt: skip
        """begins_at: the sequence of the snapshot that the session began with, 0 for none.

        tell: what is wrong, in words. clock: nanoseconds.
        """
        self._session, self._store, self._rhythm = session, store, rhythm
        self._clock, self._tell = clock, tell
        self._last_seq, self._last_at = begins_at, clock()
        self._running: Aside | None = None
        self._is_off = False

    def look(self) -> None:
        """Take one aside if it is due. To be called between two events, once their commands are carried out."""
        if self._running is not None and self._running.is_over:
            self._finish(self._running)
        if self._running is None and self._is_due() and self._session.is_at_rest:
            self._running = Aside(self._work())

    def _is_due(self) -> bool:
        seq = self._session.mark.seq
        is_late = self._clock() - self._last_at >= self._rhythm.seconds * NANOS
        is_wanted = is_late or seq - self._last_seq >= self._rhythm.events
        return is_wanted and seq > self._last_seq and not self._is_off

    def close(self) -> None:
        """Take the last one, and wait for it; nothing if none is needed."""
        if self._running is not None:
            self._running.wait()
            self._finish(self._running)
        if not self._is_off and self._session.mark.seq > self._last_seq and self._session.is_at_rest:
            fault = attempt(self._work())
            if fault:
                self._tell(fault)

    def _work(self) -> Callable[[], None]:
        mark, store, capture = self._session.mark, self._store, self._session.capture
        self._last_seq, self._last_at = mark.seq, self._clock()
        return lambda: store.keep(mark.seq, snapshot_bytes(capture(mark)))

    def _finish(self, running: Aside) -> None:
        """Say once what went wrong; what cannot be saved now cannot be saved in a minute either."""
        self._running = None
        fault = running.wait()
        if fault:
            self._is_off = fault.startswith("SnapshotRefused")
            self._tell(fault)
