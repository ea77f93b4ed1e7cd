"""Whoever begins to write a journal is its only writer from then on: an older one writes nothing any more."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.adapters.storage.server_place import point_to_server
from robo_trader.app.exit_codes import ExitCode, exit_code_of
from robo_trader.core.domain.errors import JournalDamaged, JournalTakenOver
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.domain.order_references import OrderReference, parse_reference
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.ports.journal import Batch, StepRecord
from tests.databases import NewPlace, execute
from tests.examples import examples
from tests.session_records import a_session_record


def a_batch(number: int) -> Batch:
    start = SessionStarted(occurred_at=number, account="PAPER", opening_cash=Decimal(number))
    return Batch((StepRecord(start, ()), StepRecord(start, ())), ())


@pytest.fixture
def open_journal(path: Path) -> Iterator[SqlJournal]:
    with closing(SqlJournal(path)) as journal:
        yield journal


def stored(path: Path) -> list[tuple[int, int]]:
    """The number and epoch of each batch."""
    with closing(RecordedJournal(path)) as journal:
        return [(batch.steps[0].input.occurred_at, batch.epoch) for batch in journal.batches()]


async def test_a_writer_that_was_overtaken_writes_nothing(path: Path, open_journal: SqlJournal) -> None:
    stale = open_journal
    stale.begin(a_session_record())
    await stale.commit(a_batch(1))
    with closing(SqlJournal(path)) as newer:
        newer.begin(a_session_record())
        with pytest.raises(JournalTakenOver, match="it is epoch 2, this program's was 1") as refused:
            await stale.commit(a_batch(2))  # although the newer one has written nothing yet
        await newer.commit(a_batch(3))
        with pytest.raises(JournalTakenOver):
            await stale.commit(a_batch(4))
        await newer.commit(a_batch(5))
    assert refused.value.next_step and exit_code_of(refused.value) is ExitCode.BUSY
    assert stored(path) == [(1, 1), (3, 2), (5, 2)]


async def test_what_an_older_one_wrote_last_is_continued(path: Path, open_journal: SqlJournal) -> None:
    """The newer one was opened first, and began after the older one had written once more."""
    open_journal.begin(a_session_record())
    with closing(SqlJournal(path)) as newer:
        await open_journal.commit(a_batch(1))
        newer.begin(a_session_record())
        await newer.commit(a_batch(2))
    assert stored(path) == [(1, 1), (2, 2)]


async def test_a_journal_that_was_not_begun_is_not_written(open_journal: SqlJournal) -> None:
    with pytest.raises(AssertionError, match="begun before it is written"):
        await open_journal.commit(a_batch(1))


ACTS = st.lists(st.tuples(st.sampled_from(["open", "begin", "commit"]), st.integers(0, 3)), max_size=25)


@given(ACTS)
@settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_of_any_writers_only_the_newest_writes(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    await only_the_newest_writes(tmp_path_factory.mktemp("epochs") / "session.db", acts)


@given(ACTS)
@settings(deadline=None, max_examples=examples(4), suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_of_any_writers_on_a_server_only_the_newest_writes(
    tmp_path_factory: pytest.TempPathFactory, server_url: str, acts: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("epochs") / "session.db"
    point_to_server(path, server_url)
    await only_the_newest_writes(path, acts)


async def only_the_newest_writes(path: Path, acts: list[tuple[str, int]]) -> None:
    written: list[tuple[int, int]] = []
    begun: dict[int, int] = {}
    with ExitStack() as stack:
        journals = [stack.enter_context(closing(SqlJournal(path)))]
        for number, (act, place) in enumerate(acts):
            which = place % len(journals)
            if act == "open":
                journals.append(stack.enter_context(closing(SqlJournal(path))))
            elif act == "begin":
                begun[which] = journals[which].begin(a_session_record()).epoch
                assert begun[which] == max(begun.values())
            elif which in begun and begun[which] == max(begun.values()):
                await journals[which].commit(a_batch(number))
                written.append((number, begun[which]))
            elif which in begun:
                with pytest.raises(JournalTakenOver):
                    await journals[which].commit(a_batch(number))
    if begun:
        assert stored(path) == written


def test_every_journal_has_an_install_id_of_its_own(new_place: NewPlace) -> None:
    installs = set()
    for number in range(5):
        with closing(SqlJournal(new_place(str(number)))) as journal:
            identity = journal.begin(a_session_record())
        reference = OrderReference(identity.install, identity.epoch, OrderId(1))
        assert parse_reference(str(reference)) == reference
        installs.add(identity.install)
    assert len(installs) == 5


async def test_the_epoch_and_the_end_of_a_batch_are_in_the_chain(path: Path, open_journal: SqlJournal) -> None:
    open_journal.begin(a_session_record())
    for number in (1, 2):
        await open_journal.commit(a_batch(number))
    assert stored(path) == [(1, 1), (2, 1)]
    for change, undo, seq in CHANGES:
        execute(path, change)
        with pytest.raises(JournalDamaged, match=f"record {seq} "):
            stored(path)
        execute(path, undo)
    assert stored(path) == [(1, 1), (2, 1)]


async def test_no_epoch_is_taken_twice(path: Path, open_journal: SqlJournal) -> None:
    for number in (1, 2):
        open_journal.begin(a_session_record())
        await open_journal.commit(a_batch(number))
    execute(path, "UPDATE meta SET value = '1' WHERE key = 'epoch'")
    with pytest.raises(JournalDamaged, match="record 4 "):
        open_journal.begin(a_session_record())


CHANGES = (
    ("UPDATE journal SET epoch = 2 WHERE batch = 2", "UPDATE journal SET epoch = 1", 3),
    ("UPDATE journal SET epoch = 2 WHERE seq = 4", "UPDATE journal SET epoch = 1", 4),
    ("UPDATE journal SET batch = 2 WHERE seq = 2", "UPDATE journal SET batch = 1 WHERE seq = 2", 2),
    ("UPDATE journal SET batch = 1 WHERE seq = 3", "UPDATE journal SET batch = 2 WHERE seq = 3", 3),
)
