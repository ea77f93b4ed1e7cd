"""A journal whose fills are not what was written is refused; one that is being written is read as it stands."""

import asyncio
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.adapters.storage.fill_history import read_share_moves
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.events import FillBooked, SessionStarted
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.ports.journal import Batch, StepRecord
from tests.builders import a_fill
from tests.databases import execute
from tests.session_records import a_session_record


def commit(journal: SqlJournal, *names: str) -> None:
    ledger, moves = Ledger(), []
    for name in names:
        fill = a_fill(execution_id=name)
        position, realised, entry = ledger.book(fill)
        moves.append(FillBooked(fill=fill, position=position, realised=realised, entry=entry))
    start = SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))
    asyncio.run(journal.commit(Batch((StepRecord(start, tuple(moves)),), ())))


def test_fills_are_read_beside_the_writer_and_nothing_else_is(path: Path) -> None:
    with closing(SqlJournal(path)) as journal:
        journal.begin(a_session_record())
        commit(journal, "E1")
        assert [seq for seq, _ in read_share_moves(path)] == [2], "the first record is the beginning of the session"
        commit(journal, "E2", "E3")
        moves = [move for _, move in read_share_moves(path)]
    assert [move.fill.execution_id for move in moves if isinstance(move, FillBooked)] == ["E1", "E2", "E3"]


def test_a_damaged_fill_is_refused_by_its_number(path: Path) -> None:
    with closing(SqlJournal(path)) as journal:
        journal.begin(a_session_record())
        commit(journal, "E1", "E2")
    execute(path, "UPDATE journal SET payload = hash WHERE seq = 3")
    with pytest.raises(JournalDamaged, match="record 3"):
        read_share_moves(path)
