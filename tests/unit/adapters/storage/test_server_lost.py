"""A server may go away at any moment, that of a commit included: a batch is stored once, or nobody acts on it."""

import asyncio
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from robo_trader.adapters.storage.database import open_database
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.adapters.storage.server_place import find_server, point_to_server
from robo_trader.adapters.storage.writer_lock import WriterLock, is_held
from robo_trader.app.exit_codes import ExitCode, exit_code_of
from robo_trader.core.domain.errors import (
    JournalBusy,
    JournalError,
    JournalTakenOver,
    JournalUnsafe,
    JournalUnwritable,
    SessionMismatch,
)
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.ports.journal import Batch, StepRecord
from tests.databases import ask_server, execute
from tests.server_proxy import ServerProxy, proxy_before
from tests.session_records import a_session_record

PATIENCE = 2.0  # seconds


def a_batch(number: int) -> Batch:
    start = SessionStarted(occurred_at=number, account="PAPER", opening_cash=Decimal(number))
    return Batch((StepRecord(start, ()),), ())


@pytest.fixture
def proxy(server_url: str) -> Iterator[ServerProxy]:
    url = make_url(server_url)
    with proxy_before(url.host or "127.0.0.1", url.port or 5432) as proxy:
        yield proxy


@pytest.fixture
def path(proxy: ServerProxy, server_url: str, tmp_path: Path) -> Path:
    """A journal that is reached through the proxy."""
    path = tmp_path / "session.db"
    url = make_url(server_url).set(host="127.0.0.1", port=proxy.port)
    point_to_server(path, url.render_as_string())
    return path


@pytest.fixture
def journal(path: Path) -> Iterator[SqlJournal]:
    with closing(SqlJournal(path, busy_timeout_seconds=PATIENCE)) as journal:
        journal.begin(a_session_record())
        yield journal


def stored(path: Path) -> list[int]:
    with closing(RecordedJournal(path)) as journal:
        return [batch.steps[0].input.occurred_at for batch in journal.batches()]


def kill_backends(path: Path) -> None:
    place = find_server(path)
    assert place is not None
    name = make_url(place.url).database
    ask_server(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'robo_trader' "  # noqa: S608 - our own names
        f"AND datname = '{name}'"
    )


async def test_a_backend_that_was_killed_between_commits_is_replaced(journal: SqlJournal, path: Path) -> None:
    for number in range(1, 6):
        await journal.commit(a_batch(number))
        kill_backends(path)
    await journal.commit(a_batch(6))
    assert stored(path) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("request_", ["BEGIN", "INSERT INTO journal", "COMMIT"])
async def test_a_connection_lost_before_a_request_arrives(
    journal: SqlJournal, path: Path, proxy: ServerProxy, request_: str
) -> None:
    """What is prepared already goes by its name, so each request is met at its first time."""
    proxy.cuts_before = request_.encode()
    await journal.commit(a_batch(1))
    await journal.commit(a_batch(2))
    assert proxy.cuts == 1
    assert stored(path) == [1, 2]


async def test_a_connection_lost_while_it_commits_stores_the_batch_once(
    journal: SqlJournal, path: Path, proxy: ServerProxy
) -> None:
    """The server has committed, and its answer is lost: only the journal itself knows."""
    for number in range(1, 4):
        proxy.cuts_after = b"COMMIT"
        await journal.commit(a_batch(number))
    assert proxy.cuts == 3
    assert stored(path) == [1, 2, 3]


async def test_a_server_that_is_gone_is_not_waited_for_longer_than_said(
    journal: SqlJournal, path: Path, proxy: ServerProxy
) -> None:
    await journal.commit(a_batch(1))
    proxy.is_closed = True
    kill_backends(path)
    begun = time.monotonic()
    with pytest.raises(JournalUnwritable, match="nothing of the last batch was sent") as refused:
        await journal.commit(a_batch(2))
    assert time.monotonic() - begun < 3 * PATIENCE
    assert exit_code_of(refused.value) is ExitCode.DISK and "server" in refused.value.next_step
    with pytest.raises(AssertionError, match="is followed by none"):
        await journal.commit(a_batch(3))
    proxy.is_closed = False
    assert stored(path) == [1]


