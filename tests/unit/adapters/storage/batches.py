"""Small batches, and journals of them."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.ports.journal import Batch, StepRecord
from tests.session_records import a_session_record


def a_batch(number: int, steps: int = 2) -> Batch:
    """A batch that bears its number as its time."""
    start = SessionStarted(occurred_at=number, account="PAPER", opening_cash=Decimal(number))
    return Batch(tuple(StepRecord(start, ()) for _ in range(steps)), ())


async def write(path: Path, *numbers: int) -> int:
    """Begin, and write batches of these numbers; return the epoch."""
    with closing(SqlJournal(path)) as journal:
        identity = journal.begin(a_session_record())
        for number in numbers:
            await journal.commit(a_batch(number))
    return identity.epoch
