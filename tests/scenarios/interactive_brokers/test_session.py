"""`robo-trader run --broker ibkr`, as a user starts it, through a gateway that plays the sample bars of two stocks.

Whatever the gateway's brokerage holds to be true in the end, the session's own books say: fills, positions, cash.
"""

import asyncio
import contextlib
import json
import signal
import sqlite3
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.adapters.feeds.sample import SampleFeed
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest
from robo_trader.runtime.slices import merge_slices
from robo_trader.simulation.gateway.brokerage.settings import Listing
from robo_trader.simulation.gateway.market.settings import MarketSettings
from robo_trader.simulation.gateway.server.faults import read_fault
from tests.gateway_running import ACCOUNT, RunningGateway, a_gateway
from tests.running import command, environment, rows, run

pytestmark = pytest.mark.process

SYMBOLS = (Symbol("AAPL"), Symbol("MSFT"))
PLAYED = 70  # sessions
PATIENCE_SECONDS = 60.0
STRATEGY = ("--param", "fast=5", "--param", "slow=15")
SAME = ("signals", "orders", "fills", "cash", "commission", "equity")
HALF_CENT = Decimal("0.005")
IN_FLIGHT = {"SUBMITTED", "UNKNOWN"}


@pytest.fixture(scope="module")
def sessions() -> SessionTable:
    return load_sessions("2012-01-03", "2012-12-31")


async def sample_slices(sessions: SessionTable) -> list[BarSlice]:
    feed, start, end = SampleFeed(sessions), sessions.sessions[0].opens_at, sessions.sessions[-1].closes_at
    series = [
        await feed.history(BarRequest(symbol=symbol, bar_size=BarSize.DAY_1, start=start, end=end))
        for symbol in SYMBOLS
    ]
    return list(merge_slices(series, sessions, after=0))


