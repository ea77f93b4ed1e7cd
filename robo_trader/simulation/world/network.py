"""A pretend network: connections between processes of one loop, with everything that happens to bytes on their way.

A connection is two streams of bytes. Each keeps its order, as TCP does; bytes come late, in pieces, not at all, or up
to one of them, and then the connection is reset. Nothing is lost in the middle of a stream.
"""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from robo_trader.simulation.world.loop import MakeProtocol, WorldLoop
from robo_trader.simulation.world.processes import Process, current_process

Address = tuple[str, int]
_DELAY = (0.000_2, 0.002)  # seconds that bytes are on their way
_AFTER_CUT = 0.001  # seconds
_PIECES = 0.1  # of what is written comes in two pieces


class Stream:
    """One direction of a connection."""

    def __init__(self, connection: "Connection", to: "End") -> None:
        self.connection = connection
        self.to = to
        self.arrives_at = 0.0  # the loop's time, of what was written last
        self.cut_after: int | None = None  # bytes that still pass; then the connection is reset
        self.bytes = 0  # that were written so far

    def write(self, data: bytes) -> None:
        """Take bytes, and bring them there."""
        connection = self.connection
        self.bytes += len(data)
        if self.cut_after is not None:
            data, self.cut_after = data[: self.cut_after], max(0, self.cut_after - len(data))
            if not self.cut_after:
                self._send(data)
                later = self.arrives_at + _AFTER_CUT  # what came before it is heard
                connection.loop.call_at(later, connection.reset, context=connection.loop.nobody)
                return
        chance = connection.chance
        if len(data) > 1 and chance.random() < _PIECES:
            middle = chance.randrange(1, len(data))
            self._send(data[:middle])
            data = data[middle:]
        self._send(data)

    def end(self) -> None:
        """Say that nothing more is written."""
        self._at_arrival(self.to.hear_end)

    def _send(self, data: bytes) -> None:
        if data:
            self._at_arrival(lambda: self.to.hear(data))

    def _at_arrival(self, act: Callable[[], None]) -> None:
        connection = self.connection
        if connection.is_half_open:
            return
        wanted = connection.loop.time() + connection.chance.uniform(*_DELAY) + connection.network.extra_delay()
        self.arrives_at = max(self.arrives_at, wanted, connection.stalled_until)
        connection.loop.call_at(self.arrives_at, act, context=self.to.process.context)


class End(asyncio.Transport):
    """One end of a connection, as asyncio's protocols know it."""

    def __init__(self, connection: "Connection", process: Process, protocol: asyncio.BaseProtocol) -> None:
        super().__init__({"socket": _NoSocket(), "peername": ("127.0.0.1", 1)})
        self.process = process
        self._connection = connection
        self._protocol: asyncio.BaseProtocol = protocol
        self._out: Stream | None = None
        self._is_closing = False
        self._is_lost = False
        process.at_death.append(self.reset)

    def join(self, out: Stream) -> None:
        """Learn where bytes go."""
        self._out = out

    def hear(self, data: bytes) -> None:
        """Bytes have arrived."""
        if not self._is_closing and self.process.is_alive:
            assert isinstance(self._protocol, asyncio.Protocol)
            self._protocol.data_received(data)

    def hear_end(self) -> None:
        """The other side writes nothing more."""
        if not self._is_closing and self.process.is_alive:
            assert isinstance(self._protocol, asyncio.Protocol)
            if not self._protocol.eof_received():
                self.close()

    def lose(self, error: Exception | None) -> None:
        """The connection is gone."""
        if not self._is_lost:
            self._is_lost = self._is_closing = True
            if self.process.is_alive:
                self._connection.loop.call_soon(self._protocol.connection_lost, error, context=self.process.context)

    def reset(self) -> None:
        """The process has died: the other side hears of it."""
        if not self._is_lost:
            self._is_lost = self._is_closing = True
            assert self._out is not None
            loop = self._connection.loop
            loop.call_soon(self._out.end, context=loop.nobody)

    # ---- asyncio's transport ----

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes."""
        if not self._is_closing and self.process.is_alive:
            assert self._out is not None
            self._out.write(bytes(data))

    def write_eof(self) -> None:
        """Say nothing: nobody here goes on reading what he has ended, and `close` follows."""

    def can_write_eof(self) -> bool:
        """Return whether an end can be told."""
        return True

    def close(self) -> None:
        """End it once what was written has arrived."""
        if not self._is_closing:
            assert self._out is not None
            self._is_closing = True
            self._out.end()
            self.lose(None)

    def abort(self) -> None:
        """Break it."""
        if not self._is_lost:
            self._connection.reset()
            self.lose(None)

    def is_closing(self) -> bool:
        """Return whether it ends, or has."""
        return self._is_closing

    def get_write_buffer_size(self) -> int:
        """Return what waits to be sent: nothing."""
        return 0

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return who hears."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Let somebody else hear."""
        self._protocol = protocol

    def pause_reading(self) -> None:
        """Go on: what comes is small, and kept."""

    def resume_reading(self) -> None:
        """Go on."""


class _NoSocket:
    """Takes options, and has an address."""

    def __init__(self, address: Address = ("127.0.0.1", 1)) -> None:
        self._address = address

    def setsockopt(self, *_: object) -> None:
        """There is nothing to set."""

    def getsockname(self) -> Address:
        """Return host and port."""
        return self._address


class Listening:
    """A server as asyncio has them."""

    def __init__(self, network: "Network", address: Address) -> None:
        self._network, self._address = network, address
        self.sockets = (_NoSocket(address),)

    def close(self) -> None:
        """Take no more connections."""
        self._network.hang_up(self._address)

    async def wait_closed(self) -> None:
        """There is nothing to wait for."""


