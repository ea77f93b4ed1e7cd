"""A real web server on a free port of this machine, in a thread, and a browser's two ways to talk to it."""

import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from robo_trader.web.protocol import SERVER_MESSAGE, SUBPROTOCOL
from robo_trader.web.server import Address, WebServer
from robo_trader.web.settings import WebSettings
from tests.fakes.projections import FakeProjections

START_SECONDS_MAX = 15
UNSAFE = {"x-robo-trader": "1", "content-type": "application/json"}

StartServer = Callable[..., "RunningServer"]


@dataclass
class RunningServer:
    """A server that answers."""

    projections: FakeProjections
    server: WebServer
    addresses: "queue.Queue[Address]"
    thread: threading.Thread
    failures: list[BaseException] = field(default_factory=list)
    code: str = ""

    @property
    def port(self) -> int:
        return self.server.settings.port

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    @contextmanager
    def visitor(self) -> Iterator[httpx.Client]:
        """Yield a client without session."""
        with httpx.Client(base_url=self.origin, timeout=10, trust_env=False) as client:
            yield client

    def current_code(self) -> str:
        """Return the code announced last."""
        while not self.addresses.empty():
            self.code = self.addresses.get().code
        return self.code

    @contextmanager
    def member(self) -> Iterator[httpx.Client]:
        """Yield a client that is logged in."""
        with self.visitor() as client:
            assert self.log_in(client).status_code == 200
            yield client

    def log_in(self, client: httpx.Client, code: str | None = None) -> httpx.Response:
        headers = UNSAFE | {"origin": self.origin}
        return client.post("/api/v1/session", json={"code": code or self.current_code()}, headers=headers)

    def log_out(self, client: httpx.Client) -> httpx.Response:
        return client.delete("/api/v1/session", headers=UNSAFE | {"origin": self.origin})

    def next_code(self) -> str:
        """Wait for the announcement of another code, and keep it."""
        self.code = self.addresses.get(timeout=START_SECONDS_MAX).code
        return self.code

    @contextmanager
    def socket(
        self,
        client: httpx.Client | None,
        *,
        origin: str | None = "",
        host: str = "",
        subprotocol: str | None = SUBPROTOCOL,
        receive_buffer: int | None = None,
    ) -> Iterator[ClientConnection]:
        """Yield a WebSocket with the cookies of a client; the origin is the page's own if not given."""
        raw = socket.socket()
        if receive_buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.connect(("127.0.0.1", self.port))
        cookies = "; ".join(f"{name}={value}" for name, value in (client.cookies if client else {}).items())
        with connect(
            f"ws://{host or self.host}/ws/v1",
            sock=raw,
            origin=None if origin is None else Origin(origin or self.origin),
            subprotocols=None if subprotocol is None else [Subprotocol(subprotocol)],
            additional_headers={"cookie": cookies} if cookies else {},
            compression=None,
            max_queue=None if receive_buffer is None else 1,
            open_timeout=10,
            close_timeout=1,
        ) as connection:
            yield connection

    def stop(self) -> None:
        self.server.stop()
        self.thread.join(timeout=START_SECONDS_MAX)
        assert not self.thread.is_alive()


def start_server(
    settings: WebSettings, projections: FakeProjections, *, engine_alive: "list[bool] | None" = None
) -> RunningServer:
    """Return a server that answers already. `engine_alive` holds what is said of the engine, to be changed."""
    addresses: queue.Queue[Address] = queue.Queue()
    alive = engine_alive if engine_alive is not None else [True]
    server = WebServer(lambda: projections, settings, engine_alive=lambda: alive[0], announce=addresses.put_nowait)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            server.run()
        except BaseException as error:  # noqa: BLE001 - handed to the test that looks
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    running = RunningServer(projections, server, addresses, thread, failures)
    running.next_code()
    return running


def receive(connection: ClientConnection, *, timeout: float = 5.0) -> dict[str, Any]:
    """Return the next frame, which must be one of the protocol."""
    text = connection.recv(timeout=timeout)
    assert isinstance(text, str)
    SERVER_MESSAGE.validate_json(text)
    frame: dict[str, Any] = json.loads(text)
    return frame


def receive_type(connection: ClientConnection, kind: str, *, timeout: float = 5.0) -> dict[str, Any]:
    """Return the next frame of a type, skipping others."""
    while True:
        frame = receive(connection, timeout=timeout)
        if frame["type"] == kind:
            return frame


def subscribe(connection: ClientConnection, *topics: str, hz: int = 10, **more: object) -> None:
    """Ask for topics."""
    send(connection, {"type": "sub", "ref": 1, "topics": topics, "hz": hz, **more})


def send(connection: ClientConnection, message: object) -> None:
    """Send a message."""
    connection.send(json.dumps(message))
