"""Journals in files, written by the real loop, engine, venue and journal, for those who read them."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import SessionStarted
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.simulation.venue.venue import Venue
from tests.builders import OPEN, venue_settings


def a_journal(
    path: Path, settings: EngineSettings, slices: Sequence[BarSlice], *, symbols: Sequence[str] = ("AAPL",)
) -> Path:
    """Trade the slices and return the database. symbols: those of the session."""
    warm_ups = {str(one): [feature.warm_up for feature in settings.features_of(one)] for one in settings.symbols}
    record = SessionRecord(
        account="PAPER", mode="PAPER", broker="paper", bar_size="1 day", strategy="a test's",
        feeds=dict.fromkeys(symbols, "files"), opening_cash=Decimal(100_000), settings={},
        warm_up={symbol: max(found) for symbol, found in warm_ups.items()},
    )  # fmt: skip
    broker = SimulatedBroker(Venue(venue_settings()))

    async def play() -> None:
        with closing(SqlJournal(path)) as journal:
            journal.begin(record)
            loop = TradingLoop(Engine(settings), journal, broker, observers=[broker.observe])
            await loop.take([SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(100_000))])
            for slice_ in slices:
                await loop.close_slice(slice_)

    asyncio.run(play())
    return path
