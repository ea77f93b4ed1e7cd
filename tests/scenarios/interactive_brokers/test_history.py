"""History over several connections, through real sockets; whatever befalls one of them does not touch trading."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace as changed
from pathlib import Path

import pytest
from ib_async.objects import BarData
from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.circuit_breaker import RestingError
from robo_trader.adapters.brokers.interactive_brokers.history_line import LINES_MAX, HistoryLine, history_ids
from robo_trader.adapters.brokers.interactive_brokers.history_pool import HistoryPool
from robo_trader.adapters.brokers.interactive_brokers.history_turns import HistoryQuestion
from robo_trader.adapters.brokers.interactive_brokers.patience import Patience
from robo_trader.adapters.brokers.interactive_brokers.speech import ServiceChanged
from robo_trader.core.domain.bars import Bar, BarSlice
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import OrderAccepted
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.simulation.gateway.brokerage.settings import Listing
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.broker_process import INSTALL, a_client
from tests.builders import an_intent
from tests.gateway_running import ACCOUNT, STAGE, RunningGateway, a_gateway, a_raw_client, until
from tests.scenarios.interactive_brokers.test_bars import SYMBOLS, Watcher, a_market, minutes_of, show
from tests.trading_through import QUICK
from tests.wire_proxy import a_proxy, is_kind, once, whole

CLIENT = 1
HUNDRED = tuple(Symbol(f"S{number:02}") for number in range(100))
HUNDRED_LISTINGS = tuple(Listing(symbol=symbol) for symbol in HUNDRED)
PATIENCE = replace(QUICK, history=5.0, history_idle=0.2, failures_max=3)
AAPL = HistoryQuestion(Symbol("AAPL"), "5 mins", "5 D")
PACING_ERRORS = {"100", "162"}
HISTORY, ERROR, CANCEL_HISTORY = "17", "4", "25"  # numbers of messages
LINK_CHANGES_OF_A_START = 3  # CONNECTING, SYNCHRONISING, READY


class Pool:
    """A pool of a gateway's own, and what it said."""

    def __init__(self, port: int, lines: int, patience: Patience) -> None:
        self.said: list[ServiceChanged] = []
        self.spared: list[HistoryQuestion] = []
        made = [HistoryLine("127.0.0.1", port, history_ids(CLIENT, number), patience) for number in range(lines)]
        self.pool = HistoryPool(made, patience, self._hear, spare=self._spare)

    async def bars(self, question: HistoryQuestion = AAPL) -> int:
        """How many bars a question brings."""
        return len((await self.pool.history(question)).rows)

    def troubles(self) -> dict[str, bool]:
        """Whether what failed once works again."""
        return {one.service: one.works for one in self.said}

    def _hear(self, said: object) -> None:
        assert isinstance(said, ServiceChanged)
        self.said.append(said)

    async def _spare(self, question: HistoryQuestion) -> list[BarData]:
        self.spared.append(question)
        return []


@asynccontextmanager
async def a_pool(
    gateway: RunningGateway, lines: int = 5, patience: Patience = PATIENCE, port: int = 0
) -> AsyncIterator[Pool]:
    pool = Pool(port or gateway.port, lines, patience)
    try:
        yield pool
    finally:
        pool.pool.close()


class Overhearing(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, overheard: list[logging.LogRecord]) -> None:
        super().__init__()
        self._overheard = overheard

    def emit(self, record: logging.LogRecord) -> None:
        self._overheard.append(record)


def codes(gateway: RunningGateway) -> set[str]:
    """Of all errors that were said so far."""
    told = [frame.fields() for frame in gateway.server.frames(limit=10_000) if frame.direction == "out"]
    return {fields[3] for fields in told if fields[0] == ERROR}


def same_past(slices: Sequence[BarSlice]) -> Callable[[Symbol], list[Bar]]:
    """Every stock's bars are those of the first."""
    return lambda symbol: [replace(slice_.bars[0], symbol=symbol) for slice_ in slices]


async def test_a_hundred_symbols_come_in_parallel_and_nothing_is_asked_too_quickly() -> None:
    slices = minutes_of(0, 30)
    stage = changed(STAGE, bar_size=BarSize.MINUTES_5, listings=HUNDRED_LISTINGS, past=same_past(slices))
    async with a_gateway(stage=changed(stage, real_seconds=time.monotonic)) as gateway, a_pool(gateway) as pool:
        gateway.clock.at = slices[-1].ended_at
        questions = [HistoryQuestion(symbol, "5 mins", "5 D") for symbol in HUNDRED]
        assert await asyncio.gather(*map(pool.bars, questions)) == [30] * 100
        assert set(gateway.server.clients()) == {history_ids(CLIENT, number)[0] for number in range(5)}
        assert not codes(gateway) & PACING_ERRORS
        assert not pool.said and not pool.spared


async def test_ids_of_history_are_no_ids_that_trade_nor_those_of_others() -> None:
    trading = (1, 2, 3, 999_998, 999_999)
    ids = [one for client in trading for number in range(LINES_MAX) for one in history_ids(client, number)]
    assert len({*ids, *trading}) == len(ids) + len(trading)
    assert min(ids) > 999_999 and max(ids) < 2**31


