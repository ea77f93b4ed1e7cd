"""A page that stops reading costs bounded memory, is cut in the end, and is never felt by its neighbour."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from robo_trader.web.hub import HubLimits
from tests.fakes.projections import FakeProjections
from tests.fakes.web_server import RunningServer, StartServer, receive_type, subscribe

SYMBOLS = 150
SECONDS_UNTIL_CUT_MAX = 25
NEIGHBOUR_SECONDS_MAX = 0.6  # twice the bound of the specification: the machine may be shared


@pytest.fixture
def busy(start: StartServer) -> Iterator[RunningServer]:
    """Yield a server whose engine changes every position many times a second."""
    server: RunningServer = start(hub=HubLimits(characters_max=40_000, undrained_seconds_max=2.0))
    stop = threading.Event()
    engine = threading.Thread(target=keep_changing, args=(server.projections, stop))
    engine.start()
    yield server
    stop.set()
    engine.join()


def keep_changing(projections: FakeProjections, stop: threading.Event) -> None:
    while not stop.wait(0.05):
        for index in range(SYMBOLS):
            projections.set_position(f"SYMBOL-{index}", projections.last_seq() + 1)


def test_a_stalled_reader_is_cut_while_its_neighbour_stays_live(busy: RunningServer) -> None:
    with (
        busy.member() as client,
        busy.socket(client) as neighbour,
        busy.socket(client, receive_buffer=4096) as stalled,
    ):
        for page in (stalled, neighbour):
            subscribe(page, "positions")
        gaps = gaps_until_alone(neighbour, client)
        assert max(gaps) < NEIGHBOUR_SECONDS_MAX
        with pytest.raises(ConnectionClosed):
            receive_type(stalled, "never")


def gaps_until_alone(neighbour: ClientConnection, client: httpx.Client) -> list[float]:
    """Read until the server counts one connection; return the seconds between the frames read."""
    gaps: list[float] = []
    until = time.monotonic() + SECONDS_UNTIL_CUT_MAX
    while client.get("/api/v1/health").json()["connections"] > 1:
        assert time.monotonic() < until, "the stalled reader was not cut"
        before = time.monotonic()
        for _ in range(10):
            receive_type(neighbour, "d")
            gaps.append(time.monotonic() - before)
            before = time.monotonic()
    return gaps
