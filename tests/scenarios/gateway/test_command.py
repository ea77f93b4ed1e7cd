"""`robo-trader gateway`, as a user starts it: it tells where it is, trades over the sample bars, and ends in order."""

import asyncio
import json
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import ib_async
import pytest

from tests.gateway_running import PATIENCE_SECONDS, until
from tests.running import command, environment, run

pytestmark = pytest.mark.process

IBM = ib_async.Stock("IBM", "SMART", "USD")
MARKET = ("--symbols", "IBM", "--feed", "sample", "--duration", "90 D", "--port", "0", "--json")


@asynccontextmanager
async def the_command(*arguments: str) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    """Run the gateway, wait for its line, and end it with SIGTERM if it has not ended by itself."""
    process = await asyncio.create_subprocess_exec(
        *command("gateway", *MARKET, *arguments), env=environment(), stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, (await process.communicate())[1].decode()
        yield process, json.loads(line)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, told = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode == 0, told.decode()
        assert b"Traceback" not in told


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[ib_async.IB]:
    ib = ib_async.IB()
    await ib.connectAsync("127.0.0.1", port, clientId=1, timeout=20, raiseSyncErrors=True)
    try:
        yield ib
    finally:
        ib.disconnect()


async def test_a_client_trades_and_its_position_outlives_the_gateway(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "gateway.state"), "--cash", "50000")
    async with the_command(*state, "--speed", "20", "--await-client") as (_, told), connected(told["port"]) as ib:
        assert told["account"] == "DU1234567"
        trade = ib.placeOrder(IBM, ib_async.MarketOrder("BUY", 10))
        await until(lambda: [held.position for held in ib.positions()] == [10.0])
        perm_id = trade.orderStatus.permId
    async with the_command(*state, "--speed", "20", "--await-client") as (_, told), connected(told["port"]) as ib:
        assert [held.position for held in ib.positions()] == [10.0]
        again = ib.placeOrder(IBM, ib_async.MarketOrder("SELL", 10))
        await until(lambda: ib.positions() == [])
        assert again.orderStatus.permId > perm_id


async def test_faults_come_by_script_and_by_hand(tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nname = "status_lost"\n\n[[fault]]\nkind = "say"\non = "PositionEnd"\ncode = 1100\n')
    arguments = ("--faults", str(script), "--control-port", "0", "--speed", "max")
    async with the_command(*arguments) as (_, told):
        codes: list[int] = []
        ib = ib_async.IB()
        ib.errorEvent += lambda _about, code, *_: codes.append(code)
        await ib.connectAsync("127.0.0.1", told["port"], clientId=1, timeout=20)
        await until(lambda: 1100 in codes)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{told['control_port']}", trust_env=False) as http:
            assert (await http.get("/book")).json()["clients"] == [1]
            assert (await http.post("/fault", json={"kind": "close"})).status_code == 204
        await until(lambda: not ib.isConnected())


async def test_a_market_of_quotes_fills_at_the_quote(tmp_path: Path) -> None:
    quotes = tmp_path / "quotes.csv"
    rows = [f"2024-03-04T14:30:{second:02}Z,IBM,99.9,100.1,500,700" for second in range(60)]
    quotes.write_text("\n".join(["ts,symbol,bid,ask,bid_size,ask_size", *rows, ""]))
    arguments = ("--quotes", str(quotes), "--speed", "20", "--await-client")
    async with the_command(*arguments) as (_, told), connected(told["port"]) as ib:
        trade = ib.placeOrder(IBM, ib_async.LimitOrder("BUY", 10, 100.5))
        await until(trade.isDone)
        assert [fill.execution.shares for fill in trade.fills] == [10.0]
        assert 100.1 <= trade.fills[0].execution.price <= 100.5


async def test_it_ends_with_its_feeds_where_that_is_wanted() -> None:
    async with the_command("--speed", "max", "--exit-when-done") as (process, _):
        await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)


def test_what_cannot_be_meant_is_refused_before_anything_listens(tmp_path: Path) -> None:
    (tmp_path / "unknown.json").write_text('{"fault": [{"kind": "explode"}]}')
    done = run("gateway", *MARKET, "--faults", "unknown.json", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "explode" in done.stderr and done.stdout == ""
    assert "Traceback" not in done.stderr
