"""`robo-trader execution fit`: reads a journal's own orders, and answers in words, in JSON, and in lines to set."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.events import FillBooked, ParentOrderUpdated, SessionStarted
from robo_trader.core.domain.ledger import Entry
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.parent_orders import ParentOrder, ParentOrderId, ParentStatus
from robo_trader.core.domain.positions import Position
from robo_trader.core.ports.journal import Batch, StepRecord
from tests.builders import AAPL, OPEN, a_fill
from tests.running import run
from tests.session_records import a_session_record
from tests.unit.core.execution.test_cost_fit import a_parent

pytestmark = pytest.mark.process


def parents_of(count: int) -> list[ParentOrder]:
    """Half of them cost 9 bps where the law moves prices by 10, half 14 where it moves them by 20."""
    kinds = [a_parent(price="100.09"), a_parent(price="100.14", unit=20.0)]
    return [
        replace(kinds[number % 2], parent_id=ParentOrderId(number + 1), children=(OrderId(number + 1),))
        for number in range(count)
    ]


async def journal_of(path: Path, parents: list[ParentOrder]) -> Path:
    """A journal that tells of each order as it begins and as it is done, and of its one fill; and of a fill beside."""
    begun = [ParentOrderUpdated(parent=replace(one, status=ParentStatus.WORKING)) for one in parents]
    fill = a_fill(symbol=AAPL)
    position = Position(symbol=AAPL, quantity=Decimal(1), cost=Decimal(1), realised=Decimal(0))
    booked = [
        FillBooked(
            fill=replace(fill, execution_id=f"E{number}", order_id=OrderId(number)), position=position,
            realised=Decimal(0), entry=Entry(reason="a test", postings=()),
        )
        for number in range(1, len(parents) + 2)
    ]  # fmt: skip
    done = [ParentOrderUpdated(parent=one) for one in parents]
    opened = SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(100_000))
    journal = SqlJournal(path)
    journal.begin(a_session_record())
    try:
        await journal.commit(Batch((StepRecord(opened, (*begun, *booked, *done)),), ()))
    finally:
        journal.close()
    return path


async def test_the_fit_of_a_journal_and_the_lines_to_set(tmp_path: Path) -> None:
    database = await journal_of(tmp_path / "s.db", parents_of(300))
    told = json.loads(run("execution", "fit", "--database", str(database), "--json").stdout)
    assert (told["orders"], told["fills"], told["is_simulated"]) == (300, 300, True)
    assert told["realized_bps"] == pytest.approx(11.5) and told["modelled_bps"] == pytest.approx(7.7)
    assert told["half_spread_bps"] == pytest.approx((300 * 4 + 30 * 1) / 330, abs=0.01)
    assert told["impact_coefficient"] == pytest.approx(0.53, abs=0.01)
    words = run("execution", "fit", "--database", str(database)).stdout
    assert "says nothing of a market" in words
    lines = tomllib.loads(words[words.index("[execution]") :])["execution"]
    (tmp_path / "robo_trader.toml").write_text(words[words.index("[execution]") :])
    assert lines == {name: told[name] for name in ("half_spread_bps", "impact_coefficient")}
    assert run("config", "check", "--config", str(tmp_path / "robo_trader.toml")).returncode == 0


async def test_too_few_orders_are_refused_in_words(tmp_path: Path) -> None:
    database = await journal_of(tmp_path / "s.db", parents_of(29))
    done = run("execution", "fit", "--database", str(database))
    assert done.returncode == 3 and not done.stdout
    assert "29 orders" in done.stderr and "30 are needed" in done.stderr and "execution.algorithm" in done.stderr
