"""A journal's snapshots held against the journal: each, with what comes behind it, must lead where the whole leads."""

from pathlib import Path

from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.adapters.storage.snapshot_files import SnapshotFiles
from robo_trader.app.code_hash import code_hash
from robo_trader.app.session_memory import CODE, REMEMBERED
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.runtime.recovery import replay
from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.recovering import newest_memory


def hold_snapshots(journal: RecordedJournal, settings: EngineSettings, database: Path, state_hash: str) -> int:
    """Return how many snapshots agree with the state that the whole journal leads to.

    One that is damaged or of another version is none that a start would use, and does not count. Raises JournalDamaged
    for one that a start would use, and that leads elsewhere.
    """
    configuration = Configuration(settings, REMEMBERED)
    agreeing = 0
    for kept in SnapshotFiles(database).newest_first():
        found = newest_memory(
            [kept], journal, configuration, install=journal.identity.install, code=code_hash(CODE), tell=_say_nothing
        )
        if found is None:
            continue
        engine = found.parts["engine"]
        for _ in replay(journal.batches(found.snapshot.mark), engine):
            pass
        if engine.state_hash() != state_hash:
            raise JournalDamaged(
                f"the snapshot {kept.name} and the journal behind it lead to another state than the whole journal",
                next_step="Delete the snapshot, and report it: the journal itself is sound.",
            )
        agreeing += 1
    return agreeing


def _say_nothing(_name: str, _reason: str) -> None:
    """Pass a snapshot over that a start would pass over."""
