"""`robo-trader run --broker ibkr`, as a user starts it, through a gateway that plays the sample bars of two stocks.

Whatever the gateway's brokerage holds to be true in the end, the session's own books say: fills, positions, cash.
"""

import asyncio
import signal
import time
from asyncio.subprocess import PIPE, Process
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
from tests.running import command, environment

pytestmark = pytest.mark.process

SYMBOLS = (Symbol("AAPL"), Symbol("MSFT"))
PAST, PLAYED = 40, 70  # sessions
PATIENCE_SECONDS = 60.0
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
async def the_session(gateway: RunningGateway, database: Path) -> AsyncIterator[Process]:
    """Run a session until the block ends, which it does in order; it trades when the block begins."""
    process = await asyncio.create_subprocess_exec(
        *command(
            "run", "--broker", "ibkr", "--gateway", f"127.0.0.1:{gateway.port}", "--account", ACCOUNT,
            "--symbols", ",".join(SYMBOLS), "--bar-size", "1 day", "--param", "fast=5", "--param", "slow=15",
            "--database", str(database), "--no-web",
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
        await wait_until(lambda: any("trading through a gateway" in line for line in log), log)
        yield process
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0, "".join(log)
        assert not any("Traceback" in line for line in log), "".join(log)
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.gather(process.communicate(), listening)


async def wait_until(is_so: Any, log: list[str]) -> None:  # noqa: ANN401
    patience = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < patience, "".join(log)
        await asyncio.sleep(0.01)


async def play(
    gateway: RunningGateway, slices: list[BarSlice], stored: SqlProjections, *, breaks: Collection[int]
) -> dict[str, dict[str, Any]]:
    """Show slices, each once the session has taken the one before; return the executions by id.

    breaks: numbers of slices before which the connection breaks.
    """
    executions: dict[str, dict[str, Any]] = {}
    for number, slice_ in enumerate(slices):
        if number in breaks:
            gateway.server.inject(read_fault({"kind": "close"}))
        gateway.show(slice_)
        executions |= {row["exec_id"]: row for row in gateway.brokerage.book()["executions"]}
        await wait_until(partial(is_taken, slice_, stored), [f"slice {slice_.session.date}"])
    return executions


def is_taken(slice_: BarSlice, stored: SqlProjections) -> bool:
    """Whether the session has decided on a slice, and the gateway has answered all that it sent."""
    seen = stored.equity(limit=1)
    if not seen or seen[-1].as_of < slice_.ended_at:
        return False
    return not any(order.status in IN_FLIGHT for order in stored.orders())


@pytest.mark.parametrize("breaks", [(), (11, 12, 40)], ids=["undisturbed", "the connection breaks"])
async def test_fills_positions_and_cash_are_those_of_the_gateway(
    breaks: tuple[int, ...], sessions: SessionTable, tmp_path: Path
) -> None:
    slices = await sample_slices(sessions)
    past, played = slices[:PAST], slices[PAST : PAST + PLAYED]
    stage = MarketSettings(
        sessions=sessions,
        listings=tuple(Listing(symbol=symbol) for symbol in SYMBOLS),
        bar_size=BarSize.DAY_1,
        past=lambda symbol: [bar for slice_ in past for bar in slice_.bars if bar.symbol == symbol],
    )
    async with a_gateway(stage=stage) as gateway:
        gateway.clock.at = past[-1].ended_at
        database = tmp_path / "session.db"
        async with the_session(gateway, database):
            with closing(SqlProjections(database)) as stored:
                executions = await play(gateway, played, stored, breaks=breaks)
        with closing(SqlProjections(database)) as stored:
            book = gateway.brokerage.book()
            fills = {fill.execution_id: fill for fill in stored.fills()}
            assert len(executions) >= 6
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
            assert all(past[-1].ended_at <= order.created_at <= played[-1].ended_at for order in stored.orders())
            assert all(one.found_at <= played[-1].ended_at for one in stored.discrepancies())
            for symbol in SYMBOLS:
                closes = {bar.ended_at: bar.close for bar in stored.bars(symbol) if bar.ended_at > past[-1].ended_at}
                assert closes == {bar.ended_at: bar.close for one in played for bar in one.bars if bar.symbol == symbol}
