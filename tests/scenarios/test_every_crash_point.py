"""The program may die between any two steps of the loop: recovery leads to the same end from each of them.

The real engine, venue, loop and journal, in either database, run in this process; death is an exception thrown at the
n-th chance (before a commit, after it, before or after each command), after which everything but the database is thrown
away.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.joining import build_broker, build_engine_settings
from robo_trader.app.settings import load_settings
from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.events import BrokerClaim, SessionStarted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementPart
from robo_trader.core.engine.engine import Engine
from robo_trader.core.execution.statement_schedule import StatementSchedule
from robo_trader.core.ports.journal import Batch
from robo_trader.runtime.invariants.acts import WatchedBroker, WatchedJournal
from robo_trader.runtime.invariants.checker import CheckedEngine
from robo_trader.runtime.recovery import last_slice_end, replay
from robo_trader.runtime.statement_asking import StatementAsking
from robo_trader.runtime.trading_loop import TradingLoop
from tests.databases import SQLITE, NewPlace, kind, new_place, server_database, server_url
from tests.examples import IS_NIGHTLY

__all__ = ["kind", "new_place", "server_database", "server_url"]

DAY = 86_400 * 10**9
SYMBOL = Symbol("AAPL")
RECORD = SessionRecord(
    account="PAPER", mode="PAPER", broker="paper", bar_size="1 day", strategy="sma_crossover", feeds={},
    opening_cash=Decimal(100_000), settings={},
)  # fmt: skip
OVERRIDES = {
    "data": {"symbols": "AAPL"},
    "strategy": {"parameters": {"fast": 1, "slow": 2}},
    "execution": {"participation_max": "0.01"},  # 30 shares a bar: orders fill in parts and expire
}


class Death(Exception):
    """The process is gone."""


class Fate:
    """Counts the chances to die and takes one of them."""

    def __init__(self, dies_at: int) -> None:
        self.chances = 0
        self.dies_at = dies_at

    def tempt(self) -> None:
        self.chances += 1
        if self.chances == self.dies_at:
            raise Death


class MortalJournal:
    """The real journal, with a chance to die on either side of a commit."""

    def __init__(self, journal: SqlJournal, fate: Fate) -> None:
        self.journal, self.fate = journal, fate

    async def commit(self, batch: Batch) -> None:
        self.fate.tempt()
        await self.journal.commit(batch)
        self.fate.tempt()

    def batches(self) -> Iterator[Batch]:
        return self.journal.batches()


class MortalBroker:
    """The real simulated broker, with a chance to die on either side of a command."""

    def __init__(self, broker: SimulatedBroker, fate: Fate) -> None:
        self.broker, self.fate = broker, fate

    async def submit(self, order: ApprovedOrder) -> None:
        self.fate.tempt()
        await self.broker.submit(order)
        self.fate.tempt()

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        self.fate.tempt()
        await self.broker.cancel(order_id, at=at)

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        self.fate.tempt()
        await self.broker.modify(order_id, terms, at=at)

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        self.fate.tempt()
        await self.broker.request_statement(parts, at=at)
        self.fate.tempt()

    def take_reports(self) -> Sequence[BrokerReport | BrokerClaim]:
        return self.broker.take_reports()


def market() -> list[BarSlice]:
    """Twelve days that go up and down, so that positions are opened, filled in parts, and closed."""
    closes = [100.0, 101.0, 103.0, 105.0, 104.0, 102.0, 101.0, 104.0, 106.0, 105.0, 103.0, 100.0]
    slices = []
    for day, close in enumerate(closes, start=1):
        opens, ends = day * DAY, day * DAY + DAY // 4
        session = TradingSession(date=f"2020-01-{day:02}", opens_at=opens, closes_at=ends)
        bar = Bar(SYMBOL, opens, ends, close - 0.5, close + 1, close - 1, close, 3_000.0)
        slices.append(BarSlice(ended_at=ends, session=session, bars=(bar,)))
    return slices


async def live(database: Path, fate: Fate) -> Engine:
    """One life of the program: recover, trade to the end of the market, or die on the way."""
    settings = load_settings(config_file=None, overrides=OVERRIDES, environment={}, working_directory=database.parent)
    engine = CheckedEngine(build_engine_settings(settings))
    broker, journal = build_broker(settings), SqlJournal(database)
    try:
        journal.begin(RECORD)
        batches = list(replay(journal.batches(), engine))
        broker.restore(batches)
        mortal = MortalBroker(broker, fate)
        watched = WatchedJournal(MortalJournal(journal, fate))
        loop = TradingLoop(engine, watched, WatchedBroker(mortal, watched), observers=[broker.observe])
        asking = StatementAsking(mortal, StatementSchedule(), clock=lambda: 0)
        if batches:
            await loop.take(loop._broker.take_reports())
        else:
            await loop.take([SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))])
        reached = max(map(last_slice_end, batches), default=0)
        await asking.reconcile(loop, at=reached)
        for slice_ in market():
            if slice_.ended_at > reached:
                await asking.ask_before(slice_, at=reached)
                await loop.close_slice(slice_)
    finally:
        journal.close()
    assert not engine.account.blocks.by_symbol and not engine._reconciliation.passes.last_id, "a false alarm"
    return engine


async def test_death_at_every_chance_leads_to_the_same_end(tmp_path: Path, new_place: NewPlace, kind: str) -> None:
    counted = Fate(dies_at=0)
    untouched = await live(tmp_path / "untouched.db", counted)
    assert untouched.account.tally.fills >= 6 and counted.chances > 50
    by_day = 1 if kind == SQLITE or IS_NIGHTLY else 5  # a journal on a server takes longer to make
    for chance in range(1, counted.chances + 1, by_day):
        database = new_place(str(chance))
        with pytest.raises(Death):
            await live(database, Fate(dies_at=chance))
        reborn = await live(database, Fate(dies_at=0))
        assert reborn.state_hash() == untouched.state_hash(), f"died at chance {chance}"


async def test_dying_again_and_again_still_arrives(tmp_path: Path, new_place: NewPlace) -> None:
    untouched = await live(tmp_path / "untouched.db", Fate(dies_at=0))
    database, lives = new_place("many"), 0
    while True:
        lives += 1
        try:
            engine = await live(database, Fate(dies_at=12))  # eight of them lie before the first slice
        except Death:
            continue
        break
    assert lives > 5
    assert engine.state_hash() == untouched.state_hash()
