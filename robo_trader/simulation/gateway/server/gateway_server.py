"""The gateway on a socket: asyncio below the switchboard, and nothing else that decides."""

import asyncio
import contextlib
import errno
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.simulation.gateway.server.desk import Desk, Doer, MarketEvent
from robo_trader.simulation.gateway.server.disturbances import Disturbances
from robo_trader.simulation.gateway.server.fault_book import FaultBook
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from robo_trader.simulation.gateway.server.frame_log import FrameLog, SeenFrame
from robo_trader.simulation.gateway.server.outgoing import Outgoing
from robo_trader.simulation.gateway.server.session import Session
from robo_trader.simulation.gateway.server.switchboard import Clocks, Switchboard

LOOPBACK = "127.0.0.1"
UNSENT_BYTES_MAX = 4 * 1024 * 1024  # waiting for one client; a slower reader is cut off
START_SECONDS_MAX = 30.0  # from connecting to startApi
_CLOSE_SECONDS_MAX = 5.0  # to take what was written before the end
_TICK_SECONDS = 0.02
_SEND_BUFFER_BYTES = 256 * 1024  # the system would grow it to megabytes for a client that stalls


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where the gateway listens, and how strict it is."""

    host: str = LOOPBACK
    port: int = 0  # 0 takes a free one
    is_paced: bool = True
    start_seconds_max: float = START_SECONDS_MAX
    tick_seconds: float = _TICK_SECONDS  # between two looks at the clock
    unsent_bytes_max: int = UNSENT_BYTES_MAX


class PortTaken(InvalidConfig):
    """Somebody else listens on the port."""


class GatewayServer:
    """Serves clients from `start` to `close`, in the event loop that called `start`.

    A bug in a desk ends the server, and `wait_closed` raises it: a gateway that goes on wrong would teach wrong things.
    """

    def __init__(
        self,
        desks: Mapping[str, Desk],
        settings: GatewaySettings | None = None,
        *,
        clock: Callable[[], int],
        faults: FaultBook | None = None,
        real: Callable[[], float] = time.monotonic,
    ) -> None:
        """desks: by the names under which their books are shown. clock: the market's time, UTC nanoseconds.

        real: seconds of a clock that never goes back.
        """
        self._real = real
        self._desks = desks
        self._clock = clock
        self._settings = settings or GatewaySettings()
        self._log = FrameLog()
        faults = faults or FaultBook()
        outgoing = Outgoing(faults, self._log, clock=clock, call_later=self._call_later)
        self._disturbances = Disturbances(faults, outgoing, begun_at=real(), do=self._do)
        self._switchboard = Switchboard(
            list(desks.values()),
            outgoing,
            self._disturbances,
            self._log,
            clocks=Clocks(clock, real),
            is_paced=self._settings.is_paced,
        )
        self._lines: set[_ClientLine] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._server: asyncio.Server | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._closed: asyncio.Future[None] | None = None

    async def start(self) -> int:
        """Listen; return the port. Raises PortTaken."""
        loop = asyncio.get_running_loop()
        self._closed = loop.create_future()
        try:
            self._server = await loop.create_server(self._new_line, self._settings.host, self._settings.port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortTaken(
                f"port {self._settings.port} of {self._settings.host} is taken",
                next_step="Choose another with --port, or --port 0 for any that is free.",
            ) from error
        self._ticking = asyncio.create_task(self._tick())
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def show(self, event: MarketEvent) -> None:
        """Show the market's move to the desks, and tell the clients what follows."""
        self._guarded(lambda: self._switchboard.show(event))

    def inject(self, fault: Fault) -> None:
        """Let a fault happen, at its trigger or at once. Raises InvalidConfig for a doing that cannot be, at once."""
        if fault.kind is FaultKind.DO and not fault.on and fault.after_seconds is None:
            self.do(fault.doing)
            return
        self._disturbances.arm(fault, self._real())
        self._guarded(self._switchboard.tick)

    def do(self, doing: Mapping[str, Any]) -> object:
        """Let something happen at a desk that no client asked for; return its id, if it has one.

        Raises InvalidConfig for what cannot be done.
        """
        return self._switchboard.do(lambda: self._do(doing))

    def frames(self, *, after: int = 0, limit: int = 1_000) -> Sequence[SeenFrame]:
        """Return the oldest kept frames with a number above `after`."""
        return self._log.after(after, limit)

    def book(self) -> dict[str, Any]:
        """Return the books of all desks, by name."""
        return {name: desk.book() for name, desk in self._desks.items()}

    def clients(self) -> list[int]:
        """Return the ids of the clients that have started."""
        return self._switchboard.clients()

    async def wait_closed(self) -> None:
        """Wait until the server has ended. Raises the bug that ended it."""
        assert self._closed is not None, "not started"
        await asyncio.shield(self._closed)

    async def close(self) -> None:
        """End all sessions and stop listening."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        self._guarded(self._switchboard.end_all)
        for timer in self._timers:
            timer.cancel()
        for line in list(self._lines):
            line.abort()
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        await server.wait_closed()
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(None)

    def _do(self, doing: Mapping[str, Any]) -> object:
        doers = [one for one in self._desks.values() if isinstance(one, Doer)]
        if not doers:
            raise InvalidConfig("nothing happens here by itself", next_step="Serve with a brokerage behind the wire.")
        desk = next((one for one in doers if one.does(doing.get("doing"))), doers[0])  # which refuses what is not known
        return desk.do(doing, self._clock())

    def _new_line(self) -> "_ClientLine":
        return _ClientLine(self._switchboard, self._lines, self._settings, self._call_later, self._guarded)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._settings.tick_seconds)
            self._guarded(self._switchboard.tick)

    def _call_later(self, seconds: float, act: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            self._guarded(act)

        timer = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(timer)

    def _guarded(self, act: Callable[[], None]) -> None:
        """Do it; a bug ends the server."""
        try:
            act()
        except Exception as bug:  # noqa: BLE001 - whatever it is, it is told by wait_closed
            if self._closed is not None and not self._closed.done():
                self._closed.set_exception(bug)
            if self._server is not None:
                self._server.close()
            for line in list(self._lines):
                line.abort()


class _ClientLine(asyncio.Protocol):
    """One client's socket."""

    def __init__(
        self,
        switchboard: Switchboard,
        lines: "set[_ClientLine]",
        settings: GatewaySettings,
        call_later: Callable[[float, Callable[[], None]], None],
        guarded: Callable[[Callable[[], None]], None],
    ) -> None:
        self._switchboard = switchboard
        self._lines = lines
        self._settings = settings
        self._call_later = call_later
        self._guarded = guarded
        self._transport: asyncio.Transport | None = None
        self._session: Session | None = None
        self._unsent: list[bytes] = []  # said in this turn of the event loop; it leaves together

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._lines.add(self)
        peer = transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a peer that vanished is noticed one day
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self._session = session = self._switchboard.connect(self)
        self._call_later(self._settings.start_seconds_max, lambda: self._switchboard.end_unstarted(session))

    def data_received(self, data: bytes) -> None:
        session = self._session
        assert session is not None
        self._guarded(lambda: self._switchboard.receive(session, data))

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # how it ended makes no difference
        self._lines.discard(self)
        session = self._session
        assert session is not None
        self._guarded(lambda: self._switchboard.disconnect(session))

    def write(self, data: bytes) -> None:
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._send)
        self._unsent.append(data)

    def _send(self) -> None:
        transport, data = self._transport, b"".join(self._unsent)
        self._unsent.clear()
        if transport is None or transport.is_closing() or not data:
            return
        transport.write(data)
        if transport.get_write_buffer_size() > self._settings.unsent_bytes_max:
            transport.abort()

    def close(self) -> None:
        if self._transport is not None:
            self._send()
            self._transport.close()
            self._call_later(_CLOSE_SECONDS_MAX, self.abort)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
