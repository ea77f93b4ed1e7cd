"""What SQLite cannot promise is told, and real money is not traded on it; what the disk refuses is not acted upon."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from robo_trader.adapters.storage.file_systems import network_file_system
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.adapters.storage.sqlite_database import OLD_SQLITE, SqliteDatabase, is_mended
from robo_trader.core.domain.errors import JournalUnsafe, JournalUnwritable
from tests.session_records import a_session_record
from tests.unit.adapters.storage.batches import a_batch, write

LIVE = a_session_record(mode="LIVE")


@pytest.mark.parametrize(
    ("version", "mended"),
    [((3, 40, 1), False), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 0), True), ((4, 0, 0), True)],
)
def test_which_versions_reset_their_log_safely(version: tuple[int, ...], *, mended: bool) -> None:
    assert is_mended(version) is mended


def test_real_money_needs_a_mended_version_or_somebody_who_accepts_the_other(tmp_path: Path) -> None:
    path = tmp_path / "session.db"
    if is_mended(sqlite3.sqlite_version_info):
        with closing(SqlJournal(path)) as journal:
            assert journal.begin(LIVE).epoch == 1
        return
    with closing(SqlJournal(path)) as journal, pytest.raises(JournalUnsafe, match="SQLite") as refused:
        journal.begin(LIVE)
    assert refused.value.next_step
    with closing(SqlJournal(path, accepts_old_sqlite=True)) as journal:
        assert journal.begin(LIVE).epoch == 1, "who was refused has not begun"


def test_wal_and_full_are_looked_at_and_not_only_asked_for(tmp_path: Path) -> None:
    """In a database that is kept in memory there is no log ahead of it, whatever is asked for."""
    with closing(SqliteDatabase(tmp_path / "session.db", read_only=False, busy_timeout_seconds=1)) as database:
        assert [fault for fault in database.faults() if fault != OLD_SQLITE] == []
        with database._engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA synchronous=OFF")
        (fault,) = [fault for fault in database.faults() if fault != OLD_SQLITE]
        assert "synchronous=0" in fault and "WAL" in fault
    with closing(SqlJournal(tmp_path / "session.db", accepts_old_sqlite=True)) as journal:
        with journal._database._engine.connect() as connection:  # type: ignore[attr-defined]
            connection.connection.cursor().execute("PRAGMA synchronous=NORMAL")
        with pytest.raises(JournalUnsafe, match="synchronous=1"):
            journal.begin(LIVE)


MOUNTS = """
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /mnt/share rw,relatime shared:1 - nfs4 server:/export rw,vers=4.2
31 30 0:41 / /mnt/share/local rw - xfs /dev/vdb rw
32 22 0:42 / /mnt/with\\040space rw - cifs //server/share rw
""".strip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/session.db", None),
        ("/mnt/share/session.db", "nfs4"),
        ("/mnt/share/deep/er/session.db", "nfs4"),
        ("/mnt/shared/session.db", None),
        ("/mnt/share/local/session.db", None),
        ("/mnt/with space/session.db", "cifs"),
    ],
)
def test_a_file_system_of_the_network_is_known(tmp_path: Path, path: str, kind: str | None) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert network_file_system(Path(path), mounts) == kind


def test_where_the_system_does_not_tell_nothing_is_known(tmp_path: Path) -> None:
    assert network_file_system(tmp_path / "session.db", tmp_path / "nothing") is None
    assert network_file_system(tmp_path / "session.db") is None


async def test_a_full_disk_stores_nothing_and_is_gone_on_from_once_there_is_space(tmp_path: Path) -> None:
    path = tmp_path / "session.db"
    with closing(SqlJournal(path)) as journal:
        journal.begin(a_session_record())
        await journal.commit(a_batch(1))
        with journal._database._engine.connect() as connection:  # type: ignore[attr-defined]
            connection.connection.cursor().execute("PRAGMA max_page_count=1")  # it becomes what there is
        with pytest.raises(JournalUnwritable, match="full"):
            await journal.commit(a_batch(2, steps=3_000))
        with pytest.raises(AssertionError, match="is followed by none"):
            await journal.commit(a_batch(3))
    with closing(RecordedJournal(path)) as read:
        assert len(list(read.batches())) == 1
    assert await write(path, 4) == 2


CHILD = """
import asyncio, sys
from contextlib import closing
from pathlib import Path
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.errors import JournalUnwritable
from tests.session_records import a_session_record
from tests.unit.adapters.storage.batches import a_batch

async def main():
    with closing(SqlJournal(Path(sys.argv[1]))) as journal:
        journal.begin(a_session_record())
        for number in range(1, 10_000):
            try:
                await journal.commit(a_batch(number))
            except JournalUnwritable as refused:
                print("refused", number, refused, flush=True)
                return
            print("acted", number, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("kilobytes", [300, 350, 411, 507])
def test_a_disk_that_refuses_at_any_byte_leaves_what_was_acknowledged(tmp_path: Path, kilobytes: int) -> None:
    """Files may not grow past a limit: the system refuses the write in which they would, wherever in it that is."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1_000 + 123, kilobytes * 1_000 + 123))

    path = tmp_path / "session.db"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=limit, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith(("acted", "refused"))]
    assert done.returncode == 0 and lines[-1].startswith("refused"), done.stderr[-2_000:]
    acted = len(lines) - 1
    assert acted > 5 and lines[acted - 1] == f"acted {acted}"
    with closing(RecordedJournal(path)) as read:
        batches = list(read.batches())
    assert len(batches) in {acted, acted + 1}, "all that was acted on; the last may be there, and was not acted on"
