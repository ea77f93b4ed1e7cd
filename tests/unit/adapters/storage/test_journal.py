"""The journal keeps what it was given, in order, and the projections are what the events say."""

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.adapters.storage.writer_lock import WriterLock, is_held
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import Command, SubmitOrder
from robo_trader.core.domain.errors import JournalBusy, JournalDamaged, JournalError, SessionMismatch
from robo_trader.core.domain.events import InputEvent, SessionStarted, SliceClosed
from robo_trader.core.engine.engine import Engine
from robo_trader.core.ports.journal import Batch, JournalIdentity, StepRecord
from robo_trader.simulation.venue.venue import Venue
from tests.builders import AAPL, a_bar, a_day, a_session, engine_settings, venue_settings
from tests.databases import execute
from tests.session_records import a_session_record


class Trader:
    """A real engine and venue whose batches are collected instead of paced."""

    def __init__(self) -> None:
        self.engine, self.venue = Engine(engine_settings()), Venue(venue_settings())

    def batch(self, *events: InputEvent) -> Batch:
        steps: list[StepRecord] = []
        commands: list[Command] = []
        for event in events:
            step = self.engine.process(event)
            steps.append(StepRecord(event, step.events))
            commands.extend(step.commands)
        for command in commands:
            assert isinstance(command, SubmitOrder)
            self.venue.submit(command.order)
        return Batch(tuple(steps), tuple(commands))

    def story(self) -> Iterator[Batch]:
        """A rising market that is bought, and falls: signals, orders, fills, a faulty bar."""
        yield self.batch(SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000)))
        for day in range(120):
            slice_ = a_day(day, AAPL=100.0 + (day if day < 80 else 160 - day))
            self.venue.observe(slice_)
            yield self.batch(*self.venue.take_reports(), SliceClosed(slice=slice_))


async def write(path: Path, batches: list[Batch]) -> None:
    journal = SqlJournal(path)
    journal.begin(a_session_record())
    for batch in batches:
        await journal.commit(batch)
    journal.close()


async def test_what_was_written_is_read_back_across_an_opening(path: Path) -> None:
    batches = list(Trader().story())
    await write(path, batches[:50])
    await write(path, batches[50:])
    journal = SqlJournal(path)
    read = list(journal.batches())
    journal.close()
    assert [replace(batch, epoch=0) for batch in read] == batches, "the same, but for the epochs they were stored under"
    assert [batch.epoch for batch in read] == [1] * 50 + [2] * (len(batches) - 50)


async def test_projections_are_what_the_engine_holds(path: Path) -> None:
    trader = Trader()
    await write(path, list(trader.story()))
    views = SqlProjections(path)
    fills, orders = views.fills(), views.orders()
    assert len(fills) == trader.engine.account.tally.fills > 0
    assert [row.order_id for row in orders] == sorted(trader.engine.account.orders.ended)
    assert sum(row.quantity * (1 if row.side == "BUY" else -1) for row in fills) == (
        trader.engine.account.ledger.position(AAPL).quantity
    )
    last = views.equity(limit=1)[0]
    assert (last.equity, last.cash) == (trader.engine.account.valuation.equity, trader.engine.account.ledger.cash)
    assert len(views.bars("AAPL")) == 120 and len(views.bars("AAPL", limit=7)) == 7
    assert views.session().feeds == {"AAPL": "sample"}
    views.close()


async def test_a_watcher_reads_only_what_is_new(path: Path) -> None:
    batches = list(Trader().story())
    await write(path, batches[:100])
    views = SqlProjections(path)
    seen = views.last_seq()
    assert views.equity(after=seen) == []
    await write(path, batches[100:])
    news = views.equity(after=seen)
    assert len(news) == len(batches) - 100
    assert [row.seq for row in news] == sorted(row.seq for row in news)
    views.close()


async def test_of_two_bars_of_one_time_the_first_is_kept_and_the_faulty_one_leaves_no_row(path: Path) -> None:
    session = a_session()
    first, again, faulty = a_bar(close=101.0), a_bar(close=102.0), a_bar(symbol="MSFT", close=-1.0)
    slice_ = BarSlice(ended_at=first.ended_at, session=session, bars=(first, again, faulty))
    trader = Trader()
    opening = SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))
    await write(path, [trader.batch(opening), trader.batch(SliceClosed(slice=slice_))])
    views = SqlProjections(path)
    assert [row.close for row in views.bars("AAPL")] == [101.0]
    assert views.bars("MSFT") == []
    views.close()


def test_a_journal_continues_with_equal_settings_only(path: Path) -> None:
    journal = SqlJournal(path)
    begun = journal.begin(a_session_record())
    assert begun.epoch == 1
    assert journal.begin(a_session_record()) == JournalIdentity(begun.install, 2)
    with pytest.raises(SessionMismatch, match=r"strategy\.parameters\.fast: 1 in the journal, 9 now"):
        journal.begin(a_session_record(settings={"strategy.parameters.fast": "9"}))
    with pytest.raises(SessionMismatch, match="feed of AAPL: sample in the journal, files now"):
        journal.begin(a_session_record(feeds={"AAPL": "files"}))
    assert journal.begin(a_session_record()).epoch == 3, "who is refused has not begun"
    journal.close()


def test_a_journal_of_an_earlier_version_is_refused_and_left_alone(path: Path) -> None:
    with closing(SqlJournal(path)) as journal:
        journal.begin(a_session_record())
    execute(path, "UPDATE meta SET value = '2' WHERE key = 'schema_version'", "DROP TABLE blocks")
    before = execute(path, "SELECT * FROM meta ORDER BY key")
    with closing(SqlJournal(path)) as journal, pytest.raises(JournalDamaged, match="has schema 2"):
        journal.begin(a_session_record())
    assert execute(path, "SELECT * FROM meta ORDER BY key") == before
    with pytest.raises(JournalError, match="blocks"):
        execute(path, "SELECT * FROM blocks")


def test_one_writer_at_a_time(path: Path) -> None:
    assert not is_held(path)
    with WriterLock(path):
        assert is_held(path)
        with pytest.raises(JournalBusy, match="another robo-trader"), WriterLock(path):
            pass
    assert not is_held(path)
    with WriterLock(path):
        assert is_held(path)
