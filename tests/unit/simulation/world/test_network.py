"""The pretend network: a stream keeps its order, whatever happens to it, and ends where it is cut."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from robo_trader.simulation.world.loop import WorldLoop
from robo_trader.simulation.world.network import Connection, Network
from robo_trader.simulation.world.processes import Process

ADDRESS = ("127.0.0.1", 4002)
Act = Callable[[Connection], None]


class Listener(asyncio.Protocol):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard = b""
        self.ended = False

    def data_received(self, data: bytes) -> None:
        self.heard += data

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.ended = True


def talk(act: Act, *, seed: int = 1, killed: bool = False) -> tuple[Listener, Listener, float]:
    """Say a hundred words to a server and let something happen after the fifth; return both ends."""
    ends: list[Listener] = []

    def make() -> Listener:
        ends.append(Listener())
        return ends[-1]

    loop = WorldLoop(seed)
    network = Network(loop, seed)

    async def speak() -> None:
        transport, _ = await loop.create_connection(make, *ADDRESS)
        assert isinstance(transport, asyncio.Transport)
        for number in range(100):
            if number == 5:
                connection = network.newest(f"{ADDRESS[0]}:{ADDRESS[1]}")
                assert connection is not None
                act(connection)
            transport.write(f"{number:03d}.".encode())
            await asyncio.sleep(0.01)
        await asyncio.sleep(60)

    async def main() -> None:
        server, client = Process("server"), Process("client")
        network.listen(ADDRESS, server, make)
        loop.spawn(client, speak())
        await asyncio.sleep(0.5)
        if killed:
            loop.kill(client)
        await asyncio.sleep(30)

    loop.run_until_complete(main())
    loop.close()
    client, server = ends
    return client, server, loop.time()


WORDS = "".join(f"{number:03d}." for number in range(100)).encode()


@pytest.mark.parametrize("seed", range(5))
def test_all_arrives_in_order(seed: int) -> None:
    client, server, _ = talk(lambda _: None, seed=seed)
    assert server.heard == WORDS
    assert not client.ended


@pytest.mark.parametrize("count", [0, 1, 4, 7])
def test_a_cut_lets_so_many_bytes_pass_and_both_hear_of_it(count: int) -> None:
    def cut(connection: Connection) -> None:
        connection.streams[0].cut_after = count

    client, server, _ = talk(cut)
    assert server.heard == WORDS[: 20 + count]
    assert client.ended
    assert server.ended


def test_on_a_half_open_line_nobody_hears_anything_until_the_server_gives_up() -> None:
    client, server, _ = talk(lambda connection: connection.go_half_open(10))
    assert len(server.heard) <= 20
    assert server.ended
    assert not client.ended


def test_a_stalled_line_brings_all_later() -> None:
    def stall(connection: Connection) -> None:
        connection.stalled_until = connection.loop.time() + 20

    _, server, _ = talk(stall)
    assert server.heard == WORDS


def test_who_is_killed_hangs_up() -> None:
    client, server, _ = talk(lambda _: None, killed=True)
    assert WORDS.startswith(server.heard)
    assert len(server.heard) < len(WORDS)
    assert server.ended
    assert not client.ended  # it is dead, and hears nothing


def test_where_nobody_listens_nobody_is_reached() -> None:
    async def connect(loop: WorldLoop) -> None:
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Listener, "127.0.0.1", 1)

    def run(main: Callable[[WorldLoop], Awaitable[None]]) -> None:
        loop = WorldLoop(1)
        Network(loop, 1)
        process = Process("alone")

        async def story() -> None:
            loop.spawn(process, main(loop))  # type: ignore[arg-type]
            await process.died.wait()

        loop.run_until_complete(story())
        loop.close()
        assert process.failure is None

    run(connect)
