"""A session's snapshots: what they hold, where they are, and when they are taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.snapshot_files import SnapshotFiles
from robo_trader.app.code_hash import code_hash
from robo_trader.app.settings import Settings
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.ports.journal import JournalIdentity, JournalMark
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.keeper import SnapshotKeeper, SnapshotRhythm
from robo_trader.runtime.snapshots.memory import memory_bytes
from robo_trader.runtime.snapshots.recovering import Remembered, newest_memory
from robo_trader.runtime.snapshots.snapshot import Snapshot

# Whose objects a snapshot may hold; whoever changes one of them has changed what a snapshot means.
REMEMBERED = (
    "robo_trader.core",
    "robo_trader.simulation.venue",
    "robo_trader.adapters.brokers.simulated",
    "robo_trader.adapters.brokers.interactive_brokers.executions",
    "robo_trader.adapters.brokers.interactive_brokers.open_orders",
    "robo_trader.runtime.session_progress",
)
CODE = (
    *REMEMBERED,
    "robo_trader.runtime.snapshots",
    "robo_trader.runtime.order_references",
    "robo_trader.app.joining",
)

log = structlog.get_logger()


class SessionMemory:
    """The snapshots of one session, seen by the program that trades it."""

    def __init__(self, engine: EngineSettings, journal: SqlJournal, identity: JournalIdentity, database: Path) -> None:
        """engine: what its engine is built from."""
        self._configuration = Configuration(engine, REMEMBERED)
        self._journal = journal
        self._install = identity.install
        self._store = SnapshotFiles(database)
        self.begins_at = 0  # the sequence of the snapshot that the session goes on from

    def recall(self) -> Remembered | None:
        """Return the newest memory to go on from, None if the journal is to be replayed from its beginning.

        Raises JournalDamaged if a record before it is not what was written: what led to a memory must still be there.
        """
        found = newest_memory(
            self._store.newest_first(),
            self._journal,
            self._configuration,
            install=self._install,
            code=code_hash(CODE),
            tell=_pass_over,
        )
        if found is not None:
            self._journal.check_chain(found.snapshot.mark)
            self.begins_at = found.snapshot.mark.seq
        return found

    def keeper(
        self,
        settings: Settings,
        parts: Callable[[], Mapping[str, object]],
        is_at_rest: Callable[[], bool] = lambda: True,
    ) -> SnapshotKeeper:
        """Return what takes snapshots from now on. parts: what they hold, the engine as `engine`.

        is_at_rest: whether the journal holds all that was reported.
        """
        storage = settings.storage
        session = _Remembering(self._journal, self._configuration, self._install, parts, is_at_rest)
        rhythm = SnapshotRhythm(seconds=storage.snapshot_seconds, events=storage.snapshot_events)
        return SnapshotKeeper(session, self._store, rhythm, begins_at=self.begins_at, tell=_no_snapshot)


@dataclass(frozen=True, slots=True)
class _Remembering:
    """A session that trades, as the keeper of its snapshots sees it."""

    journal: SqlJournal
    configuration: Configuration
    install: str
    parts: Callable[[], Mapping[str, object]]
    rests: Callable[[], bool]

    @property
    def mark(self) -> JournalMark:
        return self.journal.mark

    @property
    def is_at_rest(self) -> bool:
        return self.rests()

    def capture(self, mark: JournalMark) -> Snapshot:
        return capture(mark, self.parts(), self.configuration, self.install)


def capture(mark: JournalMark, parts: Mapping[str, object], configuration: Configuration, install: str) -> Snapshot:
    """Return the memory of a session as of a mark. Raises SnapshotRefused for what cannot be saved."""
    engine = parts["engine"]
    assert isinstance(engine, Engine), engine
    return Snapshot(
        install=install,
        mark=mark,
        code=code_hash(CODE),
        state_hash=engine.state_hash(),
        memory=memory_bytes(parts, configuration),
    )


def _pass_over(name: str, reason: str) -> None:
    log.warning("a snapshot is passed over; the journal is read instead", snapshot=name, reason=reason)


def _no_snapshot(reason: str) -> None:
    log.warning("no snapshot was taken: the next start replays more of the journal", reason=reason)
