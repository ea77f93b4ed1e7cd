"""F12: a message of another process, one twice, one missing or one garbled breaks the line, and is never an order."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.channel import FRAME_MAX, Channel, ChannelBrokenError
from robo_trader.core.domain.orders import OrderId
from tests.builders import an_approved_order

EPOCH = 3
ORDER = speech.PlaceOrder(order=an_approved_order(), reference="0123abcd.1.1", group="")


@asynccontextmanager
async def a_line() -> AsyncIterator[tuple[asyncio.StreamWriter, Channel]]:
    """One end of bytes, one end of messages."""
    here, there = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=there)
    _, raw = await asyncio.open_connection(sock=here)
    channel = Channel(reader, writer, EPOCH)
    try:
        yield raw, channel
    finally:
        raw.close()
        await raw.wait_closed()
        await channel.close()


def frame(value: object, *, number: int = 1, epoch: int = EPOCH) -> bytes:
    payload = msgspec.msgpack.encode([epoch, number, *speech.encode(value)])
    return len(payload).to_bytes(4, "big") + payload


async def test_what_is_said_is_heard_in_order() -> None:
    here, there = socket.socketpair()
    one = Channel(*await asyncio.open_connection(sock=here), EPOCH)
    other = Channel(*await asyncio.open_connection(sock=there), EPOCH)
    said = [ORDER, speech.WithdrawOrder(order_id=OrderId(1), at=5), speech.Finish()]
    for value in said:
        one.say(value)
    assert [await other.hear() for _ in said] == said
    await one.close()
    with pytest.raises(ConnectionError):
        await other.hear()
    await other.close()
    with pytest.raises(ConnectionError):
        other.say(ORDER)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(frame(ORDER, epoch=EPOCH - 1), "of epoch 2", id="of a process before"),
        pytest.param(frame(ORDER) + frame(ORDER), "message 1 came as number 2", id="twice"),
        pytest.param(frame(ORDER) + frame(ORDER, number=3), "message 3 came as number 2", id="one missing"),
        pytest.param((FRAME_MAX + 1).to_bytes(4, "big"), "bytes", id="absurdly long"),
        pytest.param(b"\0\0\0\2\xc1\xc1", "unreadable", id="no message"),
        pytest.param(frame(ORDER)[:4] + bytes(len(frame(ORDER)) - 4), "unreadable", id="zeros"),
    ],
)
async def test_a_line_that_lies_is_broken(data: bytes, words: str) -> None:
    async with a_line() as (raw, channel):
        raw.write(data)
        with pytest.raises(ChannelBrokenError, match=words):
            for _ in range(2):
                assert await channel.hear() == ORDER


@pytest.mark.parametrize("cut", [0, 1, 3, 4, 20])
async def test_a_line_that_ends_within_a_message_ends(cut: int) -> None:
    async with a_line() as (raw, channel):
        raw.write(frame(ORDER)[:cut])
        raw.write_eof()
        with pytest.raises(ConnectionError):
            await channel.hear()
