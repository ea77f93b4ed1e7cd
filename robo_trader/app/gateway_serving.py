"""The pretend gateway, joined: feeds make the market, the brokerage trades in it, the server lets clients in."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.app.gateway_market import GatewayMarket, Happening, begin_of, end_of, in_pieces, load_market
from robo_trader.app.gateway_state import read_state, write_state
from robo_trader.app.joining import build_venue_settings
from robo_trader.app.places import cache_directory
from robo_trader.app.quote_backtesting import NO_RECORDS, RecordFiles
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.settings import Settings
from robo_trader.app.stopping import StopRequest
from robo_trader.core.market.sessions import SessionTable
from robo_trader.runtime.slices import pace
from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings, Listing
from robo_trader.simulation.gateway.market.market import Market
from robo_trader.simulation.gateway.market.settings import MarketAccess, MarketSettings
from robo_trader.simulation.gateway.server.control import ControlPort
from robo_trader.simulation.gateway.server.fault_book import FaultBook
from robo_trader.simulation.gateway.server.faults import Fault
from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK, GatewayServer, GatewaySettings

_LOOK_SECONDS = 0.02  # between two looks for the first client

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOptions:
    """What the command line says beyond the settings."""

    host: str = LOOPBACK
    port: int = 0
    account: str = "DU1234567"
    seed: int = 0
    records: RecordFiles = NO_RECORDS  # quotes and prints, if the market is made of them
    faults: Path | None = None
    control_port: int | None = None  # None: nobody asks
    state: Path | None = None
    awaits_client: bool = False
    is_paced: bool = True
    access: MarketAccess = MarketAccess.LIVE
    ends_with_feeds: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where clients can connect now."""

    host: str
    port: int
    account: str
    control_port: int | None


@dataclass(slots=True)
class MarketClock:
    """The pretend market's time, UTC nanoseconds; it never goes back."""

    at: int = 0

    def __call__(self) -> int:
        """Return the time."""
        return self.at

    def come_to(self, at: int) -> None:
        """It is this late now."""
        self.at = max(self.at, at)


async def serve_gateway(
    settings: Settings,
    options: GatewayOptions,
    faults: Sequence[Fault],
    *,
    environment: Mapping[str, str],
    tell: Callable[[Listening], None],
) -> None:
    """Serve until SIGINT or SIGTERM, or until the feeds end if so wanted. tell: called once clients can connect.

    Raises RoboTraderError for what the world refuses, and whatever bug ended the server.
    """
    stop, settings = StopRequest().asked, in_pieces(settings)
    if options.host != LOOPBACK:
        log.warning("others than this machine can connect, and nobody is asked for a password", host=options.host)
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))
    kept = read_state(options.state) if options.state else None
    clock = MarketClock(kept.at if kept else 0)
    market = await load_market(settings, sessions, options.records, after=clock.at)
    wanted = _brokerage_settings(settings, options, market, sessions)
    brokerage = Brokerage.restore(wanted, kept.brokerage) if kept else Brokerage(wanted)
    listening = GatewaySettings(host=options.host, port=options.port, is_paced=options.is_paced)
    server = GatewayServer(
        {"brokerage": brokerage, "market": Market(_market_settings(options, market, wanted))},
        listening,
        clock=clock,
        faults=FaultBook(faults, seed=options.seed),
    )
    async with AsyncExitStack() as stack:
        first = next(market.happenings, None)
        if first is not None:
            clock.come_to(begin_of(first))
        port = await server.start()
        stack.push_async_callback(server.close)
        control = None
        if options.control_port is not None:
            control = (await stack.enter_async_context(ControlPort(server, options.control_port))).port
        tell(Listening(host=options.host, port=port, account=options.account, control_port=control))
        player = _Player(server, clock, stop, settings.data.speed, options)
        play = player.play([] if first is None else [first], market.happenings)
        await _until_first(server.wait_closed(), play, stop.wait())  # a slow market must not hold up the end
    if options.state:
        write_state(options.state, at=clock.at, brokerage=brokerage.snapshot())
    log.info("gateway stopped")


@dataclass(frozen=True, slots=True)
class _Player:
    """Shows the gateway what happens, at the pace that was asked for."""

    server: GatewayServer
    clock: MarketClock
    stop: asyncio.Event
    speed: float | str
    options: GatewayOptions

    async def play(self, first: Sequence[Happening], rest: Iterator[Happening]) -> None:
        """Play to the end of the feeds, then stay until stopped, if nobody wants otherwise."""
        if self.options.awaits_client:
            await self._await_client()
        per_second = None if self.speed == "max" else float(self.speed)
        async for happening in pace(_chained(first, rest), per_second=per_second):
            if self.stop.is_set():
                return
            self.clock.come_to(end_of(happening))
            self.server.show(happening)
        log.info("the feeds have ended; the market stands still")
        if not self.options.ends_with_feeds:
            await self.stop.wait()

    async def _await_client(self) -> None:
        while not self.server.clients() and not self.stop.is_set():  # noqa: ASYNC110 - clients set no event
            await asyncio.sleep(_LOOK_SECONDS)


def _chained(first: Sequence[Happening], rest: Iterator[Happening]) -> Iterator[Happening]:
    yield from first
    yield from rest


async def _until_first(*awaited: Coroutine[Any, Any, object]) -> None:
    """Wait until one is done, and end the others. Raises what it raised."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    for task in done:
        task.result()


def _brokerage_settings(
    settings: Settings, options: GatewayOptions, market: GatewayMarket, sessions: SessionTable
) -> BrokerageSettings:
    return BrokerageSettings(
        venue=replace(build_venue_settings(settings), quoted=market.quoted),
        sessions=sessions,
        listings=tuple(Listing(symbol=symbol) for symbol in market.symbols),
        account=options.account,
        opening_cash=settings.execution.opening_cash,
        borrow_rate=settings.execution.borrow_rate,
    )


def _market_settings(options: GatewayOptions, market: GatewayMarket, brokerage: BrokerageSettings) -> MarketSettings:
    return MarketSettings(
        sessions=brokerage.sessions,
        listings=brokerage.listings,
        bar_size=market.bar_size,
        past=lambda symbol: market.past.get(symbol, ()),
        access=options.access,
        real_seconds=time.monotonic if options.is_paced else None,
    )
