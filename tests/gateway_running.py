"""A gateway on a port of its own, with the real brokerage and market behind it: AAPL and SPY from 4 March 2024 on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import ib_async

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings, Listing
from robo_trader.simulation.gateway.market.market import Market
from robo_trader.simulation.gateway.market.settings import MarketSettings
from robo_trader.simulation.gateway.protocol.frames import PROLOGUE, FrameReader, frame
from robo_trader.simulation.gateway.server.desk import Desk, MarketEvent
from robo_trader.simulation.gateway.server.fault_book import FaultBook
from robo_trader.simulation.gateway.server.faults import Fault
from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK, GatewayServer, GatewaySettings
from tests.builders import CLOSE, HOUR, OPEN, a_bar, a_session, a_slice, venue_settings

PATIENCE_SECONDS = 60.0
ACCOUNT = "DU1234567"
STAGE = MarketSettings(
    sessions=SessionTable([a_session(day=day) for day in range(5)]),
    listings=(Listing(symbol=Symbol("AAPL"), name="Apple"), Listing(symbol=Symbol("SPY"), name="SPDR S&P 500")),
    bar_size=BarSize.HOUR_1,
)


@dataclass(slots=True)
class RunningGateway:
    """A gateway that serves, its market's clock, and the desk behind it."""

    server: GatewayServer
    brokerage: Brokerage
    port: int
    clock: "MarketClock"

    def show_hour(self, *, price: float = 100.0, low: float | None = None, volume: float = 1e6) -> None:
        """Let an hour of AAPL pass at a price."""
        started_at = self.clock.at
        bar = a_bar(started_at=started_at, ended_at=started_at + HOUR, open=price, low=low, volume=volume)
        self.show(a_slice(bar, ended_at=started_at + HOUR))

    def show_last_half_hour(self, *, price: float = 100.0) -> None:
        """Let the rest of the session pass, whose last hour is cut by the close."""
        started_at = self.clock.at
        bar = a_bar(started_at=started_at, ended_at=CLOSE, open=price)
        self.show(a_slice(bar, ended_at=CLOSE))

    def show(self, event: MarketEvent) -> None:
        self.clock.at = event.ended_at if isinstance(event, BarSlice) else event.occurred_at
        self.server.show(event)


@dataclass(slots=True)
class MarketClock:
    """The pretend market's time."""

    at: int = OPEN

    def __call__(self) -> int:
        return self.at


@asynccontextmanager
async def a_gateway(
    *faults: Fault,
    settings: GatewaySettings | None = None,
    seed: int = 0,
    stage: MarketSettings = STAGE,
    account: str = ACCOUNT,
    quoted: tuple[Symbol, ...] = (),
) -> AsyncIterator[RunningGateway]:
    """Serve on a free port of this machine until the block ends. stage: the market that is played, seen by all.

    quoted: what fills against quotes only.
    """
    clock = MarketClock(stage.sessions.sessions[0].opens_at)
    wanted = BrokerageSettings(
        venue=venue_settings(quoted=quoted), sessions=stage.sessions, listings=stage.listings, account=account
    )
    brokerage = Brokerage(wanted)
    desks: dict[str, Desk] = {"brokerage": brokerage, "market": Market(stage)}
    server = GatewayServer(desks, settings, clock=clock, faults=FaultBook(faults, seed=seed))
    port = await server.start()
    try:
        yield RunningGateway(server, brokerage, port, clock)
    finally:
        await server.close()
        await server.wait_closed()  # raises the bug, if there was one


async def until(is_so: Callable[[], object], why: str = "") -> None:
    """Wait until it is so; fail when patience ends."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 - what is waited for are threads and clients that set no event
            await asyncio.sleep(0.005)
    assert is_so(), why


@asynccontextmanager
async def ib_async_client(
    gateway: RunningGateway, client_id: int = 1, version: int = 178
) -> AsyncIterator[ib_async.IB]:
    """A connected ib_async that is ready; `version` is the highest it says it speaks."""
    ib = ib_async.IB()
    ib.client.MaxClientVersion = version
    ib.RaiseRequestErrors = True
    await ib.connectAsync(LOOPBACK, gateway.port, clientId=client_id, timeout=10, raiseSyncErrors=True)
    try:
        yield ib
    finally:
        ib.disconnect()
        await until(lambda: client_id not in gateway.server.clients())


class RawClient:
    """A client that says what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = FrameReader(prologue=b"")
        self._waiting: list[list[str]] = []
        self.unread = b""  # of a frame that is not whole yet

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    def say(self, *fields: object) -> None:
        """Send a request of these fields."""
        self.send(frame("".join(f"{field}\0" for field in fields).encode()))

    async def hear(self) -> list[str] | None:
        """Return the next message's fields; None once the connection has ended."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self._waiting:
                try:
                    data = await self._reader.read(65536)
                except ConnectionError:
                    return None
                if not data:
                    return None
                payloads = list(self._frames.feed(data))
                self._waiting += [payload.decode().split("\0")[:-1] for payload in payloads]
                taken = sum(4 + len(payload) for payload in payloads)
                self.unread = (self.unread + data)[taken:]
        return self._waiting.pop(0)

    async def hear_until(self, *beginning: str) -> list[str]:
        """Return the next message that begins so; those before it are passed over."""
        while (message := await self.hear()) is not None:
            if tuple(message[: len(beginning)]) == beginning:
                return message
        raise AssertionError(f"the connection ended before {beginning}")

    async def hears_the_end(self) -> bool:
        """Read on until the connection ends."""
        while await self.hear() is not None:
            pass
        return True

    async def start(self, client_id: int = 1, versions: str = "v157..178") -> None:
        """Come to where requests are served: the accounts, the next id and three notices are heard then."""
        self.send(PROLOGUE + frame(versions.encode()))
        assert await self.hear() is not None
        self.say(71, 2, client_id, "")
        await self.hear_until("4", "2", "-1", "2158")


@asynccontextmanager
async def a_raw_client(port: int) -> AsyncIterator[RawClient]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        yield RawClient(reader, writer)
    finally:
        writer.transport.abort()
