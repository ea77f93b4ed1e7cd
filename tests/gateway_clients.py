"""The two real clients, taken out of their sockets: what they write for a call, and what they understand of bytes.

ib_async speaks every server version from 157 to 178; Interactive Brokers' own client, as it can be installed, 157 only.
Whatever a client would only log, that it could not read something, fails the test.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC
from types import SimpleNamespace
from typing import Any, NoReturn

import ibapi.client
import ibapi.connection
import ibapi.decoder
import ibapi.utils
import ibapi.wrapper
from ib_async.client import Client
from ib_async.connection import Connection
from ib_async.decoder import Decoder

from robo_trader.simulation.gateway.protocol.frames import FrameReader

IBAPI_VERSION = 157
VERSIONS = [157, 163, 164, 170, 176, 178]

Heard = tuple[str, tuple[Any, ...]]  # which callback, with what


class _Wire(Connection):
    """ib_async's connection without its socket."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()

    def sendMsg(self, msg: bytes) -> None:  # noqa: N802 - ib_async's name
        self.sent += msg


class _OfficialWire(ibapi.connection.Connection):
    """ibapi's connection without its socket."""

    def __init__(self) -> None:
        super().__init__("", 0)
        self.sent = bytearray()

    def isConnected(self) -> bool:  # noqa: N802 - ibapi's name
        return True

    def sendMsg(self, msg: bytes) -> int:  # noqa: N802 - ibapi's name
        self.sent += msg
        return len(msg)


class _Ear:
    """A wrapper that remembers what it is told."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.ib = SimpleNamespace(TimezoneTWS=UTC)
        self.defaultTimezone = UTC

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *told: self.heard.append((name, told))


class _OfficialEar(ibapi.wrapper.EWrapper):
    """The same for ibapi, which looks its callbacks up on the class."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - a callback or an attribute
        if name == "heard" or name.startswith("__"):
            return object.__getattribute__(self, name)
        return lambda *told: self.heard.append((name, told))


class _NoLogger:
    """Stands where a client would log that it could not read."""

    def exception(self, message: str, *_: object) -> NoReturn:
        raise AssertionError(message)


def written_by_ib_async(call: Callable[[Any], object], version: int) -> list[bytes]:
    """Return the payloads that ib_async writes at a server version."""
    client = Client(_Ear())
    client.conn = wire = _Wire()
    client._serverVersion = version
    client.connState = Client.CONNECTED
    asyncio.run(_in_loop(call, client))
    return list(FrameReader(prologue=b"").feed(bytes(wire.sent)))


async def _in_loop(call: Callable[[Any], object], client: Client) -> None:
    call(client)


def written_by_ibapi(call: Callable[[Any], object]) -> list[bytes]:
    """Return the payloads that the official client writes at its one server version."""
    client = ibapi.client.EClient(_OfficialEar())
    client.conn = wire = _OfficialWire()
    client.serverVersion_ = IBAPI_VERSION
    client.setConnState(ibapi.client.EClient.CONNECTED)
    call(client)
    return list(FrameReader(prologue=b"").feed(bytes(wire.sent)))


def heard_by_ib_async(payload: bytes, version: int) -> list[Heard]:
    """Return what ib_async understands."""
    ear = _Ear()
    decoder = Decoder(ear, version)  # type: ignore[arg-type]
    decoder.logger = _NoLogger()  # type: ignore[assignment]
    fields = payload.decode(errors="backslashreplace").split("\0")
    assert fields.pop() == "", "the last field does not end"
    decoder.interpret(fields)
    return ear.heard


def heard_by_ibapi(payload: bytes) -> list[Heard]:
    """Return what the official client understands."""
    ear = _OfficialEar()
    decoder = ibapi.decoder.Decoder(ear, IBAPI_VERSION)
    fields = payload.split(b"\0")
    assert fields.pop() == b"", "the last field does not end"
    decoder.interpret(tuple(fields))
    return ear.heard
