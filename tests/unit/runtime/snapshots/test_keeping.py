"""When snapshots are taken, and what happens where one cannot be: trading goes on, and the journal serves."""

import os
import time
from pathlib import Path

import pytest

from robo_trader.adapters.storage.snapshot_files import SnapshotFiles
from robo_trader.core.ports.journal import JournalMark
from robo_trader.core.ports.snapshots import KeptSnapshot
from robo_trader.runtime.snapshots.aside import CAN_FORK, Aside
from robo_trader.runtime.snapshots.errors import SnapshotRefused
from robo_trader.runtime.snapshots.keeper import NANOS, SnapshotKeeper, SnapshotRhythm
from robo_trader.runtime.snapshots.snapshot import Snapshot, snapshot_from


class Session:
    """What a keeper sees of a session; its memory is a number."""

    def __init__(self) -> None:
        self.mark, self.is_at_rest, self.memory, self.refuses = JournalMark(), True, 0, False

    def go_on(self, records: int) -> None:
        self.mark = JournalMark(self.mark.seq + records, self.mark.batch + 1, b"hash")
        self.memory += 1

    def capture(self, mark: JournalMark) -> Snapshot:
        if self.refuses:
            raise SnapshotRefused("a lock cannot be saved")
        return Snapshot(install="i", mark=mark, code="c", state_hash="s", memory=str(self.memory).encode())


class Keeping:
    """A keeper with a clock that is moved by hand, and a folder."""

    def __init__(self, folder: Path) -> None:
        self.session, self.now, self.told = Session(), 0, list[str]()
        self.files = SnapshotFiles(folder / "session.db")
        self.keeper = SnapshotKeeper(
            self.session, self.files, SnapshotRhythm(seconds=60, events=100), begins_at=0, tell=self.told.append,
            clock=lambda: self.now,
        )  # fmt: skip

    def look(self) -> None:
        """Look, and wait for what begins."""
        self.keeper.look()
        running = self.keeper._running
        if running is not None:
            running.wait()
            self.keeper.look()

    def kept(self) -> list[tuple[int, bytes]]:
        found = [snapshot_from(one.content) for one in self.files.newest_first()]
        return [(one.mark.seq, one.memory) for one in found]


@pytest.fixture
def keeping(tmp_path: Path) -> Keeping:
    return Keeping(tmp_path)


def test_after_so_many_records(keeping: Keeping) -> None:
    keeping.session.go_on(99)
    keeping.look()
    assert keeping.kept() == []
    keeping.session.go_on(1)
    keeping.look()
    assert keeping.kept() == [(100, b"2")]


def test_after_so_many_seconds_if_anything_happened(keeping: Keeping) -> None:
    keeping.session.go_on(1)
    keeping.now = 60 * NANOS
    keeping.look()
    keeping.now = 200 * NANOS
    keeping.look()
    assert keeping.kept() == [(1, b"1")], "nothing happened since"


def test_not_while_something_is_on_its_way(keeping: Keeping) -> None:
    keeping.session.go_on(500)
    keeping.session.is_at_rest = False
    keeping.look()
    keeping.keeper.close()
    assert keeping.kept() == []


def test_the_last_two_are_kept_and_the_end_takes_one(keeping: Keeping) -> None:
    for _ in range(4):
        keeping.session.go_on(100)
        keeping.look()
    keeping.session.go_on(1)
    keeping.keeper.close()
    assert keeping.kept() == [(401, b"5"), (400, b"4")]


def test_what_happens_meanwhile_is_not_in_it(keeping: Keeping) -> None:
    keeping.session.go_on(100)
    keeping.keeper.look()
    keeping.session.go_on(100)
    keeping.keeper.look()
    assert keeping.keeper._running is not None or not CAN_FORK
    keeping.keeper.close()
    assert keeping.kept() == [(200, b"2"), (100, b"1")]


def test_what_cannot_be_saved_is_said_once_and_not_tried_again(keeping: Keeping) -> None:
    keeping.session.refuses = True
    for _ in range(3):
        keeping.session.go_on(100)
        keeping.look()
    keeping.keeper.close()
    assert keeping.told == ["SnapshotRefused: a lock cannot be saved"] and keeping.kept() == []


def test_a_disk_that_refuses_is_tried_again(keeping: Keeping, tmp_path: Path) -> None:
    folder = tmp_path / "session.db.snapshots"
    folder.write_text("in the way")
    keeping.session.go_on(100)
    keeping.look()
    assert len(keeping.told) == 1 and "FileExistsError" in keeping.told[0]
    folder.unlink()
    keeping.session.go_on(100)
    keeping.look()
    assert keeping.kept() == [(200, b"2")]


def test_files_that_are_not_whole_say_so(tmp_path: Path) -> None:
    files = SnapshotFiles(tmp_path / "session.db")
    files.keep(7, b"first")
    files.keep(9, b"second")
    newest = tmp_path / "session.db.snapshots" / "000000000000009.snapshot"
    stored = newest.read_bytes()
    for place in range(0, len(stored), 9):
        newest.write_bytes(stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :])
        found = list(files.newest_first())
        assert found[0].fault == "it is not what was written" and found[1].content == b"first" and not found[1].fault
    for length in (0, 10, len(stored) - 1):
        newest.write_bytes(stored[:length])
        assert next(files.newest_first()).fault
    newest.unlink()
    assert [one.content for one in files.newest_first()] == [b"first"]


def test_those_of_a_journal_that_is_no_more_go(tmp_path: Path) -> None:
    """A backup was put in place of the database: what lies ahead of it is none of its future."""
    files = SnapshotFiles(tmp_path / "session.db")
    for seq in (100, 900, 200):
        files.keep(seq, str(seq).encode())
    assert [one.content for one in files.newest_first()] == [b"200", b"100"]
    assert (tmp_path / "session.db.snapshots").stat().st_mode & 0o777 == 0o700
    assert all(isinstance(one, KeptSnapshot) for one in files.newest_first())


@pytest.mark.skipif(not CAN_FORK, reason="this system has no fork")
def test_the_child_holds_no_file_of_the_program_and_never_returns(tmp_path: Path) -> None:
    with (tmp_path / "held").open("w") as held:
        number, mine = held.fileno(), os.getpid()

        def work() -> None:
            (tmp_path / "seen").write_text(f"{Path(f'/proc/self/fd/{number}').exists()} {os.getpid() == mine}")
            time.sleep(0.05)

        aside = Aside(work)
        began_over = aside.is_over
        assert aside.wait() == "" and aside.is_over and not began_over
    assert (tmp_path / "seen").read_text() == "False False"


@pytest.mark.skipif(not CAN_FORK, reason="this system has no fork")
def test_a_child_that_is_killed_is_told() -> None:
    aside = Aside(lambda: time.sleep(60))
    os.kill(aside._process, 9)
    assert aside.wait() == "its process was ended"
