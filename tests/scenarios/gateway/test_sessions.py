"""The gateway's manners on the wire: versions, client ids, floods, and clients that are broken or hostile."""

import asyncio
import socket
import struct
from contextlib import AsyncExitStack

import pytest

from robo_trader.simulation.gateway.protocol.frames import PROLOGUE, frame
from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK, GatewaySettings, PortTaken
from robo_trader.simulation.gateway.server.switchboard import CLIENTS_MAX
from tests.gateway_running import ACCOUNT, RawClient, a_gateway, a_raw_client, until


@pytest.mark.parametrize(
    ("said", "answered"),
    [(b"v157..178", "178"), (b"v100..157", "157"), (b"v157..217 +PACEAPI", "178"), (b"v163..170", "170")],
)
async def test_the_highest_common_version_is_answered_in_two_fields(said: bytes, answered: str) -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as client:
        client.send(PROLOGUE + frame(said))
        assert await client.hear() == [answered, "20240304 09:30:00 EST"]


@pytest.mark.parametrize("said", [b"v100..156", b"v179..217", b"hello"])
async def test_a_client_of_another_time_is_closed(said: bytes) -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as client:
        client.send(PROLOGUE + frame(said))
        assert await client.hear() is None


async def test_nothing_is_served_before_start_api_and_then_the_accounts_come_first() -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as client:
        client.send(PROLOGUE + frame(b"v157..178"))
        assert len(await client.hear() or []) == 2
        client.say(49, 1)
        client.say(71, 2, 5, "")
        heard = [await client.hear() or [] for _ in range(5)]
        assert heard[0] == ["15", "1", ACCOUNT]
        assert heard[1][:2] == ["9", "1"]
        assert [message[3] for message in heard[2:]] == ["2104", "2106", "2158"]


async def test_bytes_may_come_one_by_one() -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as client:
        for byte in PROLOGUE + frame(b"v157..178"):
            client.send(bytes([byte]))
            await asyncio.sleep(0)
        assert await client.hear() is not None


async def test_a_client_id_in_use_is_refused_and_free_again_after_its_end() -> None:
    async with a_gateway() as gateway:
        async with a_raw_client(gateway.port) as first:
            await first.start(7)
            async with a_raw_client(gateway.port) as second:
                second.send(PROLOGUE + frame(b"v157..178"))
                second.say(71, 2, 7, "")
                assert (await second.hear_until("4"))[:4] == ["4", "2", "-1", "326"]
                assert await second.hears_the_end()
            first.say(49, 1)
            assert (await first.hear_until("49"))[0] == "49"
        await until(lambda: gateway.server.clients() == [])
        async with a_raw_client(gateway.port) as third:
            await third.start(7)


async def test_thirty_two_clients_and_not_one_more() -> None:
    async with a_gateway() as gateway, AsyncExitStack() as stack:
        for client_id in range(CLIENTS_MAX):
            await (await stack.enter_async_context(a_raw_client(gateway.port))).start(client_id)
        late = await stack.enter_async_context(a_raw_client(gateway.port))
        late.send(PROLOGUE + frame(b"v157..178"))
        late.say(71, 2, 99, "")
        assert await late.hears_the_end()
        assert gateway.server.clients() == list(range(CLIENTS_MAX))


async def test_garbage_ends_its_own_connection_only() -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as good:
        await good.start(1)
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100, PROLOGUE + b"\xff\xff\xff\xff"):
            async with a_raw_client(gateway.port) as bad:
                bad.send(garbage)
                assert await bad.hears_the_end()
        async with a_raw_client(gateway.port) as bad:
            bad.send(PROLOGUE + (5_000).to_bytes(4, "big"))  # much for somebody who has not started
            assert await bad.hears_the_end()
        async with a_raw_client(gateway.port) as bad:
            await bad.start(2)
            bad.send(b"\x7f\xff\xff\xff")
            assert await bad.hears_the_end()
        good.say(49, 1)
        assert await good.hear_until("49")


async def test_what_cannot_be_read_is_answered_and_the_session_goes_on() -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as client:
        await client.start(1)
        client.say(12345, 1)
        assert (await client.hear() or [])[:4] == ["4", "2", "-1", "505"]
        client.say(3, 11, "not", "an", "order")
        assert (await client.hear() or [])[:4] == ["4", "2", "11", "320"]
        client.send(frame(b""))
        assert (await client.hear() or [])[3] == "320"
        client.say(49, 1)
        assert (await client.hear() or [])[0] == "49"


async def test_a_flood_is_refused_and_its_sender_cut_off_in_the_end() -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as client:
        await client.start(1)
        codes: set[str] = set()
        while (heard := await _flood(client))[-1] is not None:
            codes |= {message[3] for message in heard if message is not None and message[0] == "4"}
        assert codes == {"100"}
        await until(lambda: gateway.server.clients() == [])


async def _flood(client: RawClient) -> list[list[str] | None]:
    """Ask sixty times at once; return the answers."""
    for _ in range(60):
        client.say(49, 1)
    return [await client.hear() for _ in range(60)]


async def test_nobody_is_refused_where_pacing_is_off() -> None:
    async with a_gateway(settings=GatewaySettings(is_paced=False)) as gateway, a_raw_client(gateway.port) as client:
        await client.start(1)
        for _ in range(200):
            client.say(49, 1)
        assert [(await client.hear() or [])[0] for _ in range(200)] == ["49"] * 200


async def test_a_client_that_does_not_read_is_cut_off_and_the_others_are_served() -> None:
    settings = GatewaySettings(is_paced=False, unsent_bytes_max=100_000)
    async with a_gateway(settings=settings) as gateway, a_raw_client(gateway.port) as good:
        await good.start(1)
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # before connecting: windows must not shrink
            deaf.connect((LOOPBACK, gateway.port))
            deaf.sendall(PROLOGUE + frame(b"v157..178") + frame(b"71\x002\x002\0\0"))
            await until(lambda: gateway.server.clients() == [1, 2])
            asking = asyncio.create_task(asyncio.to_thread(_ask_and_never_read, deaf))
            await until(lambda: gateway.server.clients() == [1])
            await asking
        good.say(49, 1)
        assert await good.hear_until("49")


def _ask_and_never_read(deaf: socket.socket) -> None:
    request = frame(b"9\x008\x001\x000\0AAPL\0STK\0\x000.0\0\0\0SMART\0\0USD\0\0\x000\0\0\0\0") * 10
    try:
        while True:
            deaf.sendall(request)
    except OSError:
        return


async def test_a_connection_that_never_starts_is_closed() -> None:
    settings = GatewaySettings(start_seconds_max=0.1)
    async with a_gateway(settings=settings) as gateway, a_raw_client(gateway.port) as client:
        client.send(PROLOGUE)
        assert await client.hear() is None


async def test_a_reset_connection_leaves_its_client_id() -> None:
    async with a_gateway() as gateway:
        peer = socket.create_connection((LOOPBACK, gateway.port))
        peer.sendall(PROLOGUE + frame(b"v157..178") + frame(b"71\x002\x002\0\0"))
        await until(lambda: gateway.server.clients() == [2])
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        await until(lambda: gateway.server.clients() == [])


async def test_a_taken_port_is_told() -> None:
    async with a_gateway() as gateway:
        with pytest.raises(PortTaken, match=str(gateway.port)):
            async with a_gateway(settings=GatewaySettings(port=gateway.port)):
                pass
