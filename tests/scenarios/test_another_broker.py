"""The same engine and loop trade through Alpaca as through the paper broker, and end with the same books.

Two months of daily bars, drawn by chance; a crossover of two averages over two symbols. Behind both brokers stands the
same venue, so that only the way there differs: one is a call, the other REST and a stream that breaks at times.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import partial
from random import Random

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import SessionStarted, SliceClosed
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.engine.engine import Engine
from robo_trader.core.ports.broker import Broker
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.runtime.unjournaled import UnjournaledRun
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue
from tests.builders import AAPL, FREE, MSFT, OPEN, a_day, engine_settings, venue_settings
from tests.contracts.broker.alpaca import AlpacaWorld, a_server, connected
from tests.contracts.broker.under_test import ANSWER_SECONDS_MAX, EVERYTHING, BrokerUnderTest

OPENING = SessionStarted(occurred_at=OPEN, account="TEST", opening_cash=Decimal(100_000))


def some_days() -> list[BarSlice]:
    chance, prices, days = Random(11), {AAPL: 100.0, MSFT: 200.0}, []  # noqa: S311 - a repeatable market, not a secret
    for day in range(60):
        pairs = {}
        for symbol, price in prices.items():
            first, last = round(price * chance.uniform(0.98, 1.02), 2), round(price * chance.uniform(0.97, 1.03), 2)
            prices[symbol], pairs[str(symbol)] = last, (first, last)
        days.append(a_day(day, **pairs))
    return days


def an_engine() -> Engine:
    return Engine(engine_settings(symbols=(AAPL, MSFT), commissions=FREE))


async def trade_on_paper(days: list[BarSlice]) -> Engine:
    engine = an_engine()
    broker = SimulatedBroker(Venue(venue_settings(slippage_bps=0.0, commissions=FREE)), VenueAccount(Decimal(100_000)))
    loop = TradingLoop(engine, UnjournaledRun(), broker, observers=[broker.observe])
    await loop.take([OPENING])
    for day in days:
        await loop.close_slice(day)
    return engine


async def trade_at_alpaca(under_test: BrokerUnderTest, days: list[BarSlice]) -> Engine:
    engine, broker = an_engine(), under_test.world.broker
    loop = TradingLoop(engine, UnjournaledRun(), broker)
    await loop.take([OPENING])
    for number, day in enumerate(days):
        is_cut = number % 7 == 3
        if is_cut:
            under_test.world.lose_connection()
        under_test.world.show(day)
        if is_cut:
            await until(partial(hear_link, loop, broker, engine, is_open=False))
            under_test.world.restore_connection()
            await until(partial(hear_link, loop, broker, engine, is_open=True))
        await broker.request_statement(EVERYTHING, at=day.ended_at)
        await until(partial(hear_statement, loop, broker))
        await loop.take([SliceClosed(slice=day)])

        async def be_answered() -> bool:
            await loop.take(broker.take_reports())
            return all(order.status is not OrderStatus.SUBMITTED for order in engine.account.orders.open.values())

        await until(be_answered)
    return engine


async def hear_statement(loop: TradingLoop, broker: Broker) -> bool:
    """Take what there is; return whether a statement was among it."""
    reports = broker.take_reports()
    await loop.take(reports)
    return any(isinstance(one, StatementReceived) for one in reports)


async def hear_link(loop: TradingLoop, broker: Broker, engine: Engine, *, is_open: bool) -> bool:
    """Take what there is; return whether orders may leave now, or may not."""
    await loop.take(broker.take_reports())
    return bool(engine.account.blocks.by_symbol) is not is_open


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    while not await condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def test_the_books_are_the_same_whoever_the_broker_is() -> None:
    days = some_days()
    paper = await trade_on_paper(days)
    with a_server() as server:
        async with connected(server) as under_test:
            alpaca = await trade_at_alpaca(under_test, days)
            assert isinstance(under_test.world, AlpacaWorld)
            book = under_test.world.book()
    for engine in (paper, alpaca):
        assert engine.account.trading_state is TradingState.ACTIVE
        assert not engine.account.blocks.by_symbol
        assert not engine.account.tally.quarantined
    assert len(paper.account.orders.ended) > 20
    assert orders_of(alpaca) == orders_of(paper)
    assert alpaca.account.ledger.positions == paper.account.ledger.positions
    assert alpaca.account.ledger.cash == paper.account.ledger.cash == book.cash


def orders_of(engine: Engine) -> list[tuple[object, ...]]:
    """Return what became of each order, by its id: those that fill at one moment may end in any order."""
    return [
        (order.order_id, order.intent, order.status, order.filled, order.filled_value, order.commission)
        for _, order in sorted(engine.account.orders.ended.items())
    ]
