"""A copy holds all that the journal held, in either database, and is not traded on until somebody says so."""

import asyncio
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.archiving import archive, check_archive
from robo_trader.adapters.storage.checking import check_chain, check_projections, rebuild_projections
from robo_trader.adapters.storage.copying import back_up, restore, trust
from robo_trader.adapters.storage.database import open_database, rows_of
from robo_trader.adapters.storage.head_anchor import Head, HeadAnchor, anchor_file
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.errors import JournalDamaged, JournalRegressed, SessionMismatch
from robo_trader.core.ports.journal import Batch
from tests.databases import BOTH, POSTGRESQL, NewPlace, execute
from tests.session_records import a_session_record
from tests.unit.adapters.storage.batches import a_batch, write
from tests.unit.adapters.storage.test_journal import Trader
from tests.unit.adapters.storage.test_journal import write as write_story

BATCHES = 25


def in_few_batches() -> list[Batch]:
    """The story, five days at a time: fewer commits, the same records."""
    story = list(Trader().story())
    fives = [story[at : at + 5] for at in range(0, len(story), 5)]
    return [
        Batch(tuple(step for one in five for step in one.steps), tuple(told for one in five for told in one.commands))
        for five in fives
    ]


def everything(path: Path) -> dict[str, list[object]]:
    """All rows of all tables, as values."""
    with closing(open_database(path, read_only=True, busy_timeout_seconds=5)) as database:
        return {
            table.name: [tuple(row) for row in database.run(rows_of(table.select().order_by(*table.primary_key)))]
            for table in schema.metadata.sorted_tables
        }


@pytest.fixture
async def traded(path: Path) -> Path:
    """A journal with something in every table that a short story fills."""
    await write_story(path, in_few_batches())
    return path


@pytest.fixture
def other_url(request: pytest.FixtureRequest) -> str | None:
    """Where a copy is restored to: a file, or a server."""
    return None if request.param != POSTGRESQL else request.getfixturevalue("server_url")


async def begin(path: Path) -> int:
    with closing(SqlJournal(path)) as journal:
        return journal.begin(a_session_record()).epoch


@pytest.mark.parametrize("other_url", BOTH, indirect=True)
async def test_out_of_either_database_and_into_either(traded: Path, other_url: str | None) -> None:
    copy, again = traded.with_name("copy.db"), traded.with_name("again.db")
    head = back_up(traded, copy)
    restore(copy, again, url=other_url)
    told = everything(traded)
    assert everything(copy) == told and everything(again) == told
    assert sum(map(len, told.values())) > 500
    for one in (copy, again):
        assert check_chain(one, is_copy=True).head == replace(head, is_trusted=True)
        assert check_projections(one) == []
        with pytest.raises(JournalRegressed, match="restored from a backup") as refused:
            await begin(one)
        assert "db trust" in refused.value.next_step
        trust(one)
        assert await begin(one) == 2


async def test_a_copy_is_never_put_over_something(traded: Path, kind: str, server_url: str) -> None:
    copy = traded.with_name("copy.db")
    back_up(traded, copy)
    before = copy.read_bytes()
    with pytest.raises(SessionMismatch, match="already"):
        back_up(traded, copy)
    for url in (None, server_url):
        with pytest.raises(SessionMismatch, match="already"):
            restore(copy, traded, url=url)
    assert copy.read_bytes() == before and kind in BOTH


def test_a_copy_that_is_put_back_where_more_was_traded_is_refused(path: Path) -> None:
    """The anchor of the lost database is still there, and knows that it went further."""
    copy = path.with_name("copy.db")
    asyncio.run(write(path, 1, 2))
    back_up(path, copy)
    asyncio.run(write(path, 3))
    path.unlink()
    restore(copy, path, url=None)
    with pytest.raises(JournalRegressed, match="is lost"):
        asyncio.run(begin(path))
    trust(path)
    assert asyncio.run(begin(path)) == 2


def test_a_copy_that_lost_nothing_is_gone_on_with_at_once(path: Path) -> None:
    copy = path.with_name("copy.db")
    asyncio.run(write(path, 1, 2))
    back_up(path, copy)
    path.unlink()
    restore(copy, path, url=None)
    assert asyncio.run(begin(path)) == 2


async def test_a_journal_is_copied_while_it_is_written(path: Path) -> None:
    with closing(SqlJournal(path)) as journal:
        journal.begin(a_session_record())
        for number in range(1, 20):
            await journal.commit(a_batch(number))
        heads: list[Head] = []
        copying = Thread(target=lambda: heads.append(back_up(path, path.with_name("copy.db"))))
        copying.start()
        number = 20
        while copying.is_alive():
            await journal.commit(a_batch(number))
            await asyncio.sleep(0)
            number += 1
        copying.join()
    assert 38 <= heads[0].seq <= 2 * number
    assert check_chain(path.with_name("copy.db"), is_copy=True).batches * 2 == heads[0].seq


