"""The program may die between any two steps around a split, a dividend and a protective leg: the end is the same.

Two shares for one before the seventh day, a dividend before the eighth, ten thousand dollars of AAPL held over both.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.app.joining import build_broker, build_engine
from robo_trader.app.settings import load_settings
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.corporate_actions import CashDividend, CorporateAction, StockSplit
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.engine.engine import Engine
from robo_trader.core.market.corporate_actions import action_key
from robo_trader.runtime.records import with_actions
from robo_trader.runtime.recovery import actions_in, last_slice_end, replay
from robo_trader.runtime.trading_loop import TradingLoop
from tests.scenarios.test_every_crash_point import (
    DAY,
    OVERRIDES,
    RECORD,
    SYMBOL,
    Death,
    Fate,
    MortalBroker,
    MortalJournal,
)
from tests.scenarios.test_every_crash_point import market as smooth_market

SPLIT_DAY = 7
GUARDED = OVERRIDES | {"protection": {"resting": True}}


def market() -> Iterator[BarSlice]:
    """The twelve days of the other story, at half the price from the split on."""
    for day, slice_ in enumerate(smooth_market(), start=1):
        if day < SPLIT_DAY:
            yield slice_
            continue
        (bar,) = slice_.bars
        halved = replace(
            bar, open=bar.open / 2, high=bar.high / 2, low=bar.low / 2, close=bar.close / 2, volume=bar.volume * 2
        )
        yield replace(slice_, bars=(halved,))


def actions() -> list[CorporateAction]:
    days = [(f"2020-01-{day:02}", day * DAY) for day in (SPLIT_DAY, SPLIT_DAY + 1)]
    split = StockSplit(symbol=SYMBOL, new=2, old=1, ex_date=days[0][0], occurred_at=days[0][1])
    paid = CashDividend(symbol=SYMBOL, amount=Decimal("0.25"), ex_date=days[1][0], occurred_at=days[1][1])
    return [split, paid]


async def live(database: Path, fate: Fate) -> Engine:
    """One life of the program: recover, trade to the end of the market, or die on the way."""
    settings = load_settings(config_file=None, overrides=GUARDED, environment={}, working_directory=database.parent)
    engine, broker, journal = build_engine(settings), build_broker(settings), SqlJournal(database)
    try:
        journal.begin(RECORD)
        batches = list(replay(journal.batches(), engine))
        broker.restore(batches)
        loop = TradingLoop(engine, MortalJournal(journal, fate), MortalBroker(broker, fate), observers=[broker.observe])
        if batches:
            await loop.take(loop._broker.take_reports())
        else:
            await loop.take([SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))])
        reached = max(map(last_slice_end, batches), default=0)
        known = {key for batch in batches for key in actions_in(batch)}
        waiting = [one for one in actions() if one.occurred_at >= reached and action_key(one) not in known]
        slices = (slice_ for slice_ in market() if slice_.ended_at > reached)
        for happening in with_actions(slices, waiting, is_new=not reached):
            if isinstance(happening, BarSlice):
                await loop.close_slice(happening)
            else:
                await loop.take_action(happening)
    finally:
        journal.close()
    return engine


async def test_death_at_every_chance_leads_to_the_same_end(tmp_path: Path) -> None:
    counted = Fate(dies_at=0)
    untouched = await live(tmp_path / "untouched.db", counted)
    assert untouched.account.ledger.balances["dividends"] < 0, "shares were held over the ex-dates"
    assert untouched.account.tally.fills >= 4 and counted.chances > 50
    for chance in range(1, counted.chances + 1):
        database = tmp_path / f"{chance}.db"
        with pytest.raises(Death):
            await live(database, Fate(dies_at=chance))
        reborn = await live(database, Fate(dies_at=0))
        assert reborn.state_hash() == untouched.state_hash(), f"died at chance {chance}"
