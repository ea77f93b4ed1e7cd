"""Trading with real money, as a user starts it, through a gateway whose account is no paper account.

Nothing is connected before everything fits; what a person takes back, or lets expire, stops entries while it runs.
"""

import asyncio
import signal
import socket
import subprocess
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.safety import AllowedTargets, TradingMode
from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.domain.broker_link import LinkState
from robo_trader.core.domain.events import FillBooked, OrderDenied, OrderUpdated
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.domain.violations import Control
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.simulation.gateway.brokerage.settings import Listing
from robo_trader.simulation.gateway.market.settings import MarketSettings
from tests.arming import arm, arming_file
from tests.broker_process import INSTALL
from tests.gateway_running import ACCOUNT as PAPER_ACCOUNT
from tests.gateway_running import a_gateway, until
from tests.running import command, environment, run
from tests.scenarios.interactive_brokers.test_session import (
    PATIENCE_SECONDS,
    SYMBOLS,
    play,
    sample_slices,
    times_ready,
    wait_until,
)

pytestmark = pytest.mark.process

ACCOUNT = "U1234567"
PAST, PLAYED = 20, 30  # sessions; those played three times: armed, disarmed, armed again


def written(folder: Path, port: int, **changes: str) -> dict[str, str]:
    """Write a configuration with which real money is traded; return the environment of the program."""
    facts = {"mode": "live", "broker": "ibkr", "accounts": ACCOUNT, "ports": str(port), "account": ACCOUNT, **changes}
    (folder / "robo_trader.toml").write_text(
        f'[execution]\nmode = "{facts["mode"]}"\nbroker = "{facts["broker"]}"\n'
        f'[live]\naccounts = "{facts["accounts"]}"\nports = "{facts["ports"]}"\n'
        f'[ibkr]\nport = {port}\naccount = "{facts["account"]}"\n'
        "[storage]\naccept_old_sqlite = true\n"  # whatever this Python brings
    )
    return environment(XDG_DATA_HOME=str(folder), XDG_CACHE_HOME=str(folder))