TAMPERED = {
    "payload": "UPDATE journal SET payload = hash WHERE seq = 30",
    "role": "UPDATE journal SET role = 'command' WHERE seq = 30",
    "hash": "UPDATE journal SET hash = payload WHERE seq = 30",
    "time": "UPDATE journal SET occurred_at = occurred_at + 1 WHERE seq = 30",
    "one missing": "DELETE FROM journal WHERE seq = 30",
}


async def test_what_is_not_what_was_written_is_found(traded: Path, tmp_path: Path) -> None:
    assert check_chain(traded).batches == BATCHES
    with closing(open_database(traded, read_only=False, busy_timeout_seconds=5)) as database:
        (record,) = database.run(rows_of(schema.journal.select().where(schema.journal.c.seq == 30)))
        for what, statement in TAMPERED.items():
            execute(traded, statement)
            for act in (check_chain, check_projections):
                with pytest.raises(JournalDamaged, match="record 30 "):
                    act(traded)
            if what != "time":  # which stands beside what is hashed
                with pytest.raises(JournalDamaged):
                    archive(traded, tmp_path / "archive", before=2**62)
            execute(traded, "DELETE FROM journal WHERE seq = 30")
            database.run(lambda connection: connection.execute(schema.journal.insert().values(tuple(record))))
    assert check_chain(traded).batches == BATCHES and check_projections(traded) == []


async def test_records_that_end_before_the_anchor_are_found(traded: Path) -> None:
    execute(traded, "DELETE FROM journal WHERE batch > 20")
    with pytest.raises(JournalRegressed):
        check_chain(traded)


async def test_tables_that_differ_are_named_and_made_anew(traded: Path) -> None:
    assert check_projections(traded) == []
    told = everything(traded)
    execute(
        traded,
        "DELETE FROM equity WHERE seq < 10",
        "UPDATE orders SET status = 'CANCELED'",
        "INSERT INTO state_changes VALUES (5, 0, 'ACTIVE', 'HALTED', 'nobody said so')",
    )
    found = {one.table: (one.missing > 0, one.extra, one.different > 0) for one in check_projections(traded)}
    assert found == {"equity": (True, 0, False), "orders": (False, 0, True), "state_changes": (False, 1, False)}
    rows = rebuild_projections(traded)
    assert check_projections(traded) == [] and everything(traded) == told
    assert rows["bars"] == 120


async def test_a_file_that_is_inconsistent_in_itself_is_found(tmp_path: Path) -> None:
    """An index that does not know a row: SQLite reads the table and never notices."""
    path = tmp_path / "session.db"
    await write_story(path, in_few_batches())
    execute(
        path, "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET sql = replace(sql, '(seq)', '(seq) WHERE seq > 50') WHERE name = 'ix_equity_seq'",
    )  # fmt: skip
    with pytest.raises(JournalDamaged, match="ix_equity_seq"):
        check_projections(path)


async def test_an_archive_goes_on_where_it_ended_and_is_what_was_written(
    traded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robo_trader.adapters.storage.archiving.FILE_ROWS", 50)
    folder = tmp_path / "archive"
    ((middle,),) = execute(traded, "SELECT occurred_at FROM journal WHERE batch = 12 ORDER BY seq LIMIT 1")
    ((seq,),) = execute(traded, "SELECT max(seq) FROM journal WHERE batch = 11")
    first = archive(traded, folder, before=middle)
    assert first.last_seq == seq and len(first.files) > 1
    written = {file.name: (folder / file.name).read_bytes() for file in first.files}
    whole = archive(traded, folder, before=2**62)
    assert whole.files[: len(first.files)] == first.files
    assert {name: (folder / name).read_bytes() for name in written} == written, "no file ever changes"
    assert whole.last_seq == check_chain(traded).head.seq and check_archive(folder) == whole
    assert archive(traded, folder, before=2**62) == whole
    assert [file.first_seq for file in whole.files[1:]] == [file.last_seq + 1 for file in whole.files[:-1]]
    damaged = folder / whole.files[1].name
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(JournalDamaged, match="not what was archived"):
        check_archive(folder)


async def test_an_archive_is_of_one_journal(new_place: NewPlace, tmp_path: Path) -> None:
    for name in ("one", "two"):
        await write(new_place(name), 1)
    archive(tmp_path / "one.db", tmp_path / "archive", before=2**62)
    with pytest.raises(SessionMismatch, match="archive of journal"):
        archive(tmp_path / "two.db", tmp_path / "archive", before=2**62)


async def test_trust_forgets_what_was_anchored(path: Path) -> None:
    await write(path, 1, 2)
    execute(path, "DELETE FROM journal WHERE batch = 2")
    head = trust(path)
    assert head.seq == 2 and HeadAnchor(path).read() == head and anchor_file(path).stat().st_mode & 0o777 == 0o600
    assert await write(path, 3) == 2