async def test_a_client_id_that_is_taken_leaves_the_work_to_the_others() -> None:
    slices = minutes_of(0, 3)
    async with a_market(BarSize.MINUTES_5, slices) as gateway, a_pool(gateway, lines=2) as pool:
        gateway.clock.at = slices[-1].ended_at
        async with AsyncExitStack() as others:
            for taken in history_ids(CLIENT, 0):
                await (await others.enter_async_context(a_raw_client(gateway.port))).start(taken)
            assert await asyncio.gather(*(pool.bars() for _ in range(8))) == [3] * 8
            name = f"history connection {history_ids(CLIENT, 0)[0]}"
            assert pool.troubles() == {name: False}
            assert "(326)" in pool.said[0].words
        await until(lambda: history_ids(CLIENT, 0)[0] not in gateway.server.clients())
        pool.pool.wake()
        assert await asyncio.gather(*(pool.bars() for _ in range(8))) == [3] * 8
        assert pool.troubles() == {name: True}
        assert not pool.spared


async def test_the_second_id_is_taken_where_a_session_that_is_over_holds_the_first() -> None:
    slices = minutes_of(0, 3)
    first, second = history_ids(CLIENT, 0)
    async with (
        a_market(BarSize.MINUTES_5, slices) as gateway,
        a_pool(gateway, lines=1) as pool,
        a_raw_client(gateway.port) as lingering,
    ):
        gateway.clock.at = slices[-1].ended_at
        await lingering.start(first)
        assert await pool.bars() == 0, "the one line rests, and who trades is asked"
        pool.pool.wake()
        assert await pool.bars() == 3
        assert pool.spared == [AAPL] and second in gateway.server.clients()


@pytest.mark.parametrize("passed", [0, 3, 60])
async def test_what_a_broken_connection_took_with_it_is_asked_again_on_another(passed: int) -> None:
    slices = minutes_of(0, 30)
    cut = Fault(kind=FaultKind.CUT, on="HistoricalBars", bytes=passed, client_id=history_ids(CLIENT, 0)[0])
    async with a_market(BarSize.MINUTES_5, slices) as gateway, a_pool(gateway, lines=2) as pool:
        gateway.clock.at = slices[-1].ended_at
        gateway.server.inject(cut)
        assert await asyncio.gather(*(pool.bars() for _ in range(8))) == [30] * 8
        assert pool.said and not pool.spared


async def test_what_cannot_be_read_ends_its_connection_and_no_other() -> None:
    slices = minutes_of(0, 3)
    overheard: list[logging.LogRecord] = []
    listening = Overhearing(overheard)
    log = logging.getLogger("ib_async.Decoder")
    log.addHandler(listening)
    async with (
        a_market(BarSize.MINUTES_5, slices) as gateway,
        a_proxy(gateway.port) as proxy,
        a_pool(gateway, port=proxy.port) as pool,
    ):
        gateway.clock.at = slices[-1].ended_at
        proxy.to_client = once(is_kind(HISTORY), lambda fields: whole([*fields[:4], "many", *fields[5:]]))
        assert await asyncio.gather(*(pool.bars() for _ in range(4))) == [3] * 4
        assert len(pool.said) >= 1
    log.removeHandler(listening)
    assert not overheard, "who trades would ask for everything again"


async def test_silence_is_given_up_taken_back_and_let_rest() -> None:
    slices = minutes_of(0, 3)
    silent = Fault(kind=FaultKind.DROP, on="HistoricalBars", times=3)
    patience = replace(PATIENCE, history=0.1, rests=(1.2,))
    async with a_market(BarSize.MINUTES_5, slices) as gateway, a_pool(gateway, patience=patience) as pool:
        gateway.clock.at = slices[-1].ended_at
        gateway.server.inject(silent)
        with pytest.raises(RestingError):
            await pool.bars()
        assert pool.troubles() == {"history": False}
        assert "3 requests in a row failed" in pool.said[0].words
        heard = [frame.fields() for frame in gateway.server.frames(limit=10_000) if frame.direction == "in"]
        assert [fields[:1] for fields in heard].count([CANCEL_HISTORY]) == 3
        await asyncio.sleep(1.45)
        assert await pool.bars() == 3
        assert pool.troubles() == {"history": True}


async def test_connections_are_closed_when_nobody_asks_and_opened_again() -> None:
    slices = minutes_of(0, 3)
    async with a_market(BarSize.MINUTES_5, slices) as gateway, a_pool(gateway) as pool:
        gateway.clock.at = slices[-1].ended_at
        for _ in range(2):
            assert await pool.bars() == 3
            assert gateway.server.clients()
            await until(lambda: not gateway.server.clients())
        assert not pool.said


