"""The program may die between any two steps, with a snapshot after each slice: it goes on from the last one.

As test_every_crash_at_actions, but that a life begins with the newest snapshot and replays only the journal behind it;
what venue and account of the paper broker remember is in the snapshot, and nothing before it is shown to them again.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.app.joining import build_engine_settings
from robo_trader.app.running import Recovered, recover
from robo_trader.app.session_memory import SessionMemory
from robo_trader.app.settings import load_settings
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.market.corporate_actions import action_key
from robo_trader.runtime.order_references import OrderReferences
from robo_trader.runtime.records import with_actions
from robo_trader.runtime.trading_loop import TradingLoop
from tests.scenarios.test_every_crash_at_actions import GUARDED, actions, market
from tests.scenarios.test_every_crash_point import RECORD, Death, Fate, MortalBroker, MortalJournal
from tests.snapshots import differences


async def live(database: Path, fate: Fate, *, remembers: bool = True) -> tuple[Recovered, int]:
    """One life of the program: recover, trade to the end of the market, or die on the way."""
    settings = load_settings(config_file=None, overrides=GUARDED, environment={}, working_directory=database.parent)
    journal = SqlJournal(database)
    try:
        identity = journal.begin(RECORD)
        memory = SessionMemory(build_engine_settings(settings), journal, identity, database)
        session = recover(settings, journal, OrderReferences(identity), memory)
        keeper = memory.keeper(settings, session.parts, lambda: session.broker.is_at_rest)
        loop = TradingLoop(
            session.engine, MortalJournal(journal, fate), MortalBroker(session.broker, fate),
            observers=[session.broker.observe], listeners=[session.references.note, session.progress.note],
        )  # fmt: skip
        if session.progress.batches:
            await loop.take(loop._broker.take_reports())
        else:
            await loop.take([SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))])
        reached = session.progress.last_slice_ended_at
        known = session.progress.actions
        waiting = [one for one in actions() if one.occurred_at >= reached and action_key(one) not in known]
        slices = (slice_ for slice_ in market() if slice_.ended_at > reached)
        for happening in with_actions(slices, waiting, is_new=not reached):
            if isinstance(happening, BarSlice):
                await loop.close_slice(happening)
            else:
                await loop.take_action(happening)
            if remembers:
                keeper.close()  # at once, not aside
    finally:
        journal.close()
    return session, memory.begins_at


async def test_death_at_every_chance_leads_to_the_same_end(tmp_path: Path) -> None:
    counted = Fate(dies_at=0)
    untouched, _ = await live(tmp_path / "untouched.db", counted, remembers=False)
    assert counted.chances > 50 and untouched.engine.account.tally.fills >= 4
    restored = 0
    for chance in range(1, counted.chances + 1, 5):
        database = tmp_path / f"{chance}.db"
        with pytest.raises(Death):
            await live(database, Fate(dies_at=chance))
        reborn, begins_at = await live(database, Fate(dies_at=0))
        restored += begins_at > 0
        assert reborn.engine.state_hash() == untouched.engine.state_hash(), f"died at chance {chance}"
        for name in ("engine", "broker", "progress"):
            assert differences(getattr(untouched, name), getattr(reborn, name)) == [], f"died at chance {chance}"
    assert restored > 5, "most died after a snapshot"


async def test_nothing_before_the_snapshot_is_played_again(tmp_path: Path) -> None:
    whole, _ = await live(tmp_path / "one.db", Fate(dies_at=0))
    calm = Fate(dies_at=0)
    again, begins_at = await live(tmp_path / "one.db", calm)
    assert begins_at > 50
    assert again.engine.state_hash() == whole.engine.state_hash()
    assert calm.chances == 0, "nothing was left to be done"
