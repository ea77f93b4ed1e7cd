"""Killed after any batch of a journal of quotes, prints and timers, an account goes on as if nothing had happened."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from msgspec import Struct

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.adapters.storage.encoding import decode, encode
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import QuoteArrived, SessionStarted, SliceClosed, TimerFired, TradePrinted
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.engine.engine import Engine
from robo_trader.core.market.bar_building import build_bars
from robo_trader.core.ports.journal import Batch, StepRecord
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values
from robo_trader.runtime.invariants.checker import CheckedEngine
from robo_trader.runtime.records import Happening, merge_records
from robo_trader.runtime.recovery import replay
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.simulation.venue.venue import Venue
from tests.builders import AAPL, MINUTE, MSFT, OPEN, a_quote, a_session, an_arrival, engine_settings, venue_settings

SYMBOLS = (AAPL, MSFT)
SECOND = MINUTE // 60


class Seen(Struct):
    quotes: dict[str, int]
    fills: int = 0


@dataclass(frozen=True)
class Restless(EventStrategy):
    """Turns round every few quotes, and leaves a while after a fill."""

    def memory(self) -> Seen:
        return Seen({})

    def on_quote(self, memory: Any, quote: Quote, values: Values, desk: Desk) -> None:  # noqa: ANN401, ARG002
        count = memory.quotes[quote.symbol] = memory.quotes.get(quote.symbol, 0) + 1
        if count % 4 == 0:
            desk.want(quote.symbol, -1.0 if count % 8 else 1.0, f"{count} quotes")

    def on_fill(self, memory: Any, fill: Fill, desk: Desk) -> None:  # noqa: ANN401
        memory.fills += 1
        desk.wake(fill.symbol, desk.now + 9 * SECOND)

    def on_timer(self, memory: Any, key: str, desk: Desk) -> None:  # noqa: ANN401, ARG002
        desk.want(key, 0.0, "long enough")  # type: ignore[arg-type]


class Kept:
    """A journal in memory, as bytes: what comes back was written and read."""

    def __init__(self) -> None:
        self.stored: list[Batch] = []

    async def commit(self, batch: Batch) -> None:
        steps = tuple(
            StepRecord(
                decode(type(step.input).__name__, encode(step.input)),
                tuple(decode(type(one).__name__, encode(one)) for one in step.decisions),
            )
            for step in batch.steps
        )
        self.stored.append(Batch(steps, batch.commands))

    def batches(self) -> Iterator[Batch]:
        return iter(self.stored)


def market(seed: int) -> list[Happening]:
    """Some minutes of quotes, prints and the minutes made of them; some quotes are crossed, some stamps are equal."""
    draw = random.Random(seed)  # noqa: S311 - a seeded market
    at, mids, quotes, prints = OPEN, dict.fromkeys(SYMBOLS, 100.0), [], []
    for _ in range(150):
        at += draw.choice([0, 1, 2, 5]) * SECOND
        symbol = draw.choice(SYMBOLS)
        mids[symbol] = round(mids[symbol] + draw.choice([-0.02, 0.0, 0.02]), 2)
        half = draw.choice([-0.01, 0.01, 0.01, 0.01, 0.03])
        sizes = {"bid_size": draw.choice([7.0, 60.0, 600.0]), "ask_size": draw.choice([7.0, 60.0, 600.0])}
        quote = a_quote(symbol=symbol, at=at, bid=mids[symbol] - half, ask=mids[symbol] + half, **sizes)
        quotes.append(an_arrival(quote))
        if draw.random() < 0.2:
            prints.append(TradePrinted(trade=TradePrint(symbol, at, mids[symbol], 100.0), session=a_session()))
    built = [
        bar
        for symbol in SYMBOLS
        for bar in build_bars(
            symbol, ((one.quote.at, one.session, one.quote.bid) for one in quotes if one.quote.symbol == symbol),
            nanos=MINUTE,
        )
    ]  # fmt: skip
    ends = sorted({bar.ended_at for bar in built})
    slices = [
        BarSlice(ended_at=end, session=a_session(), bars=tuple(bar for bar in built if bar.ended_at == end))
        for end in ends
    ]
    return list(merge_records(slices, quotes, prints))


async def play(happenings: list[Happening], journal: Kept) -> Engine:
    """Go on after what the journal holds, to the end."""
    engine = CheckedEngine(engine_settings(strategy=Restless(), symbols=SYMBOLS))
    broker = SimulatedBroker(Venue(venue_settings(quoted=SYMBOLS)))
    held = list(journal.batches())
    broker.restore(replay(held, engine))
    loop = TradingLoop(engine, journal, broker, observers=[broker.observe], due_timer=engine.due_timer)
    if not held:
        await loop.take([SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(100_000))])
    await loop.take(broker.take_reports())
    seen = sum(isinstance(step.input, (QuoteArrived, TradePrinted, SliceClosed)) for one in held for step in one.steps)
    for happening in happenings[seen:]:
        if isinstance(happening, BarSlice):
            await loop.close_slice(happening)
        else:
            await loop.take_record(happening)
    await loop.fire_timers(before=OPEN + 10**15)
    return engine


@pytest.mark.parametrize("seed", range(3))
def test_after_every_batch(seed: int) -> None:
    happenings, whole = market(seed), Kept()
    engine = asyncio.run(play(happenings, whole))
    inputs = [step.input for batch in whole.stored for step in batch.steps]
    assert engine.account.tally.fills > 10 and engine.account.tally.quotes_rejected
    assert sum(isinstance(one, TimerFired) for one in inputs) > 3
    for count in range(0, len(whole.stored), 7 if seed else 1):
        cut = Kept()
        cut.stored = whole.stored[:count]
        again = asyncio.run(play(happenings, cut))
        assert again.state_hash() == engine.state_hash(), f"seed {seed}, killed after {count} batches"
        assert [step.input for batch in cut.stored for step in batch.steps] == inputs
