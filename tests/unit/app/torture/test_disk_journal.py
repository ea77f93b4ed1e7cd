"""The journal on the pretend disk keeps what a real one does, and finds what was changed."""

import asyncio
from decimal import Decimal

import pytest

from robo_trader.app.torture.disk_journal import JOURNAL, DiskJournal, DurableOrders
from robo_trader.core.domain.errors import JournalDamaged, JournalTakenOver, JournalUnwritable
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.ports.journal import Batch, StepRecord
from robo_trader.simulation.world.disk import Disk, DiskFault
from robo_trader.simulation.world.loop import WorldLoop

INSTALL = "t0rtvred"


def a_disk() -> Disk:
    return Disk(WorldLoop(1), 1)


def a_batch(number: int = 1) -> Batch:
    started = SessionStarted(occurred_at=number, account="DU1234567", opening_cash=Decimal(number))
    return Batch((StepRecord(started, ()),), ())


def begun(disk: Disk) -> DiskJournal:
    journal = DiskJournal(disk, INSTALL)
    journal.begin()
    return journal


def commit(journal: DiskJournal, batch: Batch) -> None:
    asyncio.run(journal.commit(batch))


def stored(disk: Disk) -> list[Batch]:
    return [Batch(one.steps, one.commands) for one in begun(disk).batches()]


def test_what_was_committed_is_read_back() -> None:
    disk = a_disk()
    journal = begun(disk)
    for number in (1, 2, 3):
        commit(journal, a_batch(number))
    disk.lose_power()
    assert stored(disk) == [a_batch(1), a_batch(2), a_batch(3)]


@pytest.mark.parametrize("call", [1, 2])
def test_what_the_disk_refused_may_be_there_whole_or_not_at_all(call: int) -> None:
    disk = a_disk()
    journal = begun(disk)
    commit(journal, a_batch(1))
    disk.arm(DiskFault.ERROR, call)
    with pytest.raises(JournalUnwritable):
        commit(journal, a_batch(2))
    disk.lose_power()
    kept = stored(disk)
    assert kept in ([a_batch(1)], [a_batch(1), a_batch(2)])
    after = begun(disk)
    commit(after, a_batch(3))
    assert stored(disk) == [*kept, a_batch(3)]


def test_every_flipped_bit_of_a_record_is_found() -> None:
    disk = a_disk()
    commit(begun(disk), a_batch())
    whole = disk.read(JOURNAL)
    assert whole is not None
    for place in range(4, len(whole)):  # after the length
        disk.files[JOURNAL].written = whole
        disk.flip(JOURNAL, (place + 0.5) / len(whole), 5)
        with pytest.raises(JournalDamaged):
            stored(disk)


def test_who_was_overtaken_writes_nothing() -> None:
    disk = a_disk()
    first, second = begun(disk), begun(disk)
    with pytest.raises(JournalTakenOver):
        commit(first, a_batch())
    commit(second, a_batch())
    assert stored(disk) == [a_batch()]


def test_no_order_is_durable_in_an_empty_journal() -> None:
    assert not DurableOrders(a_disk()).holds(1)
