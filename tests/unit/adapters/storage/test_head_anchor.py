"""The anchor knows how far a journal had come: whoever lost its end, or is another, is not traded on."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.adapters.storage.head_anchor import SLOT_BYTES, Head, HeadAnchor, anchor_file
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.errors import JournalDamaged, JournalRegressed, JournalUnwritable
from tests.databases import execute
from tests.session_records import a_session_record
from tests.unit.adapters.storage.batches import a_batch, write


def head(seq: int) -> Head:
    return Head(install="abcdefgh", epoch=1, seq=seq, hash=f"{seq:032x}")


@given(st.integers(1, 6), st.integers(0, 2 * SLOT_BYTES - 1), st.integers(1, 255))
def test_a_write_that_was_cut_short_leaves_the_one_before(
    tmp_path_factory: pytest.TempPathFactory, writes: int, at: int, flip: int
) -> None:
    """Of two slots one is whole at any time: a byte that is not what was written costs one write at most."""
    database = tmp_path_factory.mktemp("anchor") / "session.db"
    with closing(HeadAnchor(database)) as anchor:
        for seq in range(1, writes + 1):
            anchor.write(head(seq))
    stored = bytearray(anchor_file(database).read_bytes())
    stored[at] ^= flip
    anchor_file(database).write_bytes(stored)
    try:
        found = HeadAnchor(database).read()
    except JournalDamaged:
        found = None
        assert writes == 1, "there was one write, and it is broken"
    assert found in {head(writes), head(writes - 1), None}


def test_writing_goes_on_after_what_was_written_before(tmp_path: Path) -> None:
    for seq in range(1, 8):
        with closing(HeadAnchor(tmp_path / "session.db")) as anchor:
            assert anchor.read() == (head(seq - 1) if seq > 1 else None)
            anchor.write(head(seq))
    assert anchor_file(tmp_path / "session.db").stat().st_size == 2 * SLOT_BYTES
    assert anchor_file(tmp_path / "session.db").stat().st_mode & 0o777 == 0o600


def test_an_anchor_of_which_nothing_is_left_is_no_anchor_at_all(tmp_path: Path) -> None:
    anchor_file(tmp_path / "session.db").write_bytes(b"\x00" * 2 * SLOT_BYTES)
    with pytest.raises(JournalDamaged, match="not what was written") as refused:
        HeadAnchor(tmp_path / "session.db").read()
    assert "db trust" in refused.value.next_step


async def test_every_commit_is_anchored(path: Path) -> None:
    with closing(SqlJournal(path)) as journal:
        identity = journal.begin(a_session_record())
        for number in range(1, 4):
            await journal.commit(a_batch(number))
            anchored = HeadAnchor(path).read()
            assert anchored is not None and (anchored.install, anchored.epoch) == (identity.install, 1)
            ((seq, hash_),) = execute(path, "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
            assert (anchored.seq, anchored.hash) == (seq, bytes(hash_).hex())


LOST: dict[str, tuple[str, ...]] = {
    "ends at record 6": ("DELETE FROM journal WHERE seq > 6",),
    "ends at record 0": ("DELETE FROM journal",),
    "record 8 of the journal": ("UPDATE journal SET hash = (SELECT hash FROM journal WHERE seq = 1) WHERE seq = 8",),
    "holds journal otherone": ("UPDATE meta SET value = 'otherone' WHERE key = 'install'",),
    "of epoch 1, and": (
        "UPDATE journal SET epoch = 1",
        "UPDATE meta SET value = '1' WHERE key = 'epoch'",
    ),
}


@pytest.mark.parametrize("words", LOST)
async def test_a_journal_behind_its_anchor_is_not_begun(path: Path, words: str) -> None:
    await write(path, 1, 2)
    await write(path, 3, 4)
    execute(path, *LOST[words])
    for _ in range(2):
        with closing(SqlJournal(path)) as journal, pytest.raises(JournalRegressed, match=words) as refused:
            journal.begin(a_session_record())
        assert "db trust" in refused.value.next_step


async def test_a_journal_past_its_anchor_is_whole(path: Path) -> None:
    """The program died after a commit, and before it was anchored."""
    await write(path, 1)
    before = anchor_file(path).read_bytes()
    await write(path, 2, 3)
    anchor_file(path).write_bytes(before)
    assert await write(path, 4) == 3


def keep_wal(path: Path) -> None:
    """A power failure took what was appended last."""
    beside = path.with_name(path.name + "-wal")
    beside.write_bytes(beside.read_bytes()[:-4096])


def lose_wal(path: Path) -> None:
    """Somebody removed what he took for rubbish."""
    path.with_name(path.name + "-wal").unlink()


@pytest.mark.parametrize("lose", [keep_wal, lose_wal])
async def test_the_end_of_the_log_is_missed(tmp_path: Path, lose: Callable[[Path], None]) -> None:
    """SQLite itself takes a log without its end for sound: the commits in it never were."""
    path, copy = tmp_path / "session.db", tmp_path / "copy.db"
    with closing(SqlJournal(path)) as journal:
        journal.begin(a_session_record())
        for number in range(4):
            await journal.commit(a_batch(number))
        for suffix in ("", "-wal", ".anchor"):  # as a machine leaves it that is switched off
            shutil.copy(path.with_name(path.name + suffix), copy.with_name(copy.name + suffix))
    lose(copy)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with closing(SqlJournal(copy)) as journal, pytest.raises(JournalRegressed):
        journal.begin(a_session_record())


async def test_an_older_copy_that_was_put_back_is_not_begun(tmp_path: Path) -> None:
    path, backup = tmp_path / "session.db", tmp_path / "backup.db"
    await write(path, 1, 2)
    shutil.copy(path, backup)
    await write(path, 3)
    shutil.copy(backup, path)
    with closing(SqlJournal(path)) as journal, pytest.raises(JournalRegressed, match="ends at record"):
        journal.begin(a_session_record())


async def test_without_an_anchor_paper_is_traded_and_real_money_is_not(path: Path) -> None:
    await write(path, 1)
    anchor_file(path).unlink()
    assert await write(path, 2) == 2


async def test_real_money_is_not_traded_without_an_anchor(server_url: str, tmp_path: Path) -> None:
    path, live = tmp_path / "session.db", a_session_record(mode="LIVE")
    with closing(SqlJournal(path, url=server_url)) as journal:
        journal.begin(live)
        await journal.commit(a_batch(1))
    anchor_file(path).unlink()
    with closing(SqlJournal(path)) as journal, pytest.raises(JournalRegressed, match="how far"):
        journal.begin(live)


async def test_an_anchor_that_cannot_be_written_ends_it(path: Path) -> None:
    with closing(SqlJournal(path)) as journal:
        journal.begin(a_session_record())
        await journal.commit(a_batch(1))
        os.close(journal._anchor._descriptor)
        with pytest.raises(JournalUnwritable, match="nothing of the last batch was sent"):
            await journal.commit(a_batch(2))
        with pytest.raises(AssertionError, match="is followed by none"):
            await journal.commit(a_batch(3))
    assert await write(path, 4) == 2, "what was stored is gone on from"


def test_an_anchor_that_is_no_file_is_told(path: Path) -> None:
    anchor_file(path).mkdir()
    with closing(SqlJournal(path)) as journal, pytest.raises(JournalUnwritable, match="head anchor"):
        journal.begin(a_session_record())
