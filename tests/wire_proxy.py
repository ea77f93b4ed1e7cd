"""Stands between a client and a gateway, and does to whole frames, or to bytes, what a test wants."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from robo_trader.simulation.gateway.protocol.frames import LENGTH_BYTES, frame

PLACE_ORDER, CANCEL_ORDER = "3", "4"
ORDER_STATUS, OPEN_ORDER, EXECUTION = "3", "5", "11"
_PROLOGUE = 4  # bytes that come before the first frame of a client

Change = Callable[[list[str]], bytes | None]  # fields of a frame; the bytes to send in its place, None: as it was


class CutHere(Exception):
    """Breaks the connection after these bytes were passed on."""

    def __init__(self, passed: bytes = b"") -> None:
        self.passed = passed


def unchanged(_fields: list[str]) -> bytes | None:
    """Let every frame pass as it is."""
    return None


def whole(fields: list[str]) -> bytes:
    """The bytes of a frame of these fields."""
    return frame("".join(f"{one}\0" for one in fields).encode())


@dataclass(slots=True)
class WireProxy:
    """What happens on the way; a test may change it at any time."""

    target: int
    port: int = 0
    to_gateway: Change = unchanged
    to_client: Change = unchanged
    is_hole: bool = False  # nothing passes, and nobody is told
    is_closed: bool = False  # whoever connects is closed at once
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a client with the gateway until one of them ends."""
        self.connections += 1
        if self.is_closed:
            await _close(writer)
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        pumps = [
            asyncio.create_task(self._pump(reader, back, lambda fields: self.to_gateway(fields), _PROLOGUE)),
            asyncio.create_task(self._pump(there, writer, lambda fields: self.to_client(fields), 0)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            await _close(writer)
            await _close(back)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, change: Change, prologue: int
    ) -> None:
        try:
            if prologue:
                writer.write(await reader.readexactly(prologue))
            while True:
                head = await reader.readexactly(LENGTH_BYTES)
                payload = await reader.readexactly(int.from_bytes(head, "big"))
                instead = change(payload.decode("ascii", "replace").split("\0")[:-1])
                if not self.is_hole:
                    writer.write(head + payload if instead is None else instead)
                    await writer.drain()
        except CutHere as cut:
            writer.write(cut.passed)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # one end has gone; the other is told by the end of its connection


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def a_proxy(target: int) -> AsyncIterator[WireProxy]:
    """Stand before a port of this machine until the block ends."""
    proxy = WireProxy(target)
    lines: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.ensure_future(proxy.serve(reader, writer))
        lines.add(line)
        line.add_done_callback(lines.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for line in list(lines):
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        await server.wait_closed()


def once(matches: Callable[[list[str]], bool], act: Callable[[list[str]], bytes | None]) -> Change:
    """Act at the first frame that matches; all others pass."""
    done = False

    def change(fields: list[str]) -> bytes | None:
        nonlocal done
        if done or not matches(fields):
            return None
        done = True
        return act(fields)

    return change


def is_kind(kind: str) -> Callable[[list[str]], bool]:
    """Whether a frame is of a kind."""
    return lambda fields: bool(fields) and fields[0] == kind
