"""A second port for tests and people: the frames that were seen, the desks' books, and faults and doings at will.

It has no login: it shows a pretend account and breaks pretend connections. It answers to names of this machine only,
so that no page of the web can make a browser ask.
"""

import asyncio
import contextlib
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any, Self

import uvicorn
from fastapi import Body, FastAPI, HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.simulation.gateway.server.faults import read_fault
from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK, GatewayServer, PortTaken

FRAMES_PER_ANSWER_MAX = 1_000


def create_app(server: GatewayServer) -> FastAPI:
    """Return the application that shows and disturbs the gateway."""
    app = FastAPI(title="robo-trader gateway control", docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])

    @app.get("/frames")
    async def frames(after: int = 0, limit: int = FRAMES_PER_ANSWER_MAX) -> list[dict[str, Any]]:
        """Frames with a higher number than `after`, oldest first."""
        return [
            {
                "number": seen.number,
                "direction": seen.direction,
                "client_id": seen.client_id,
                "at": seen.at,
                "fields": seen.fields(),
            }
            for seen in server.frames(after=after, limit=min(limit, FRAMES_PER_ANSWER_MAX))
        ]

    @app.get("/book")
    async def book() -> dict[str, Any]:
        """What each desk holds to be true, and who is connected."""
        return {"clients": server.clients()} | server.book()

    @app.post("/fault", status_code=204)
    async def fault(entry: Annotated[dict[str, Any], Body()]) -> None:
        """Let a fault happen: the fields of a script's [[fault]]."""
        try:
            server.inject(read_fault(entry))
        except InvalidConfig as error:
            raise _unprocessable(error) from error

    @app.post("/doing")
    async def doing(entry: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        """Let the broker do something: its name as `doing`, and the arguments of that."""
        try:
            return {"done": server.do(entry)}
        except InvalidConfig as error:
            raise _unprocessable(error) from error

    return app


def _unprocessable(error: InvalidConfig) -> HTTPException:
    return HTTPException(422, detail=f"{error}. {error.next_step}")


class ControlPort:
    """Serves the application from entry to exit, on this machine only."""

    def __init__(self, server: GatewayServer, port: int) -> None:
        """port: 0 takes a free one. Raises PortTaken."""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, port))
        except OSError as error:
            self._socket.close()
            raise PortTaken(f"the control port {port} is taken", next_step="Choose another.") from error
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(create_app(server), log_config=None, access_log=False, lifespan="off", ws="none")
        self._uvicorn = _QuietServer(config)
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to serve."""
        self._serving = asyncio.create_task(self._uvicorn.serve(sockets=[self._socket]))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, and wait until it has."""
        self._uvicorn.should_exit = True
        if self._serving is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._serving
        self._socket.close()


class _QuietServer(uvicorn.Server):
    """Leaves the signals to whoever started the gateway."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