@asynccontextmanager
async def the_session(gateway: RunningGateway, database: Path) -> AsyncIterator[dict[str, Any]]:
    """Run a session until the block ends, which it does in order; it trades when the block begins.

    What is yielded holds the session's summary after the block.
    """
    summary: dict[str, Any] = {}
    process = await asyncio.create_subprocess_exec(
        *command(
            "run", "--broker", "ibkr", "--gateway", f"127.0.0.1:{gateway.port}", "--account", ACCOUNT,
            "--symbols", ",".join(SYMBOLS), "--bar-size", "1 day", *STRATEGY,
            "--database", str(database), "--no-web", "--json",
        ),
        env=environment(), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    log: list[str] = []

    async def listen() -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            log.append(line.decode())

    listening = asyncio.create_task(listen())
    try:
        await wait_until(lambda: database.exists() and times_ready(database), log)
        yield summary
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0, "".join(log)
        assert not any("Traceback" in line for line in log), "".join(log)
        assert process.stdout is not None
        summary |= json.loads(await process.stdout.read())
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.gather(process.wait(), listening)


def times_ready(database: Path) -> int:
    """How often orders began to be allowed to leave."""
    with contextlib.suppress(sqlite3.OperationalError):  # no tables yet
        return sum(b"two statements were taken" in row["payload"] for row in rows(database, "journal"))
    return 0


def told_at(database: Path, kind: str) -> list[int]:
    """When the inputs of a kind happened, in the order of the journal."""
    return [row["occurred_at"] for row in rows(database, "journal") if row["kind"] == kind]


async def wait_until(is_so: Any, log: list[str]) -> None:  # noqa: ANN401
    patience = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < patience, "".join(log)
        await asyncio.sleep(0.01)


async def play(
    gateway: RunningGateway, slices: list[BarSlice], database: Path, *, breaks: Collection[int]
) -> dict[str, dict[str, Any]]:
    """Show slices, each once the session has taken the one before; return the executions by id.

    breaks: numbers of slices before which the connection breaks; the next comes when orders may leave again.
    """
    executions: dict[str, dict[str, Any]] = {}
    with closing(SqlProjections(database)) as stored:
        for number, slice_ in enumerate(slices):
            where = [f"slice {slice_.session.date}"]
            ready = times_ready(database)
            if number in breaks:
                gateway.server.inject(read_fault({"kind": "close"}))
            gateway.show(slice_)
            executions |= {row["exec_id"]: row for row in gateway.brokerage.book()["executions"]}
            await wait_until(partial(is_taken, slice_, stored), where)
            if number in breaks:
                await wait_until(partial(is_ready_again, database, ready), where)
    return executions


def is_ready_again(database: Path, before: int) -> bool:
    return times_ready(database) > before


def is_taken(slice_: BarSlice, stored: SqlProjections) -> bool:
    """Whether the session has decided on a slice, and the gateway has answered all that it sent."""
    seen = stored.equity(limit=1)
    if not seen or seen[-1].as_of < slice_.ended_at:
        return False
    return not any(order.status in IN_FLIGHT for order in stored.orders())


@pytest.mark.parametrize(
    ("known", "breaks"),
    [
        pytest.param(0, (), id="from nothing, and as the backtest"),
        pytest.param(40, (11, 12, 40), id="warmed up, and the connection breaks"),
    ],
)
async def test_fills_positions_and_cash_are_those_of_the_gateway(
    known: int, breaks: tuple[int, ...], sessions: SessionTable, tmp_path: Path
) -> None:
    """known: sessions of before, to warm up with. A backtest has none."""
    slices = await sample_slices(sessions)
    past, played = slices[:known], slices[known : known + PLAYED]
    begun_at = past[-1].ended_at if past else sessions.sessions[0].opens_at
    stage = MarketSettings(
        sessions=sessions,
        listings=tuple(Listing(symbol=symbol) for symbol in SYMBOLS),
        bar_size=BarSize.DAY_1,
        past=lambda symbol: [bar for slice_ in past for bar in slice_.bars if bar.symbol == symbol],
    )
    async with a_gateway(stage=stage) as gateway:
        gateway.clock.at = begun_at
        database = tmp_path / "session.db"
        async with the_session(gateway, database) as summary:
            executions = await play(gateway, played, database, breaks=breaks)
        with closing(SqlProjections(database)) as stored:
            book = gateway.brokerage.book()
            fills = {fill.execution_id: fill for fill in stored.fills()}
            assert len(executions) >= 5
            assert {one: (fill.symbol, fill.quantity, fill.price, fill.commission) for one, fill in fills.items()} == {
                one: (row["symbol"], Decimal(row["shares"]), Decimal(row["price"]), Decimal(row["commission"]))
                for one, row in executions.items()
            }
            assert {row.symbol: row.quantity for row in stored.positions() if row.quantity} == {
                row["symbol"]: Decimal(row["quantity"]) for row in book["positions"]
            }
            adopted = [Decimal(one.theirs) - Decimal(one.ours) for one in stored.discrepancies()]
            assert all(abs(difference) <= HALF_CENT for difference in adopted)  # the gateway tells whole cents
            assert stored.equity(limit=1)[-1].cash == Decimal(book["cash"]) + sum(adopted)
            assert all(begun_at <= order.created_at <= played[-1].ended_at for order in stored.orders())
            assert all(one.found_at <= played[-1].ended_at for one in stored.discrepancies())
            for symbol in SYMBOLS:
                closes = {bar.ended_at: bar.close for bar in stored.bars(symbol) if bar.ended_at > begun_at}
                assert closes == {bar.ended_at: bar.close for one in played for bar in one.bars if bar.symbol == symbol}
        if not known:
            assert {key: summary[key] for key in SAME} == backtest_of(played)


def backtest_of(played: list[BarSlice]) -> dict[str, Any]:
    """What the backtest makes of the same bars."""
    done = run(
        "backtest", "--feed", "sample", "--symbols", ",".join(SYMBOLS), "--start", played[0].session.date,
        "--end", played[-1].session.date, "--cash", "1000000", *STRATEGY, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return {key: told[key] for key in SAME}


async def test_bars_that_were_missed_are_shown_and_only_fresh_ones_are_decided_on(
    sessions: SessionTable, tmp_path: Path
) -> None:
    """The line is gone while five sessions pass: the first three are history by then."""
    slices = (await sample_slices(sessions))[:20]
    stage = MarketSettings(
        sessions=sessions, listings=tuple(Listing(symbol=symbol) for symbol in SYMBOLS), bar_size=BarSize.DAY_1
    )
    async with a_gateway(stage=stage) as gateway:
        database = tmp_path / "session.db"
        async with the_session(gateway, database):
            await play(gateway, slices[:14], database, breaks=())
            gateway.server.inject(read_fault({"kind": "restart", "seconds": 2}))
            await wait_until(lambda: not gateway.server.clients(), ["the restart"])
            for slice_ in slices[14:19]:
                gateway.show(slice_)
            with closing(SqlProjections(database)) as stored:
                await wait_until(partial(is_taken, slices[18], stored), ["the link is back"])
                gateway.show(slices[19])
                await wait_until(partial(is_taken, slices[19], stored), ["the next one"])
        shown = told_at(database, "HistoryShown")
        assert shown == [slice_.ended_at for slice_ in slices[14:17]]
        assert told_at(database, "SliceClosed") == [
            slice_.ended_at for slice_ in slices if slice_.ended_at not in shown
        ]
        with closing(SqlProjections(database)) as stored:
            for symbol in SYMBOLS:
                closes = [bar.close for bar in stored.bars(symbol)]
                assert closes == [bar.close for one in slices for bar in one.bars if bar.symbol == symbol]
