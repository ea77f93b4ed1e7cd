"""The line between the engine and the broker's process: frames of MessagePack, numbered, of one epoch.

A line is a pair of sockets that belongs to one process. Epoch and numbers hold what that promises: a message of another
process, one twice or one missing, is a broken line and never an order.
"""

import asyncio
import contextlib

import msgspec

from robo_trader.adapters.brokers.interactive_brokers.speech import decode, encode

FRAME_MAX = 16 << 20  # bytes
_HEADER = 4


class ChannelBrokenError(Exception):
    """What came is not what the other side can have said; the line is of no use any more."""


class _Envelope(msgspec.Struct, array_like=True, frozen=True, gc=False):
    epoch: int
    number: int
    kind: str
    payload: bytes


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Envelope)


class Channel:
    """One end of a line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, epoch: int) -> None:
        self._reader, self._writer = reader, writer
        self._epoch = epoch
        self._sent = self._received = 0

    def say(self, value: object) -> None:
        """Hand a message to the line. Raises ConnectionError if it is closed."""
        if self._writer.is_closing():
            raise ConnectionError("the line to the other process is closed")
        self._sent += 1
        frame = _ENCODER.encode(_Envelope(self._epoch, self._sent, *encode(value)))
        self._writer.write(len(frame).to_bytes(_HEADER, "big") + frame)

    async def drain(self) -> None:
        """Wait until the other side keeps up. Raises ConnectionError if the line is closed."""
        await self._writer.drain()

    async def hear(self) -> object:
        """Return the next message. Raises ConnectionError where the line ends, ChannelBrokenError."""
        try:
            length = int.from_bytes(await self._reader.readexactly(_HEADER), "big")
            if length > FRAME_MAX:
                raise ChannelBrokenError(f"a message of {length} bytes")
            frame = await self._reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            raise ConnectionError("the other process closed the line") from error
        try:
            envelope = _DECODER.decode(frame)
            self._check(envelope)
            return decode(envelope.kind, envelope.payload)
        except (msgspec.MsgspecError, KeyError) as error:
            raise ChannelBrokenError(f"an unreadable message: {error}") from error

    async def close(self) -> None:
        """Close this end."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def _check(self, envelope: _Envelope) -> None:
        self._received += 1
        if envelope.epoch != self._epoch:
            raise ChannelBrokenError(f"a message of epoch {envelope.epoch}, in epoch {self._epoch}")
        if envelope.number != self._received:
            raise ChannelBrokenError(f"message {envelope.number} came as number {self._received}")
