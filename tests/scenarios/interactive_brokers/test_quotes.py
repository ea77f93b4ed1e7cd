"""A strategy that reads quotes trades through a gateway, as a user starts it; killed and begun again, it goes on.

Whatever the gateway's brokerage holds to be true in the end, the session's own books say: fills, positions, cash.
"""

import asyncio
import json
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from itertools import islice
from pathlib import Path

import httpx
import polars as pl
import pytest

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.core.domain.events import QuoteArrived, SliceClosed, TradePrinted
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.settings import Listing
from robo_trader.simulation.gateway.market.settings import MarketSettings
from tests.builders import AAPL, a_session
from tests.gateway_running import ACCOUNT, RunningGateway, a_gateway
from tests.quoted_market import walking_quotes
from tests.running import command, environment, run
from tests.scenarios.interactive_brokers.test_session import PATIENCE_SECONDS, times_ready, wait_until

pytestmark = pytest.mark.process

STAGE = MarketSettings(
    sessions=SessionTable([a_session()]), listings=(Listing(symbol=AAPL),), bar_size=BarSize.MINUTE_1
)
QUICK = ("--param", "flow_length=5", "--param", "volatility_length=5")
SECONDS_BETWEEN = 0.004  # of two quotes, real ones


@asynccontextmanager
async def the_session(
    port: int, database: Path, *, streams: int, log: list[str] | None = None
) -> AsyncIterator[Process]:
    """Run a session of the built-in strategy until the block ends.

    streams: of single ticks that it may have; log: what it says goes there.
    """
    settings = {
        "ROBO_IBKR__TICK_STREAMS_MAX": str(streams),
        "ROBO_IBKR__TICK_SILENCE_SECONDS": "20",
        "ROBO_STORAGE__SNAPSHOT_EVENTS": "200",
    }
    ready = ready_in(database)
    process = await asyncio.create_subprocess_exec(
        *command(
            "run", "--broker", "ibkr", "--gateway", f"127.0.0.1:{port}", "--account", ACCOUNT,
            "--symbols", "AAPL", "--bar-size", "1 min", "--strategy", "microstructure_imbalance", *QUICK,
            "--database", str(database), "--no-web", "--json",
        ),
        env=environment(**settings), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    log = [] if log is None else log

    async def listen() -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            log.append(line.decode())

    listening = asyncio.create_task(listen())
    try:
        await wait_until(lambda: ready_in(database) > ready, log)
        yield process
        assert not any("Traceback" in line for line in log), "".join(log)
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.gather(process.wait(), listening)


def ready_in(database: Path) -> int:
    """How often orders began to be allowed to leave, of a session that may not have begun."""
    return times_ready(database) if database.exists() else 0


async def show(gateway: RunningGateway, quotes: Iterator[QuoteArrived], count: int) -> None:
    for quote in islice(quotes, count):
        gateway.show(quote)
        await asyncio.sleep(SECONDS_BETWEEN)


def fills_of(database: Path) -> dict[str, tuple[Decimal, Decimal]]:
    with closing(SqlProjections(database)) as stored:
        return {fill.execution_id: (fill.quantity, fill.price) for fill in stored.fills()}


def agrees(gateway: RunningGateway, database: Path) -> bool:
    """Whether fills and positions are those of the gateway."""
    book = gateway.brokerage.book()
    theirs = {row["exec_id"]: (Decimal(row["shares"]), Decimal(row["price"])) for row in book["executions"]}
    with closing(SqlProjections(database)) as stored:
        held = {row.symbol: row.quantity for row in stored.positions() if row.quantity}
    return fills_of(database) == theirs and held == {
        row["symbol"]: Decimal(row["quantity"]) for row in book["positions"]
    }


@pytest.mark.parametrize("streams", [pytest.param(3, id="single ticks"), pytest.param(0, id="a line")])
async def test_it_trades_and_is_killed_and_goes_on(streams: int, tmp_path: Path) -> None:
    database, quotes = tmp_path / "session.db", walking_quotes(7)
    async with a_gateway(stage=STAGE, quoted=(AAPL,)) as gateway:
        async with the_session(gateway.port, database, streams=streams) as process:
            await show(gateway, quotes, 400)
            process.kill()
        before = fills_of(database)
        assert len(before) >= 5
        log: list[str] = []
        async with the_session(gateway.port, database, streams=streams, log=log) as process:
            assert any("going on from a snapshot" in line for line in log), "".join(log)
            await show(gateway, quotes, 300)
            await wait_until(lambda: agrees(gateway, database), ["the books differ"])
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
            assert process.stdout is not None
            summary = json.loads(await process.stdout.read())
    after = fills_of(database)
    assert after.items() >= before.items() and len(after) >= len(before) + 5
    assert summary["quotes"] >= 300 and summary["trading_state"] == "ACTIVE"
    verified = run("journal", "verify", "--database", str(database))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    in_order_of_time(database)


def in_order_of_time(database: Path) -> None:
    """See that quotes, prints and slices stand in the journal in order of time."""
    latest = 0
    with closing(SqlJournal(database)) as journal:
        for step in (step for batch in journal.batches() for step in batch.steps):
            if isinstance(step.input, (QuoteArrived, TradePrinted, SliceClosed)):
                assert step.input.occurred_at >= latest
                latest = step.input.occurred_at


def recorded(folder: Path, count: int) -> Path:
    """Write quotes to a file, as `backtest --quotes` reads them."""
    shown = [arrived.quote for arrived in islice(walking_quotes(11), count)]
    path = folder / "quotes.parquet"
    columns = ("bid", "ask", "bid_size", "ask_size")
    table = {"symbol": [str(one.symbol) for one in shown], "ts": [one.at for one in shown]}
    pl.DataFrame(table | {name: [getattr(one, name) for one in shown] for name in columns}).with_columns(
        pl.from_epoch("ts", time_unit="ns").dt.replace_time_zone("UTC")
    ).write_parquet(path)
    return path


async def test_recorded_quotes_are_traded_through_the_gateway_of_the_command_line(tmp_path: Path) -> None:
    """Both programs, as a user starts them: the books of the second are those of the first."""
    quotes, database, log = recorded(tmp_path, 4_000), tmp_path / "session.db", list[str]()
    gateway = await asyncio.create_subprocess_exec(
        *command(
            "gateway", "--symbols", "AAPL", "--quotes", str(quotes), "--port", "0", "--control-port", "0",
            "--speed", "300", "--await-client", "--json",
        ),
        env=environment(), stdout=PIPE, stderr=DEVNULL,
    )  # fmt: skip
    try:
        assert gateway.stdout is not None
        told = json.loads(await asyncio.wait_for(gateway.stdout.readline(), PATIENCE_SECONDS))
        session = the_session(told["port"], database, streams=3)
        async with session as process, httpx.AsyncClient(base_url=f"http://127.0.0.1:{told['control_port']}") as asked:
            executions: dict[str, tuple[Decimal, Decimal]] = {}
            while len(executions) < 10:
                book = (await asked.get("/book")).json()["brokerage"]
                executions |= {
                    row["exec_id"]: (Decimal(row["shares"]), Decimal(row["price"])) for row in book["executions"]
                }
                await asyncio.sleep(0.05)
            await wait_until(lambda: executions.items() <= fills_of(database).items(), log)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
        with closing(SqlProjections(database)) as stored:
            assert not stored.discrepancies()
    finally:
        gateway.terminate()
        await gateway.wait()
