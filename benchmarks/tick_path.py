"""Quotes from a gateway through the broker's process to engine and journal: how many, how late, in how much memory.

A strategy changes its mind ten times a second of the market's time, so that orders, fills and statements go both ways
among the quotes. In the burst the engine is slowed down, so that it cannot keep up. Afterwards every execution of the
gateway's own book must be in ours, once.
"""

import asyncio
import contextlib
import json
import resource
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import Struct

from benchmarks.measuring import Figure
from benchmarks.tick_market import ACCOUNT, OPEN, SESSION, symbols_of
from benchmarks.workloads import W1, engine_settings
from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.speech import TicksWanted
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import FillBooked, QuoteArrived, SessionStarted
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.execution.statement_schedule import StatementSchedule
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.ports.journal import Batch
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values
from robo_trader.runtime.live_records import LiveRecords
from robo_trader.runtime.live_trading import LiveMarket, LiveTrading
from robo_trader.runtime.order_references import OrderReferences
from robo_trader.runtime.reconciled_broker import ReconciledBroker
from robo_trader.runtime.trading_loop import TradingLoop

SYMBOLS, SECONDS, A_SECOND, BURST = symbols_of(20), 30.0, 5_000.0, 50_000
PAUSE = 0.5  # seconds; so slow an engine cannot keep up with the burst
TICKS = 3  # of each quote: that of the stream, bid and ask of the line
_TURN = 100_000_000  # between two changes of mind, ns of the market's time
_PATIENCE = 120.0  # seconds for anything to come to be
_CASH = Decimal(1_000_000)


class _Turns(Struct):
    number: int = 0


@dataclass(frozen=True)
class _Turncoat(EventStrategy):
    """Wants one stock after the other, and then none of them."""

    def memory(self) -> _Turns:
        return _Turns()

    def on_quote(self, memory: Any, quote: Quote, values: Values, desk: Desk) -> None:  # noqa: ANN401, ARG002
        if not memory.number:
            memory.number = 1
            desk.wake("turn", desk.now + _TURN)

    def on_timer(self, memory: Any, key: str, desk: Desk) -> None:  # noqa: ANN401
        symbol = SYMBOLS[memory.number % len(SYMBOLS)]
        desk.want(symbol, 0.0 if desk.strength(symbol) else 1.0, "its turn")
        memory.number += 1
        desk.wake(key, desk.now + _TURN)


@dataclass(slots=True)
class _Seen:
    """What the engine was told so far."""

    begun_at: float = 0.0  # of the phase at hand, seconds since 1970
    before: int = 0  # quotes shown before it
    quotes: int = 0
    latest: int = 0  # number of the newest quote
    lags: list[float] = field(default_factory=list)  # seconds, of the newest quote of each batch
    fills: list[str] = field(default_factory=list)
    links_lost: int = 0
    pause: float = 0.0  # seconds that the engine stands still at every turn

    async def stand_still(self) -> None:
        await asyncio.sleep(self.pause)

    def note(self, batch: Batch) -> None:
        newest = 0
        for step in batch.steps:
            if isinstance(step.input, BrokerLinkChanged):
                self.links_lost += step.input.state is LinkState.DOWN
            elif isinstance(step.input, QuoteArrived):
                self.quotes += 1
                newest = int(step.input.quote.ask_size)
            self.fills += [
                event.fill.execution_id for event in step.decisions if isinstance(event, FillBooked)
            ]  # fmt: skip
        if newest:
            self.latest = newest
            self.lags.append(time.time() - self.begun_at - (newest - self.before) / A_SECOND)