async def test_slices_are_whole_and_trading_goes_on_while_connections_for_history_break(tmp_path: Path) -> None:
    slices = minutes_of(0, 6)
    breaks = [
        Fault(kind=FaultKind.CUT, on="HistoricalBars", bytes=30, times=0, client_id=history_ids(CLIENT, number)[0])
        for number in range(5)
    ]
    async with a_market(BarSize.MINUTES_5, slices[:4]) as gateway, a_client(gateway, tmp_path) as client:
        for fault in breaks:
            gateway.server.inject(fault)
        gateway.clock.at = slices[3].ended_at
        watcher = Watcher(client, BarSize.MINUTES_5)
        await client.place(intent=an_intent(limit=1))
        await client.hear(OrderAccepted)
        assert await watcher.come_to(slices[3].ended_at) == slices[:4]
        show(gateway, slices[4:])
        assert await watcher.come_to(slices[5].ended_at) == slices
        assert client.only(BrokerLinkChanged)[-1].state is LinkState.READY
        assert len(client.only(BrokerLinkChanged)) == LINK_CHANGES_OF_A_START


async def test_history_comes_over_the_connection_that_trades_where_no_other_can_be_made(tmp_path: Path) -> None:
    slices = minutes_of(0, 3)
    async with (
        a_market(BarSize.MINUTES_5, slices) as gateway,
        a_client(gateway, tmp_path) as client,
        AsyncExitStack() as others,
    ):
        for number in range(5):
            for taken in history_ids(CLIENT, number):
                await (await others.enter_async_context(a_raw_client(gateway.port))).start(taken)
        gateway.clock.at = slices[-1].ended_at
        watcher = Watcher(client, BarSize.MINUTES_5)
        assert await watcher.come_to(slices[-1].ended_at) == slices
        assert client.broker.link is LinkState.READY


async def test_an_order_waits_for_no_history(tmp_path: Path) -> None:
    stage = changed(STAGE, bar_size=BarSize.MINUTES_5, listings=(*STAGE.listings, *HUNDRED_LISTINGS))
    async with a_gateway(stage=stage) as gateway, a_client(gateway, tmp_path) as client:
        client.broker.watch(HUNDRED[:40], BarSize.MINUTES_5, "5 D")
        await asyncio.sleep(0.1)
        begun = time.monotonic()
        for order_id in range(1, 6):
            await client.place(order_id=order_id, intent=an_intent(limit=1))
        await client.hear(OrderAccepted, 5)
        assert time.monotonic() - begun < 0.9, "a second of market data would have been in the way"
        assert not client.broker.is_watching, "most of it is still to come"


async def test_a_batch_of_histories_comes_beside_what_is_watched_and_says_what_did_not(tmp_path: Path) -> None:
    slices = minutes_of(0, 3)
    stage = changed(STAGE, bar_size=BarSize.MINUTES_5, listings=HUNDRED_LISTINGS, past=same_past(slices))
    async with a_gateway(stage=stage) as gateway, a_client(gateway, tmp_path) as client:
        gateway.clock.at = slices[-1].ended_at
        batch = await client.broker.history_of([*HUNDRED, Symbol("NVDA")], BarSize.MINUTES_5, "5 D")
        assert set(batch.bars) == set(HUNDRED)
        assert {tuple(bar.close for bar in bars) for bars in batch.bars.values()} == {
            tuple(slice_.bars[0].close for slice_ in slices)
        }
        assert list(batch.problems) == [Symbol("NVDA")] and batch.problems[Symbol("NVDA")].startswith("200: ")
        assert len(batch.seconds) == 100 and max(batch.seconds) <= batch.whole_seconds
        assert not codes(gateway) & PACING_ERRORS
        assert not client.broker.take_bars()


async def test_a_batch_ends_with_the_process_that_was_asked(tmp_path: Path) -> None:
    slices = minutes_of(0, 3)
    async with a_market(BarSize.MINUTES_5, slices) as gateway, a_client(gateway, tmp_path) as client:
        gateway.clock.at = slices[-1].ended_at
        gateway.server.inject(Fault(kind=FaultKind.DROP, on="HistoricalBars", times=0))
        coming = asyncio.create_task(client.broker.history_of(SYMBOLS, BarSize.MINUTES_5, "5 D"))
        await until(lambda: len(gateway.server.clients()) > 1)
        assert client.broker.process_id is not None
        os.kill(client.broker.process_id, signal.SIGKILL)
        with pytest.raises(ConnectionError, match="the broker's process ended"):
            await coming
        with pytest.raises(ConnectionError):
            await client.broker.history_of(SYMBOLS, BarSize.MINUTES_5, "5 D")


async def test_nobody_is_connected_to_for_history_while_the_target_is_refused(tmp_path: Path) -> None:
    async with a_gateway(account="DU7654321") as gateway:
        target = GatewayTarget(host="127.0.0.1", port=gateway.port, account=ACCOUNT)
        broker = InteractiveBrokers(target, table=ReferenceTable(install=INSTALL), numbers_file=tmp_path / "numbers")
        await broker.start()
        try:
            await until(lambda: broker.link is LinkState.REFUSED)
            batch = await broker.history_of(SYMBOLS, BarSize.MINUTES_5, "5 D")
            assert set(batch.problems) == set(SYMBOLS) and not batch.bars
            assert not [one for one in gateway.server.frames(limit=10_000) if one.client_id > CLIENT]
        finally:
            await broker.stop()