async def test_a_server_that_says_nothing_is_not_waited_for_longer_than_said(
    journal: SqlJournal, proxy: ServerProxy
) -> None:
    await journal.commit(a_batch(1))
    proxy.is_hole = True
    begun = time.monotonic()
    with pytest.raises(JournalUnwritable, match="does not answer"):
        await journal.commit(a_batch(2))
    assert time.monotonic() - begun < 6 * PATIENCE


async def test_a_batch_whose_end_was_unknown_and_that_landed_is_gone_on_from(
    journal: SqlJournal, path: Path, proxy: ServerProxy
) -> None:
    """The commit landed, then the server was gone for good: the next program finds the batch, and goes on."""
    proxy.cuts_after = b"COMMIT"
    proxy.is_closed = True  # for whoever connects anew
    with pytest.raises(JournalUnwritable):
        await journal.commit(a_batch(1))
    proxy.is_closed = False
    with closing(SqlJournal(path)) as again:
        again.begin(a_session_record())
        await again.commit(a_batch(2))
    assert stored(path) == [1, 2]


async def test_a_table_that_another_has_locked_is_not_waited_for_longer_than_said(
    journal: SqlJournal, path: Path
) -> None:
    await journal.commit(a_batch(1))
    with closing(open_database(path, read_only=False, busy_timeout_seconds=5)) as other:
        held = other.hold()
        held.run(lambda connection: connection.exec_driver_sql("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
        begun = time.monotonic()
        with pytest.raises(JournalBusy):
            await journal.commit(a_batch(2))
        assert time.monotonic() - begun < 2 * PATIENCE
        held.close()
    await journal.commit(a_batch(2))
    assert stored(path) == [1, 2]


async def test_whoever_lost_the_connection_and_was_overtaken_writes_nothing(
    journal: SqlJournal, path: Path, proxy: ServerProxy
) -> None:
    await journal.commit(a_batch(1))
    with closing(SqlJournal(path)) as newer:
        newer.begin(a_session_record())
        proxy.cuts_before = b"COMMIT"
        with pytest.raises(JournalTakenOver):
            await journal.commit(a_batch(2))
        await newer.commit(a_batch(3))
    assert stored(path) == [1, 3]


async def test_a_newer_writer_that_is_just_beginning_is_waited_for(
    journal: SqlJournal, path: Path, server_url: str
) -> None:
    """It has taken the next epoch, and has not committed yet: whoever is older must not pass it by."""
    await journal.commit(a_batch(1))
    place = find_server(path)
    assert place is not None
    newer = await asyncpg.connect(
        server_url.replace("+asyncpg", ""), server_settings={"search_path": place.schema}
    )  # fmt: skip
    beginning = newer.transaction()
    await beginning.start()
    await newer.execute("UPDATE meta SET value = '2' WHERE key = 'epoch'")
    committing = asyncio.create_task(journal.commit(a_batch(2)))
    await asyncio.sleep(0.3)
    assert not committing.done()
    await beginning.commit()
    with pytest.raises(JournalTakenOver, match="it is epoch 2"):
        await committing
    await newer.close()
    assert execute(path, "SELECT max(batch) FROM journal") == [(1,)]


async def test_of_two_that_begin_at_once_each_takes_an_epoch_of_its_own(
    journal: SqlJournal, path: Path, server_url: str
) -> None:
    await journal.commit(a_batch(1))
    place = find_server(path)
    assert place is not None
    other = await asyncpg.connect(server_url.replace("+asyncpg", ""), server_settings={"search_path": place.schema})
    beginning = other.transaction()
    await beginning.start()
    await other.execute("UPDATE meta SET value = '2' WHERE key = 'epoch'")
    ours = asyncio.create_task(asyncio.to_thread(journal.begin, a_session_record()))
    await asyncio.sleep(0.3)
    assert not ours.done()
    await beginning.commit()
    assert (await ours).epoch == 3
    await other.close()


@pytest.fixture
def careless(server_url: str) -> Iterator[str]:
    """The address for a user whose commits do not wait for the disk."""
    name = f"careless_{secrets.token_hex(4)}"
    database = str(make_url(server_url).database)
    ask_server(f"CREATE ROLE {name} LOGIN", database)
    ask_server(f"ALTER ROLE {name} SET synchronous_commit = off", database)
    ask_server(f'GRANT ALL ON DATABASE "{database}" TO {name}', database)
    yield make_url(server_url).set(username=name).render_as_string()
    ask_server(f"DROP OWNED BY {name}", database)
    ask_server(f"DROP ROLE {name}", database)


def test_a_server_that_may_lose_what_it_stored_gets_no_real_money(careless: str, tmp_path: Path) -> None:
    with closing(SqlJournal(tmp_path / "session.db", url=careless)) as journal:
        with pytest.raises(JournalUnsafe, match="synchronous_commit=off") as refused:
            journal.begin(a_session_record(mode="LIVE"))
        assert refused.value.next_step
        assert journal.begin(a_session_record(mode="PAPER")).epoch == 1


def test_a_server_as_it_comes_gets_real_money(server_url: str, tmp_path: Path) -> None:
    with closing(SqlJournal(tmp_path / "session.db", url=server_url)) as journal:
        assert journal.begin(a_session_record(mode="LIVE")).epoch == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"database": "robo_nowhere"}, "robo_nowhere"),
        ({"port": 1}, "does not answer"),
        ({"username": "nobody_x"}, "nobody_x"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_in_words(
    server_url: str, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    path = tmp_path / "session.db"
    url = make_url(server_url).set(**changes)  # type: ignore[arg-type]
    with pytest.raises(JournalError, match=words) as refused:
        SqlJournal(path, url=url.render_as_string(), busy_timeout_seconds=PATIENCE)
    assert refused.value.next_step
    assert not path.exists(), "no journal was made"


def test_a_journal_stays_where_it_is(server_url: str, tmp_path: Path) -> None:
    for path, first, second in (
        (tmp_path / "a.db", None, server_url),
        (tmp_path / "b.db", server_url, f"{server_url}x"),
    ):
        SqlJournal(path, url=first).close()
        with pytest.raises(SessionMismatch, match="lives"):
            SqlJournal(path, url=second)
    SqlJournal(tmp_path / "b.db").close()  # its file says where it lives
    assert execute(tmp_path / "b.db", "SELECT count(*) FROM journal") == [(0,)]


def test_of_two_machines_one_trades(server_url: str, tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "session.db", tmp_path / "there" / "session.db"
    for path in (here, there):
        path.parent.mkdir()
    point_to_server(here, server_url)
    shutil.copy(here, there)
    with WriterLock(here):
        with pytest.raises(JournalBusy, match="another robo-trader"), WriterLock(there):
            pass
        assert is_held(here)
    with WriterLock(there):
        assert is_held(there)


def test_a_lock_whose_server_is_gone_is_let_go_of(path: Path) -> None:
    with WriterLock(path):
        kill_backends(path)
    with WriterLock(path):
        pass


async def test_who_watches_goes_on_once_the_server_is_back(journal: SqlJournal, path: Path, proxy: ServerProxy) -> None:
    await journal.commit(a_batch(1))
    with closing(SqlProjections(path)) as views:
        assert views.last_seq() == 1
        proxy.is_closed = True
        kill_backends(path)
        for _ in range(2):
            with pytest.raises(JournalUnwritable, match="does not answer"):
                views.last_seq()
        proxy.is_closed = False
        assert views.last_seq() == 1
        assert views.session().account == "PAPER"
