"""Checks that come before everything else, for HTTP and WebSocket alike; pure ASGI, on the raw headers.

Host: only the names this server was started under, so that a page whose DNS name was rebound to this machine
gets nothing. Origin: exactly the origin of that very Host; a WebSocket and an unsafe method must have one.
Browsers apply no same-origin rule to WebSockets, and treat other ports of localhost as the same site, so
neither is left to the cookie. The custom header and the JSON type force a preflight, which nobody answers.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from robo_trader.web.buckets import SourceBuckets
from robo_trader.web.clock import WebClock
from robo_trader.web.refusals import (
    NO_MARK,
    NOT_JSON,
    TOO_LARGE,
    TOO_MANY,
    TOO_SLOW,
    WRONG_HOST,
    WRONG_ORIGIN,
    Refusal,
    refuse,
)
from robo_trader.web.settings import Traffic

API_PREFIX: Final = "/api/"
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
MARK: Final = (b"x-robo-trader", b"1")


def source_of(scope: Scope) -> str:
    """Return the address a request comes from, as the socket says it; no header is believed."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


class Gate:
    """Lets through what a page of this server may ask."""

    def __init__(self, app: ASGIApp, *, scheme: str, hosts: Iterable[str], traffic: Traffic, clock: WebClock) -> None:
        self._app = app
        self._origins = {host.encode(): f"{scheme}://{host}".encode() for host in hosts}
        self._traffic = traffic
        self._clock = clock
        self._sources = SourceBuckets(traffic.requests_per_second, 2 * traffic.requests_per_second)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._check(scope)
        if refusal is None and scope["type"] == "http":
            body, refusal = await self._body(scope, receive)
            receive = _replayed(body, receive)
        if refusal is not None:
            await refuse(refusal, scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> Refusal | None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        hosts = _values(headers, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._origins:
            return WRONG_HOST
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if not _is_own_origin(headers, self._origins[hosts[0].lower()], required=unsafe):
            return WRONG_ORIGIN
        if not _is_own_fetch(headers, navigable=scope["path"] == "/"):
            return WRONG_ORIGIN
        if scope["path"].startswith(API_PREFIX) and not self._sources.take(source_of(scope), self._clock.monotonic()):
            return TOO_MANY
        return _check_form(headers) if unsafe and scope["type"] == "http" else None

    async def _body(self, scope: Scope, receive: Receive) -> tuple[bytes, Refusal | None]:
        announced = _values(scope["headers"], b"content-length")
        if any(not length.isdigit() or int(length) > self._traffic.body_bytes_max for length in announced):
            return b"", TOO_LARGE
        try:
            async with asyncio.timeout(self._traffic.body_seconds_max):
                body = await _collected(receive, self._traffic.body_bytes_max)
        except TimeoutError:
            return b"", TOO_SLOW
        return (b"", TOO_LARGE) if body is None else (body, None)


def _values(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name.lower() == wanted]


def _is_own_origin(headers: list[tuple[bytes, bytes]], own: bytes, *, required: bool) -> bool:
    origins = _values(headers, b"origin")
    return origins == [own] or (not origins and not required)


def _is_own_fetch(headers: list[tuple[bytes, bytes]], *, navigable: bool) -> bool:
    """Whether the browser says that our page asks, or the user; the front page may be linked to."""
    sites = _values(headers, b"sec-fetch-site")
    return navigable or all(site in {b"same-origin", b"none"} for site in sites)


def _check_form(headers: list[tuple[bytes, bytes]]) -> Refusal | None:
    types = [value.split(b";")[0].strip().lower() for value in _values(headers, b"content-type")]
    if types != [b"application/json"]:
        return NOT_JSON
    return None if _values(headers, MARK[0]) == [MARK[1]] else NO_MARK


async def _collected(receive: Receive, bytes_max: int) -> bytes | None:
    """Return the whole body, None if it is too large."""
    body = b""
    while True:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        body += chunk
        if len(body) > bytes_max:
            return None
        if not message.get("more_body", False):
            return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that first hands over a body already read."""
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
