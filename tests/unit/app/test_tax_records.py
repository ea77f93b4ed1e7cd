"""What a journal tells of an account's trades: each execution once, as it counts now, on the day it was made."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from robo_trader.adapters.storage.fill_history import ShareMove
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.tax_records import TaxRecords, read_tax_records
from robo_trader.core.domain.allotments import Allotment, SharesCrossed
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import FillBooked, FillRestated, OrderUpdated, SessionStarted
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import Side
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.ports.journal import Batch, StepRecord
from tests.builders import AAPL, DAY, OPEN, Exact, a_fill, an_order

MIDNIGHT_UTC = int(datetime(2024, 3, 5, 0, 30, tzinfo=UTC).timestamp()) * 1_000_000_000


class Books:
    """Real books, whose events go into a real journal."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.moves: list[ShareMove] = []

    def book(self, fill: Fill, *parts: Allotment) -> Fill:
        position, realised, entry = self.ledger.book(fill)
        self.moves.append(FillBooked(fill=fill, position=position, realised=realised, entry=entry, allotments=parts))
        return fill

    def restate(self, before: Fill, fill: Fill, *parts: Allotment) -> None:
        position, realised, entry = self.ledger.restate(fill)
        self.moves.append(
            FillRestated(
                fill=fill, before=before, position=position, realised=realised, entry=entry, allotments=parts
            )
        )  # fmt: skip

    def cross(self, *parts: Allotment, price: Exact = 101) -> None:
        crossed = SharesCrossed(symbol=AAPL, price=Decimal(price), allotments=parts, occurred_at=OPEN + DAY)
        self.moves.append(crossed)

    def read(self, folder: Path, *, mode: str = "PAPER", strategy: str | None = None) -> TaxRecords:
        path = folder / "session.db"
        journal = SqlJournal(path, accepts_old_sqlite=True)
        journal.begin(
            SessionRecord(
                account="U1", mode=mode, broker="paper", bar_size="1 day", strategy="sma", feeds={},
                opening_cash=Decimal(100_000), settings={},
            )
        )  # fmt: skip
        start = SessionStarted(occurred_at=0, account="U1", opening_cash=Decimal(100_000))
        decisions = (OrderUpdated(order=an_order()), *self.moves)
        asyncio.run(journal.commit(Batch((StepRecord(start, decisions),), ())))
        journal.close()
        return read_tax_records(path, strategy=strategy)


def part(strategy: str, quantity: Exact, commission: Exact = 0) -> Allotment:
    return Allotment(strategy=strategy, quantity=Decimal(quantity), commission=Decimal(commission))


def told(records: TaxRecords) -> list[tuple[object, ...]]:
    return [(one.execution_id, one.quantity, one.price, one.commission) for one in records.executions]


@pytest.fixture
def books() -> Books:
    return Books()


def test_fills_are_told_with_their_side_and_trade_date(books: Books, tmp_path: Path) -> None:
    books.book(a_fill(quantity=100, price=10, commission=1))
    evening = a_fill(execution_id="E2", side=Side.SELL, quantity=40, price=12, commission=2)
    books.book(replace(evening, occurred_at=MIDNIGHT_UTC))
    records = books.read(tmp_path)
    assert told(records) == [("E1", 100, 10, 1), ("E2", -40, 12, 2)]
    assert [one.on for one in records.executions] == [date(2024, 3, 4)] * 2, "half past midnight UTC is evening there"
    assert (records.account, records.is_simulated, records.last_day) == ("U1", True, date(2024, 3, 4))


def test_a_real_account_is_not_simulated(books: Books, tmp_path: Path) -> None:
    assert not books.read(tmp_path, mode="LIVE").is_simulated


def test_a_correction_counts_in_its_last_version_on_the_first_day(books: Books, tmp_path: Path) -> None:
    first = books.book(a_fill(quantity=100, price=10, commission=1))
    books.book(replace(a_fill(execution_id="E2", price=20), occurred_at=OPEN + DAY))
    second = replace(first, price=Decimal(11), occurred_at=OPEN + 5 * DAY)
    books.restate(first, second)
    books.restate(second, replace(second, commission=Decimal(3)))
    records = books.read(tmp_path)
    assert told(records) == [("E1", 100, 11, 3), ("E2", 100, 20, 0)]
    assert records.executions[0].on == date(2024, 3, 4)


def test_a_busted_execution_has_no_shares(books: Books, tmp_path: Path) -> None:
    first = books.book(a_fill(quantity=100, price=10))
    books.restate(first, replace(first, quantity=Decimal(0)))
    assert told(books.read(tmp_path)) == [("E1", 0, 10, 0)]


def test_a_fill_told_late_stands_where_it_was_made(books: Books, tmp_path: Path) -> None:
    books.book(replace(a_fill(execution_id="E2"), occurred_at=OPEN + DAY))
    books.book(a_fill(execution_id="E1"))
    assert [name for name, *_ in told(books.read(tmp_path))] == ["E1", "E2"]


def test_a_strategy_has_its_part_and_what_it_exchanged(books: Books, tmp_path: Path) -> None:
    books.book(a_fill(quantity=100, price=10, commission=2), part("fast", 60, "1.2"), part("slow", 40, "0.8"))
    books.cross(part("fast", -10), part("slow", 10))
    records = books.read(tmp_path, strategy="slow")
    assert told(records) == [("E1", 40, 10, Decimal("0.8")), ("crossed-4", 10, 101, 0)]
    assert records.strategy == "slow"


def test_the_account_knows_nothing_of_what_passed_inside(books: Books, tmp_path: Path) -> None:
    books.book(a_fill(quantity=100, price=10), part("fast", 60), part("slow", 40))
    books.cross(part("fast", -10), part("slow", 10))
    assert told(books.read(tmp_path)) == [("E1", 100, 10, 0)]


def test_a_corrected_execution_is_divided_as_it_is_now(books: Books, tmp_path: Path) -> None:
    first = books.book(a_fill(quantity=100), part("fast", 60), part("slow", 40))
    books.restate(first, replace(first, quantity=Decimal(50)), part("fast", 30), part("slow", 20))
    assert told(books.read(tmp_path, strategy="fast")) == [("E1", 30, 100, 0)]


def test_the_only_strategy_has_all(books: Books, tmp_path: Path) -> None:
    books.book(a_fill())
    assert told(books.read(tmp_path, strategy="sma_crossover")) == [("E1", 100, 100, 0)]


def test_a_strategy_that_never_traded_is_refused_and_those_that_did_are_named(books: Books, tmp_path: Path) -> None:
    books.book(a_fill())
    with pytest.raises(InvalidConfig, match="no strategy 'momentum'") as refused:
        books.read(tmp_path, strategy="momentum")
    assert "sma_crossover" in refused.value.next_step
