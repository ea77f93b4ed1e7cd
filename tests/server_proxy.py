"""Stands between a program and its database server, and breaks the connection where a test wants."""

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from robo_trader.adapters.storage.portal import Portal

_CHUNK = 65_536


@dataclass(slots=True)
class ServerProxy:
    """What happens on the way; a test may change it at any time."""

    host: str
    target: int
    port: int = 0
    cuts_before: bytes = b""  # the connection breaks before a request that holds this reaches the server
    cuts_after: bytes = b""  # it does so before the answer to such a request comes back
    is_closed: bool = False  # whoever connects is closed at once
    is_hole: bool = False  # nothing passes, and nobody is told
    cuts: int = 0
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a client with the server until one of them ends."""
        if self.is_closed:
            writer.close()
            return
        there, back = await asyncio.open_connection(self.host, self.target)
        self._open += [writer, back]
        answers = asyncio.create_task(self._pass_answers(there, writer))
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK):
                if self.is_hole:
                    continue
                if self.cuts_before and self.cuts_before in chunk:
                    self.cuts, self.cuts_before = self.cuts + 1, b""
                    break
                if self.cuts_after and self.cuts_after in chunk:
                    self.cuts, self.cuts_after = self.cuts + 1, b""
                    answers.cancel()
                    back.write(chunk)
                    await there.read(_CHUNK)  # the server has done it, and nobody is told
                    break
                back.write(chunk)
        answers.cancel()
        writer.close()
        back.close()

    async def _pass_answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await there.read(_CHUNK):
                if not self.is_hole:
                    writer.write(chunk)
        writer.close()

    async def listen(self) -> asyncio.Server:
        """Begin to listen on a port of its own."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def end(self, server: asyncio.Server) -> None:
        """Break every connection, and listen no more."""
        server.close()
        for writer in self._open:
            writer.close()


@contextmanager
def proxy_before(host: str, port: int) -> Iterator[ServerProxy]:
    """A proxy in a thread of its own, so that a test may wait for what goes through it."""
    portal, proxy = Portal("proxy"), ServerProxy(host, port)
    server = portal.wait(proxy.listen(), 5)
    try:
        yield proxy
    finally:
        portal.wait(proxy.end(server), 5)
        portal.close()
