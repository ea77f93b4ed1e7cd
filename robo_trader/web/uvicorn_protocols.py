"""Uvicorn's protocols with what an ASGI application cannot do: see silence, and let go of a deaf peer."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from robo_trader.web.security_headers import SECURITY_HEADERS

HEADER_SECONDS_MAX: Final = 5.0
CONNECTIONS_MAX: Final = 200
LINGER_SECONDS: Final = 5.0


class BoundedHttp(H11Protocol):
    """Cuts connections beyond a number, and those whose first request does not arrive in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or refuse it without a word."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            transport.abort()
            return
        self.loop.call_later(HEADER_SECONDS_MAX, self._cut_if_silent)

    def _cut_if_silent(self) -> None:
        has_asked = bool(self.scope)  # None until the first request, whatever its annotation says
        if not has_asked:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP; uvicorn does so without asking the application for its headers."""
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), *SECURITY_HEADERS]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=msg.encode("ascii")),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class DroppingWebSocket(WebSocketsSansIOProtocol):
    """Drops a peer that never reads what was sent before the end.

    Closing waits until the buffer is empty, which for such a peer is for ever; so does the whole server when
    it stops.
    """

    async def run_asgi(self) -> None:
        """Serve the connection; then give its last bytes a little time."""
        await super().run_asgi()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)