def measure_tick_path() -> list[Figure]:
    """Return quotes a second, their lag, memory, and what was lost."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    paced = int(SECONDS * A_SECOND)
    async with _market() as market, _session((await _hear(market))["port"]) as (trading, broker, seen):
        stop = asyncio.Event()
        running = asyncio.create_task(trading.run(stop))
        await _until(lambda: broker.is_watching)
        await asyncio.sleep(5.0)  # subscriptions and statements
        seen.begun_at = await _go(market)
        await asyncio.sleep(SECONDS / 4)
        memory = _memory(broker)
        ended = (await _hear(market))["ended_at"]
        shown_in, grown = ended - seen.begun_at, _memory(broker) - memory
        await _until(lambda: seen.latest >= paced)
        told, lags, lost = seen.quotes, sorted(seen.lags), broker.records.conflated
        seen.pause = PAUSE
        seen.before, seen.begun_at = paced, await _go(market)
        memory_before = _memory(broker)
        burst_in = (await _hear(market))["ended_at"] - seen.begun_at
        await _until(lambda: seen.latest >= paced + BURST)
        caught_up, memory_after = time.time() - seen.begun_at, _memory(broker)
        fills_by_then = len(seen.fills)
        await asyncio.sleep(2.0)
        _say(market)
        book = (await _hear(market))["book"]
        wanted = {row["exec_id"] for row in book["executions"]}
        with contextlib.suppress(TimeoutError):
            await _until(lambda: wanted <= set(seen.fills), 20.0)
        stop.set()
        await running
    missing = len(wanted - set(seen.fills)) + len(seen.fills) - len(set(seen.fills))
    return [
        Figure("ticks said by the gateway", "a second", (TICKS * paced / shown_in,), 5_000.0, more_is_better=True),
        Figure("quotes shown by the gateway", "a second", (paced / shown_in,), more_is_better=True),
        Figure(
            "quotes that reached the engine, journaled", "a second", (told / shown_in,), 5_000.0, more_is_better=True
        ),
        Figure("of these conflated on the way", "quotes", (float(lost),)),
        Figure("neither told nor counted as conflated", "quotes", (float(paced - told - lost),), 0.0),
        Figure("times the link to the gateway was lost", "", (float(seen.links_lost),), 0.0),
        Figure("lag from gateway to journal, median", "ms", (1_000 * median(lags),)),
        Figure("lag, 99th percentile", "ms", (1_000 * lags[int(len(lags) * 0.99)],)),
        Figure("memory grown in the last three quarters, both processes", "MB", (grown / 1e6,)),
        Figure(f"burst of {BURST:,}: shown in", "s", (burst_in,)),
        Figure("burst: the engine has the newest quote after", "s", (caught_up,)),
        Figure("burst: conflated", "quotes", (float(broker.records.conflated - lost),)),
        Figure("burst: memory grown, both processes", "MB", ((memory_after - memory_before) / 1e6,)),
        Figure("executions at the gateway, all told", "", (float(len(wanted)),)),
        Figure("executions lost or told twice", "", (float(missing),), 0.0),
        Figure("executions booked by the end of the burst", "", (float(fills_by_then),)),
    ]


@asynccontextmanager
async def _market() -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.tick_market", "--symbols", str(len(SYMBOLS)), "--seconds", str(SECONDS),
        "--a-second", str(A_SECOND), "--burst", str(BURST), stdin=PIPE, stdout=PIPE, limit=64 << 20,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _hear(market: Process) -> dict[str, Any]:
    assert market.stdout is not None
    said: dict[str, Any] = json.loads(await asyncio.wait_for(market.stdout.readline(), _PATIENCE))
    return said


def _say(market: Process) -> None:
    assert market.stdin is not None
    market.stdin.write(b"go on\n")


async def _go(market: Process) -> float:
    """Let the next phase begin; return when it did."""
    _say(market)
    begun: float = (await _hear(market))["begun_at"]
    return begun


async def _until(is_so: Any, seconds: float = _PATIENCE) -> None:  # noqa: ANN401
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.01)


def _memory(broker: InteractiveBrokers) -> int:
    """Return the resident bytes of the engine's process and the broker's, as Linux tells them."""
    pages = [Path(f"/proc/{number}/statm").read_text("ascii").split()[1] for number in ("self", broker.process_id)]
    return sum(map(int, pages)) * resource.getpagesize()


@asynccontextmanager
async def _session(port: int) -> AsyncIterator[tuple[LiveTrading, InteractiveBrokers, _Seen]]:
    """Join engine, journal and broker as a session through a gateway does."""
    seen = _Seen()
    with tempfile.TemporaryDirectory() as folder, closing(SqlJournal(Path(folder) / "bench.db")) as journal:
        references = OrderReferences(journal.begin(_record()))
        engine = Engine(_settings())
        broker = InteractiveBrokers(
            GatewayTarget(host="127.0.0.1", port=port, account=ACCOUNT), table=references.table,
            numbers_file=Path(folder) / "numbers", opened_at=OPEN,
        )  # fmt: skip
        broker.market_time = OPEN
        reconciled = ReconciledBroker(broker, StatementSchedule(), time.monotonic_ns)
        loop = TradingLoop(
            engine, journal, reconciled, due_timer=engine.due_timer, listeners=[references.note, seen.note]
        )
        await loop.take([SessionStarted(occurred_at=OPEN, account=ACCOUNT, opening_cash=_CASH)])
        reason = "the benchmark begins"
        await loop.take([BrokerLinkChanged(state=LinkState.CONNECTING, reason=reason, epoch=0, occurred_at=OPEN)])
        await broker.start()
        try:
            wanted = TicksWanted(quotes=True, streams_max=len(SYMBOLS), silence_seconds=60.0)
            broker.watch(SYMBOLS, BarSize.DAY_1, "5 D", wanted)
            records = LiveRecords(broker.records, SessionTable([SESSION]), lambda: None)
            market = LiveMarket(list, lambda _slice: sys.maxsize, records)
            trading = LiveTrading(loop, broker, reconciled, market=market, see_to=seen.stand_still)
            yield trading, broker, seen
        finally:
            await broker.stop()


def _record() -> SessionRecord:
    return SessionRecord(
        account=ACCOUNT, mode="PAPER", broker="ibkr", bar_size="1 day", strategy="turncoat", feeds={},
        opening_cash=_CASH, settings={},
    )  # fmt: skip


def _settings() -> EngineSettings:
    usual = engine_settings(W1)
    sleeve = Sleeve(name="turncoat", strategy=_Turncoat(), sizer=FixedShares(quantity=100.0))
    return EngineSettings(
        symbols=SYMBOLS, limits=usual.limits, sleeves=(sleeve,), order_style=usual.order_style,
        commissions=usual.commissions, signal_lifetime=usual.signal_lifetime,
    )  # fmt: skip