@contextmanager
def somebody_listens() -> Iterator[socket.socket]:
    """Listen where a gateway would; whoever connects waits in the queue, to be found there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def is_called(listening: socket.socket) -> bool:
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize(
    ("changes", "arming", "words"),
    [
        ({}, "none", "nobody has armed"),
        ({}, "expired", "expired at"),
        ({}, "tampered", "is no arming"),
        ({}, "of another", "nobody has armed"),
        ({"mode": "paper"}, "sound", "this is a paper run"),
        ({"accounts": "U7654321"}, "sound", "not among the accounts"),
        ({"account": "DU1234567"}, "sound", "is a paper account"),
        ({"ports": "4001"}, "sound", "not one where real money is traded"),
        ({"broker": "paper"}, "sound", "needs Interactive Brokers"),
    ],
)
def test_nothing_is_connected_where_one_fact_is_wrong(
    changes: dict[str, str], arming: str, words: str, tmp_path: Path
) -> None:
    with somebody_listens() as listening:
        changed = written(tmp_path, listening.getsockname()[1], **changes)
        if arming != "none":
            arm(changed, "U7654321" if arming == "of another" else ACCOUNT)
        file = arming_file(changed, ACCOUNT).path
        if arming == "tampered":
            file.write_bytes(file.read_bytes()[:-1])
        if arming == "expired":
            arm(changed, ACCOUNT, until=time.time_ns())
        done = subprocess.run(
            command("run", "--no-web"), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
            cwd=tmp_path, env=changed,
        )  # fmt: skip
        assert words in done.stderr
        assert done.returncode == 2
        assert not is_called(listening)
        assert not list(tmp_path.rglob("*.db"))


@pytest.mark.parametrize(
    ("managed", "account", "mode", "words"),
    [
        (ACCOUNT, PAPER_ACCOUNT, TradingMode.PAPER, "and not"),
        (PAPER_ACCOUNT, ACCOUNT, TradingMode.LIVE, "and not"),
        ("U7654321", ACCOUNT, TradingMode.LIVE, "and not"),
    ],
)
async def test_a_login_of_another_kind_is_refused_before_any_order(
    managed: str, account: str, mode: TradingMode, words: str, tmp_path: Path
) -> None:
    async with a_gateway(account=managed) as gateway:
        ports = (gateway.port,) if mode is TradingMode.LIVE else ()
        target = GatewayTarget(
            host="127.0.0.1", port=gateway.port, account=account,
            allowed=AllowedTargets(mode=mode, accounts=(ACCOUNT,), ports=ports),
        )  # fmt: skip
        broker = InteractiveBrokers(
            target, table=ReferenceTable(install=INSTALL), numbers_file=tmp_path / "numbers"
        )  # fmt: skip
        await broker.start()
        try:
            await until(lambda: broker.link is LinkState.REFUSED)
            assert words in broker.reason
            assert not gateway.brokerage.book()["orders"]
        finally:
            await broker.stop()


async def test_a_run_ends_at_once_where_the_login_is_of_another_account(tmp_path: Path) -> None:
    async with a_gateway(account="U7654321") as gateway:
        changed = written(tmp_path, gateway.port)
        arm(changed, ACCOUNT)
        process = await asyncio.create_subprocess_exec(
            *command("run", "--no-web"), env=changed, cwd=tmp_path, stdout=PIPE, stderr=PIPE
        )
        _, told = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        assert process.returncode == 11, told.decode()
        assert "the login manages U7654321, and not U1234567" in told.decode()
        assert not gateway.brokerage.book()["orders"]


@asynccontextmanager
async def the_session(folder: Path, changed: dict[str, str], log: list[str]) -> AsyncIterator[Process]:
    """Run a session of real money until the block ends; it trades when the block begins."""
    process = await asyncio.create_subprocess_exec(
        *command(
            "run", "--symbols", ",".join(SYMBOLS), "--bar-size", "1 day", "--param", "fast=1", "--param", "slow=2",
            "--database", str(folder / "session.db"), "--no-web",
        ),
        env=changed, cwd=folder, stdout=DEVNULL, stderr=PIPE,
    )  # fmt: skip

    async def listen() -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            log.append(line.decode())

    listening = asyncio.create_task(listen())
    try:
        await wait_until(lambda: (folder / "session.db").exists() and times_ready(folder / "session.db"), log)
        yield process
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0, "".join(log)
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.gather(process.wait(), listening)


async def said(words: str, log: list[str], count: int = 1) -> None:
    await wait_until(lambda: sum(words in line for line in log) >= count, log)


async def test_entries_stop_when_a_person_says_so_or_the_time_is_over_and_go_on_after(tmp_path: Path) -> None:
    sessions = load_sessions("2012-01-03", "2012-12-31")
    slices = await sample_slices(sessions)
    past = slices[:PAST]
    first, second, third, last = (slices[PAST + PLAYED * part : PAST + PLAYED * (part + 1)] for part in range(4))
    stage = MarketSettings(
        sessions=sessions, listings=tuple(Listing(symbol=symbol) for symbol in SYMBOLS), bar_size=BarSize.DAY_1,
        past=lambda symbol: [bar for slice_ in past for bar in slice_.bars if bar.symbol == symbol],
    )  # fmt: skip
    log: list[str] = []
    database = tmp_path / "session.db"
    async with a_gateway(stage=stage, account=ACCOUNT) as gateway:
        gateway.clock.at = past[-1].ended_at
        changed = written(tmp_path, gateway.port)
        arm(changed, ACCOUNT)
        async with the_session(tmp_path, changed, log):
            with closing(SqlProjections(database)) as stored:
                assert stored.session().mode == "LIVE"
            await play(gateway, first, database, breaks=())
            arming_file(changed, ACCOUNT).remove()
            await said("live trading is not armed", log)
            await play(gateway, second, database, breaks=())
            arm(changed, ACCOUNT)
            await said("live trading is armed", log, 2)
            await play(gateway, third, database, breaks=())
            arm(changed, ACCOUNT, until=time.time_ns() + 1_000_000_000)
            await said("live trading is not armed", log, 2)
            await play(gateway, last, database, breaks=())
    look_at_the_record(database)
    verified = run("journal", "verify", "--database", str(database), cwd=tmp_path)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def look_at_the_record(database: Path) -> None:
    """See, in the journal, that entries left while it was armed, exits always, and that both were tried."""
    held: dict[str, Decimal] = {}
    entries, exits, refused = [0, 0], [0, 0], [0, 0]  # while it was not armed, and while it was
    is_armed = False
    with closing(SqlJournal(database)) as journal:
        for step in (step for batch in journal.batches() for step in batch.steps):
            if isinstance(step.input, ArmingChanged):
                is_armed = bool(step.input.expires_at)
            for event in step.decisions:
                if isinstance(event, FillBooked):
                    fill = event.fill
                    held[fill.symbol] = held.get(fill.symbol, Decimal(0)) + fill.quantity * fill.side.sign
                elif isinstance(event, OrderUpdated) and event.order.status is OrderStatus.SUBMITTED:
                    tally = exits if held.get(event.order.intent.symbol) else entries
                    tally[is_armed] += 1
                elif isinstance(event, OrderDenied):
                    refused[is_armed] += any(one.control is Control.ARMING for one in event.violations)
    assert entries[0] == 0
    assert refused[1] == 0
    assert entries[1] and refused[0] and sum(exits)
