"""Serves the pretend Alpaca on a free port of this machine, from a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import uvicorn
from fastapi import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import QuoteArrived
from robo_trader.simulation.alpaca.app import create_app
from robo_trader.simulation.alpaca.desk import AlpacaDesk
from robo_trader.simulation.alpaca.faults import Faults
from robo_trader.simulation.alpaca.market_data import History
from robo_trader.simulation.alpaca.stream import UpdateStream

ANSWER_SECONDS_MAX = 30
SHUTDOWN_SECONDS_MAX = 3
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalKeys:
    """Keys of the pretend account. They open nothing else."""

    key_id: str = "PKLOCAL"
    secret_key: str = "local-secret"  # noqa: S105 - of a server on this machine that holds no money


class AlpacaServer:
    """Answers as Alpaca does until closed. What is done to it from outside is done in its thread, one by one."""

    def __init__(self, desk: AlpacaDesk, keys: LocalKeys | None = None, history: History | None = None) -> None:
        """history: the bars it gives, by timeframe."""
        self.keys = keys or LocalKeys()
        self.faults = Faults()
        self._desk = desk
        pair = (self.keys.key_id, self.keys.secret_key)
        self._stream = UpdateStream(self.faults, *pair)
        desk.tell = self._stream.tell
        app = create_app(desk, history or {}, self._stream, self.faults, pair, self._hang_up)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer takes 40 ms
        self.port: int = self._socket.getsockname()[1]
        self._server = _StartedServer(_configuration(app))
        self._thread = threading.Thread(target=self._run, name="pretend Alpaca", daemon=True)

    @property
    def url(self) -> str:
        """Where the REST API is; requests add the version."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def stream_url(self) -> str:
        """Where the stream is."""
        return f"ws://127.0.0.1:{self.port}/stream"

    def start(self) -> None:
        """Serve. Returns once requests are answered."""
        self._thread.start()
        if not self._server.answers.wait(ANSWER_SECONDS_MAX):
            raise TimeoutError("the pretend Alpaca did not start")

    def close(self) -> None:
        """Stop serving, and wait until all is closed."""
        self.close_streams()
        self._server.should_exit = True
        self._thread.join(ANSWER_SECONDS_MAX)

    def show(self, seen: BarSlice | QuoteArrived) -> None:
        """Let the market move."""
        self._do(lambda: self._desk.show(seen))

    def come_to(self, at: int) -> None:
        """Let time pass, to `at` UTC nanoseconds."""
        self._do(lambda: self._desk.come_to(at))

    def look(self, question: Callable[[AlpacaDesk], Result]) -> Result:
        """Ask the desk something."""
        return self._do(lambda: question(self._desk))

    def close_streams(self) -> None:
        """Close all streams of updates, as Alpaca does when it starts again."""
        self._do(self._stream.close_all)

    def listeners(self) -> int:
        """Return how many listen to updates."""
        return self._do(lambda: self._stream.listeners)

    def _do(self, call: Callable[[], Result]) -> Result:
        async def in_its_thread() -> Result:
            return call()

        loop = self._server.loop
        assert loop is not None, "start the server first"
        return asyncio.run_coroutine_threadsafe(in_its_thread(), loop).result(ANSWER_SECONDS_MAX)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
        self._socket.close()

    def _hang_up(self, request: Request) -> None:
        for connection in self._server.server_state.connections:
            if isinstance(connection, H11Protocol) and connection.client == tuple(request.client or ()):
                connection.transport.abort()


class _StartedServer(uvicorn.Server):
    """Says when it answers, and which loop it runs in."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.answers.set()


def _configuration(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        cast("Any", app), loop="asyncio", http=H11Protocol, ws="websockets-sansio", lifespan="off", log_config=None,
        log_level="critical", access_log=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
    )  # fmt: skip
