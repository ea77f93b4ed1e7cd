"""A backup that was put back has lost the end of the journal; the broker has not, and trading halts.

The real engine, loop, venue and journal trade twelve days and die on the way; the database as it is then is the backup.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from robo_trader.adapters.storage.decisions import SqlDecisions
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.app.joining import build_engine
from robo_trader.app.settings import load_settings
from robo_trader.core.domain.events import TradingStateChanged
from robo_trader.core.domain.order_references import LostOrder, OurOrder
from robo_trader.core.domain.orders import OrderStatus, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.statements import StatedOrder, StatementReceived
from robo_trader.core.engine.engine import Engine
from robo_trader.core.ports.order_references import References
from robo_trader.runtime.order_references import OrderReferences
from robo_trader.runtime.recovery import last_slice_end, replay
from tests.builders import some_terms
from tests.scenarios.test_every_crash_point import OVERRIDES, RECORD, SYMBOL, Death, Fate, live
from tests.statements import a_statement


def names_in(database: Path) -> list[str]:
    """What the broker has heard of every order."""
    with closing(SqlDecisions(database)) as decisions:
        return [str(decisions.trail.reference(row.order_id)) for row in decisions.orders()]


@pytest.fixture
async def traded(tmp_path: Path) -> tuple[Path, Path]:
    """A session that died, was copied, and went on to its end; and the copy."""
    whole, backup = tmp_path / "whole.db", tmp_path / "backup.db"
    with pytest.raises(Death):
        await live(whole, Fate(dies_at=24))
    shutil.copy(whole, backup)
    await live(whole, Fate(dies_at=0))
    return whole, backup


def recovered(database: Path) -> tuple[Engine, OrderReferences, int]:
    """The engine as the journal left it, the names it knows, and the end of its last slice."""
    settings = load_settings(config_file=None, overrides=OVERRIDES, environment={}, working_directory=database.parent)
    engine, ended_at = build_engine(settings), 0
    with closing(SqlJournal(database)) as journal:
        references = OrderReferences(journal.begin(RECORD))
        for batch in replay(journal.batches(), engine):
            references.note(batch)
            ended_at = max(ended_at, last_slice_end(batch))
    return engine, references, ended_at


def as_stated(names: list[str], references: References) -> Iterator[StatedOrder]:
    """What an adapter makes of orders that have ended and bear these names."""
    for name in names:
        named = references.read(name)
        yield StatedOrder(
            order_id=named.order_id if isinstance(named, OurOrder) else None,
            lost_reference=str(named.reference) if isinstance(named, LostOrder) else "",
            broker_order_id="", symbol=SYMBOL, side=Side.BUY, terms=some_terms(), filled=some_terms().quantity,
            status=OrderStatus.FILLED,
        )  # fmt: skip


async def test_the_whole_journal_knows_every_name(traded: tuple[Path, Path]) -> None:
    whole, backup = traded
    names, kept = names_in(whole), names_in(backup)
    assert {name.split(".")[1] for name in names} == {"1", "2"}, "it was begun twice"
    assert [int(name.split(".")[2]) for name in names] == list(range(1, len(names) + 1)), "ids go on over the restart"
    assert names[: len(kept)] == kept and 0 < len(kept) < len(names)
    _, references, _ = recovered(whole)
    assert all(isinstance(references.read(name), OurOrder) for name in names)


async def test_the_backup_halts_at_the_first_order_it_has_lost(traded: tuple[Path, Path]) -> None:
    whole, backup = traded
    lost = names_in(whole)[len(names_in(backup)) :]
    engine, references, ended_at = recovered(backup)
    told = a_statement(open_orders=(), completed_orders=tuple(as_stated(lost[:1], references)))
    first, second = (StatementReceived(statement=told, asked_at=at, occurred_at=at) for at in (ended_at, ended_at + 1))
    decisions = [
        decision
        for statement in (first, second)
        for decision in engine.process(statement).events
        if isinstance(decision, TradingStateChanged)
    ]
    (halt,) = decisions
    assert halt.after is TradingState.HALTED
    assert halt.reason == (
        f"the broker knows an order this journal does not: its end is lost (F55); the order is {lost[0]}"
    )
