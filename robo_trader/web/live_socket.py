"""One WebSocket from handshake to close: a reader, a writer, and the hub's word to end it.

The gate has checked Host and Origin before. A page cannot see why a handshake was refused, so what it must
act on (log in, reload, back off) is said as the close code of a socket that was accepted.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from robo_trader import __version__
from robo_trader.web.access import Session
from robo_trader.web.buckets import Bucket
from robo_trader.web.protocol import (
    CLIENT_MESSAGE,
    PROTOCOL_VERSION,
    SUBPROTOCOL,
    CloseCode,
    ErrorCode,
    Hello,
    Pong,
    SetRate,
    Subscribe,
    Unsubscribe,
    WireError,
)
from robo_trader.web.site import Site

CLOSE_SECONDS_MAX: Final = 2.0  # a peer that reads nothing does not get to hold up its own end


async def serve_socket(websocket: WebSocket, site: Site) -> None:
    """Answer a handshake and, if the page may look, serve it until either side ends."""
    if SUBPROTOCOL not in websocket.scope["subprotocols"]:
        await websocket.accept()
        await websocket.close(CloseCode.VERSION)
        return
    await websocket.accept(SUBPROTOCOL)
    session = site.session_of(websocket)
    if session is None:
        await websocket.close(CloseCode.LOGIN)
    elif len(site.connections) >= site.settings.traffic.sockets_max:
        await websocket.close(CloseCode.LIMIT)
    else:
        await LiveSocket(websocket, site, session).serve()


class LiveSocket:
    """A socket that was let in."""

    def __init__(self, websocket: WebSocket, site: Site, session: Session) -> None:
        self._websocket = websocket
        self._site = site
        self._session = session
        self._woken = asyncio.Event()
        self._ending = asyncio.Event()
        self._viewer = site.hub.join(self._wake)
        rate = site.settings.traffic.messages_per_second
        self._allowance = Bucket(rate, rate, site.clock.monotonic())

    def _wake(self) -> None:
        self._woken.set()
        if self._viewer.close_code is not None:
            self._ending.set()

    async def serve(self) -> None:
        """Serve until the page leaves or the hub ends it."""
        self._site.connections[self._viewer] = self._session
        try:
            self._say(self._hello())
            await self._until_first_ends()
        finally:
            self._site.hub.leave(self._viewer)
            del self._site.connections[self._viewer]
        await self._close()

    async def _until_first_ends(self) -> None:
        work = (self._read(), self._write(), self._ending.wait())
        tasks = [asyncio.ensure_future(part) for part in work]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        _raise_bugs(results)

    async def _close(self) -> None:
        if self._viewer.close_code is None:
            return
        with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):  # it may be gone already
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                await self._websocket.close(self._viewer.close_code)

    async def _write(self) -> None:
        outbox = self._viewer.outbox
        while True:
            await self._woken.wait()
            self._woken.clear()
            while (text := outbox.take()) is not None:
                await self._websocket.send_text(text)
                outbox.sent()

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if not self._allowance.take(self._site.clock.monotonic()):
                self._viewer.close(CloseCode.LIMIT)
                return
            self._take(message.get("text"))

    def _take(self, text: str | None) -> None:
        try:
            message = CLIENT_MESSAGE.validate_json(text or "")
        except ValidationError:
            self._refuse(ErrorCode.BAD_MESSAGE, "The message is not one of the protocol.", None)
        else:
            self._obey(message)

    def _obey(self, message: Subscribe | Unsubscribe | SetRate | Pong) -> None:
        if isinstance(message, Subscribe):
            self._subscribe(message)
        elif isinstance(message, Unsubscribe):
            for name in message.topics:
                self._viewer.subscriptions.pop(name, None)
        elif isinstance(message, SetRate):
            self._viewer.ceiling_hz = message.hz
        else:
            self._site.sessions.touch(self._session, self._site.clock.wall_ms())

    def _subscribe(self, message: Subscribe) -> None:
        now = self._site.clock.monotonic()
        refused = self._site.hub.subscribe(self._viewer, message.topics, hz=message.hz, cursor=message.cursor, now=now)
        for name, code in refused.items():
            self._refuse(code, f"{code.value.replace('_', ' ').lower()}: {name}", message.ref)

    def _refuse(self, code: ErrorCode, text: str, ref: int | None) -> None:
        self._say(WireError(code=code, message=text, ref=ref))

    def _say(self, message: Hello | WireError) -> None:
        self._viewer.say(message.model_dump_json(), self._site.clock.monotonic())

    def _hello(self) -> Hello:
        return Hello(
            protocol=PROTOCOL_VERSION,
            server_version=__version__,
            boot=self._site.hub.boot,
            assets=self._site.page.version,
            accounts=self._site.accounts,
            mode=self._site.mode,
            symbols=list(self._site.feeds),
            feeds=self._site.feeds,
            role="viewer",
            now=self._site.clock.wall_ms(),
            heartbeat_ms=round(self._site.settings.heartbeat_seconds * 1000),
        )


def _raise_bugs(results: Sequence[object]) -> None:
    """Raise what a task failed with, unless it only found that the page is gone or was told to stop."""
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
            raise result