class Connection:
    """Two ends and what is between them."""

    def __init__(self, network: "Network", name: str, chance: Random) -> None:
        self.network = network
        self.loop = network.loop
        self.name = name
        self.chance = chance
        self.is_half_open = False  # nothing arrives any more, and nobody is told
        self.stalled_until = 0.0  # by the loop's time
        self.ends: tuple[End, ...] = ()
        self.streams: tuple[Stream, ...] = ()  # from the first end, and to it

    def join(self, first: End, second: End) -> None:
        """Put both ends together."""
        self.ends = (first, second)
        self.streams = (Stream(self, second), Stream(self, first))
        first.join(self.streams[0])
        second.join(self.streams[1])

    def reset(self) -> None:
        """Break it; both sides are told, unless it is half open."""
        for end in self.ends:
            if not self.is_half_open:
                end.lose(ConnectionResetError(errno.ECONNRESET, "the connection was reset"))

    def go_half_open(self, seconds: float) -> None:
        """Let nothing arrive any more, and nobody know it; the second end, a server's, notices after so long."""
        self.is_half_open = True
        self.loop.call_at(self.loop.time() + seconds, self.notice, context=self.loop.nobody)

    def notice(self) -> None:
        """The second end gives up a connection on which nothing comes."""
        self.ends[1].lose(TimeoutError(errno.ETIMEDOUT, "the connection timed out"))

    @property
    def is_done(self) -> bool:
        """Whether both ends have closed."""
        return bool(self.ends) and all(end.is_closing() for end in self.ends)

    @property
    def is_over(self) -> bool:
        """Whether an end has closed."""
        return any(end.is_closing() for end in self.ends)


@dataclass(eq=False)
class Network:
    """All connections of a world. Faults reach those to one address by `connections`."""

    loop: WorldLoop
    seed: int
    slow_until: float = 0.0  # by the loop's time: until then bytes take up to `slow_seconds` longer
    slow_seconds: float = 0.0
    _servers: dict[Address, tuple[Process, Callable[[], asyncio.BaseProtocol]]] = field(default_factory=dict)
    _connections: dict[str, Connection] = field(default_factory=dict)  # the newest of each name
    _all: list[Connection] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        """Let the loop connect over it."""
        self.loop.connect, self.loop.listen = self.connect, self.create_server

    def listen(self, address: Address, process: Process, make: MakeProtocol) -> None:
        """Let a process take connections at an address."""
        self._servers[address] = (process, make)

    def create_server(self, make: MakeProtocol, host: str, port: int) -> "Listening":
        """As loop.create_server, for the process that asks."""
        process = current_process()
        assert process is not None
        self.listen((host, port), process, make)
        return Listening(self, (host, port))

    def hang_up(self, address: Address) -> None:
        """Take no more connections at an address."""
        self._servers.pop(address, None)

    async def connect(self, make: MakeProtocol, address: Address) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        """As loop.create_connection. Raises ConnectionRefusedError where nobody listens."""
        await asyncio.sleep(self._connection_chance().uniform(*_DELAY))
        server = self._servers.get(address)
        process = current_process()
        assert process is not None
        if server is None or not server[0].is_alive:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"nobody listens at {address[0]}:{address[1]}")
        protocol = make()
        connection = self._make(f"{address[0]}:{address[1]}")
        near, far = End(connection, process, protocol), End(connection, server[0], server[1]())
        connection.join(near, far)
        protocol.connection_made(near)
        self.loop.call_soon(far.get_protocol().connection_made, far, context=server[0].context)
        return near, protocol

    def pair(self, name: str, first: Process, second: Process) -> tuple["Streams", "Streams"]:
        """Return both ends of a new connection between two processes, as asyncio's streams."""
        connection = self._make(name)
        made: list[Streams] = []
        ends: list[End] = []
        for process in (first, second):
            reader = asyncio.StreamReader(loop=self.loop)
            protocol = asyncio.StreamReaderProtocol(reader, loop=self.loop)
            end = End(connection, process, protocol)
            made.append(Streams(reader, asyncio.StreamWriter(end, protocol, reader, self.loop)))
            ends.append(end)
        connection.join(*ends)
        for end in ends:
            end.get_protocol().connection_made(end)
        return made[0], made[1]

    def newest(self, name: str) -> Connection | None:
        """Return the newest connection of a name, an address as `host:port`; None if it is over."""
        found = self._connections.get(name)
        return None if found is None or found.is_over else found

    def extra_delay(self) -> float:
        """Return by how many seconds something is late now."""
        if self.loop.time() >= self.slow_until:
            return 0.0
        return self._connection_chance().uniform(0.0, self.slow_seconds)

    def calm(self) -> None:
        """End what lasts: everything comes as it should from here on."""
        self.slow_until = 0.0
        for connection in self._all:
            connection.stalled_until = 0.0
            if connection.is_half_open:
                connection.is_half_open = False
                connection.reset()

    def _make(self, name: str) -> Connection:
        connection = Connection(self, name, self._connection_chance())
        self._connections[name] = connection
        self._all = [*(one for one in self._all if not one.is_done), connection]
        return connection

    def _connection_chance(self) -> Random:
        self._count += 1
        return Random(f"network/{self.seed}/{self._count}")  # noqa: S311 - a schedule


@dataclass(frozen=True, slots=True)
class Streams:
    """One end of a connection, as asyncio's streams."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
