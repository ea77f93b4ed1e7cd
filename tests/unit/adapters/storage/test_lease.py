"""A lease has one holder at a time; who was late finds it taken, and never gets it back by renewing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from robo_trader.adapters.storage.lease import Holder, Lease, give_back, metadata, renew, take
from robo_trader.core.domain.errors import JournalBusy, JournalTakenOver

FIRST, SECOND = Holder(101, "east"), Holder(202, "west")
NAME = "DU1234567"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'leases.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def taken(database: Engine, holder: Holder, *, now: int, until: int) -> Lease:
    with database.begin() as connection:
        return take(connection, NAME, holder, now=now, until=until)


def test_the_second_is_told_who_is_first(database: Engine) -> None:
    assert taken(database, FIRST, now=0, until=100) == Lease(NAME, 1)
    with pytest.raises(JournalBusy, match="process 101 on east"):
        taken(database, SECOND, now=99, until=200)


def test_a_lease_that_is_renewed_is_held_on(database: Engine) -> None:
    lease = taken(database, FIRST, now=0, until=100)
    with database.begin() as connection:
        renew(connection, lease, until=150)
    with pytest.raises(JournalBusy):
        taken(database, SECOND, now=149, until=250)


def test_whoever_stood_still_is_fenced_off(database: Engine) -> None:
    late = taken(database, FIRST, now=0, until=100)
    assert taken(database, SECOND, now=100, until=200) == Lease(NAME, 2)
    with database.begin() as connection:
        with pytest.raises(JournalTakenOver, match="epoch was 1"):
            renew(connection, late, until=300)
        give_back(connection, late)
    with pytest.raises(JournalBusy, match="process 202 on west"):
        taken(database, FIRST, now=199, until=300)


def test_one_that_is_given_back_is_free_at_once_and_under_the_next_epoch(database: Engine) -> None:
    lease = taken(database, FIRST, now=0, until=100)
    with database.begin() as connection:
        give_back(connection, lease)
    assert taken(database, SECOND, now=1, until=101) == Lease(NAME, 2)
