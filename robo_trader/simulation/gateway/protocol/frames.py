"""Bytes into frames and back: a length of four bytes, big-endian, then so many bytes of payload.

A client opens with `API` and a NUL, then a first frame that names the versions it speaks. Bytes may arrive in any
portions. What is held is never more than one frame and what came with it.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from robo_trader.core.domain.errors import RoboTraderError

PROLOGUE = b"API\0"
FRAME_BYTES_MAX = 0xFFFFFF
SERVER_VERSION_MIN = 157
SERVER_VERSION_MAX = 178  # from 201 on the protocol is another

LENGTH_BYTES = 4
_HELLO = re.compile(rb"v(\d{1,9})(?:\.\.(\d{1,9}))?(?: ([\x20-\x7e]*))?\Z")
_HELLO_NEXT_STEP = "Connect with a client of the TWS API: ib_async, or Interactive Brokers' own."


class BadFrame(RoboTraderError):
    """The bytes are not of this protocol; where the next frame begins is unknown, so the connection must close."""


class Hello(Struct, frozen=True, kw_only=True, gc=False):
    """The server versions that a client speaks, both included, and its connect options."""

    version_min: int
    version_max: int
    options: str = ""

    def settle(self) -> int | None:
        """Return the version to speak: the highest that both know. None if there is none."""
        version = min(SERVER_VERSION_MAX, self.version_max)
        return version if version >= max(SERVER_VERSION_MIN, self.version_min) else None


class FrameReader:
    """Takes bytes as they come, and gives the payloads of whole frames."""

    def __init__(self, *, prologue: bytes = PROLOGUE, bytes_max: int = FRAME_BYTES_MAX) -> None:
        """prologue: what must come before the first frame; empty on the way to a client. bytes_max: of a frame."""
        self._prologue = prologue
        self.bytes_max = bytes_max  # may be raised once the other end is known
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes; yield each payload that is whole now. Raises BadFrame once the bytes make no sense."""
        self._held += data
        if self._prologue and not self._pass_prologue():
            return
        while (payload := self._next()) is not None:
            yield payload

    def _pass_prologue(self) -> bool:
        begun = bytes(self._held[: len(self._prologue)])
        if not self._prologue.startswith(begun):
            raise BadFrame(f"the connection began with {begun!r}, not with {PROLOGUE!r}", next_step=_HELLO_NEXT_STEP)
        if len(begun) < len(self._prologue):
            return False
        del self._held[: len(self._prologue)]
        self._prologue = b""
        return True

    def _next(self) -> bytes | None:
        if len(self._held) < LENGTH_BYTES:
            return None
        length = int.from_bytes(self._held[:LENGTH_BYTES], "big")
        if length > self.bytes_max:
            raise BadFrame(
                f"a frame of {length} bytes was announced; {self.bytes_max} is the most",
                next_step="Connect again: what follows cannot be told apart any more.",
            )
        end = LENGTH_BYTES + length
        if len(self._held) < end:
            return None
        payload = bytes(self._held[LENGTH_BYTES:end])
        del self._held[:end]
        return payload


def frame(payload: bytes) -> bytes:
    """Return the payload with its length before it. A longer one than the protocol can carry is a bug."""
    assert len(payload) <= FRAME_BYTES_MAX, len(payload)
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def read_hello(payload: bytes) -> Hello:
    """Return what the first frame of a client says: `v157..178`, or one version alone; options after a blank.

    Raises BadFrame if it says something else.
    """
    said = _HELLO.match(payload)
    if said is None:
        raise BadFrame(f"the first frame names no versions: {payload[:40]!r}", next_step=_HELLO_NEXT_STEP)
    low, high, options = said.groups()
    return Hello(version_min=int(low), version_max=int(high or low), options=(options or b"").decode("ascii"))
