"""Starts the web server on this machine and tells where it is and how to get in."""

import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace

import uvicorn

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.web.app import create_app
from robo_trader.web.reader import ProjectionsFactory
from robo_trader.web.settings import WebSettings
from robo_trader.web.uvicorn_protocols import BoundedHttp, DroppingWebSocket

SHUTDOWN_SECONDS_MAX = 3
HEADER_BYTES_MAX = 16 * 1024
SEND_BUFFER_BYTES = 128 * 1024  # the system would grow it to megabytes of old news for a page that stalls


class PortTaken(InvalidConfig):
    """Somebody else listens on the port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server listens, and the login code that is good now. To be shown to the operator only."""

    scheme: str
    host: str
    port: int
    code: str

    @property
    def url(self) -> str:
        """The address of the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/"

    @property
    def login_url(self) -> str:
        """The address that logs in. The code is a fragment: browsers send those to nobody."""
        return f"{self.url}#code={self.code}"

    def __repr__(self) -> str:
        return f"Address({self.url})"  # without the code, should it end in a log


class WebServer:
    """A server whose port is taken from the start. `run` blocks; `stop` may be called from any thread.

    announce: called once the server answers, and again whenever a spent login code is replaced.
    Making one raises PortTaken if the port is.
    """

    def __init__(
        self,
        projections_factory: ProjectionsFactory,
        settings: WebSettings,
        *,
        engine_alive: Callable[[], bool],
        announce: Callable[[Address], None],
    ) -> None:
        self._announce = announce
        self._code = ""
        self._answers = False
        self._has_failed = False
        self._socket = _bound_socket(settings)
        self.settings = replace(settings, port=self._socket.getsockname()[1])
        app = create_app(
            projections_factory,
            self.settings,
            engine_alive=engine_alive,
            show_code=self._show_code,
            on_failure=self._fail,
        )
        self._server = _AnnouncingServer(_uvicorn_config(app, self.settings), self._started)

    def run(self) -> None:
        """Serve until stopped. Raises RuntimeError if the server had to give itself up."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
        if self._has_failed:
            raise RuntimeError("the web server gave itself up; the log says why")

    def stop(self) -> None:
        """Ask the server to end."""
        self._server.should_exit = True

    def _fail(self) -> None:
        self._has_failed = True
        self.stop()

    def _show_code(self, code: str) -> None:
        self._code = code
        if self._answers:
            self._tell()

    def _started(self) -> None:
        self._answers = True
        self._tell()

    def _tell(self) -> None:
        settings = self.settings
        address = Address(scheme=settings.scheme, host=settings.host, port=settings.port, code=self._code)
        self._announce(address)


class _AnnouncingServer(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start()


def _bound_socket(settings: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        refusal = PortTaken if error.errno == errno.EADDRINUSE else InvalidConfig
        raise refusal(
            f"port {settings.port} on {settings.host} cannot be used: {error.strerror}",
            next_step="Choose another port, or 0 for a free one.",
        ) from error
    # Connections inherit both. asyncio would set the second one itself, were the socket's protocol spelled out.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _uvicorn_config(app: object, settings: WebSettings) -> uvicorn.Config:
    tls = settings.tls
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        loop="asyncio",
        http=BoundedHttp,
        ws=DroppingWebSocket,
        ws_max_size=settings.traffic.frame_bytes_max,
        ws_per_message_deflate=False,  # only this machine is served: it would cost time and save nothing
        h11_max_incomplete_event_size=HEADER_BYTES_MAX,
        lifespan="on",
        log_config=None,  # whoever starts us decides where logs go; uvicorn's own would print every URL
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # the peer's address is the socket's, whatever headers say
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
        ssl_certfile=None if tls is None else str(tls.certificate),
        ssl_keyfile=None if tls is None else str(tls.key),
    )
