"""Joins one web server: projections in, an ASGI application out. No globals; every call makes another server."""

import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from logging import getLogger
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from robo_trader import __version__
from robo_trader.core.domain.errors import JournalError
from robo_trader.web import refusals
from robo_trader.web.access import LockOut, LoginCode, Sessions
from robo_trader.web.clock import SystemWebClock, WebClock
from robo_trader.web.gate import Gate
from robo_trader.web.hub import Hub
from robo_trader.web.live_loops import LiveLoops
from robo_trader.web.live_socket import serve_socket
from robo_trader.web.reader import ProjectionsFactory, ProjectionsReader
from robo_trader.web.refusals import Refusal, Refused
from robo_trader.web.rest import routes
from robo_trader.web.security_headers import SecurityHeaders
from robo_trader.web.session_file import SessionFile
from robo_trader.web.settings import WebSettings
from robo_trader.web.site import Site, cookie_name
from robo_trader.web.static_files import BuiltPage
from robo_trader.web.watcher import Watcher, new_boot_id

_log = getLogger(__name__)

_BY_STATUS = {404: refusals.NOT_FOUND, 405: refusals.BAD_METHOD}
Answer = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def create_app(
    projections_factory: ProjectionsFactory,
    settings: WebSettings,
    *,
    engine_alive: Callable[[], bool],
    show_code: Callable[[str], None],
    on_failure: Callable[[], None],
    clock: WebClock | None = None,
) -> FastAPI:
    """Return the application of one server.

    projections_factory: called in a thread of ours, once for each of two threads and again after a failure;
        raises JournalError while there is nothing to read.
    settings: with the port the server really has, which the Host and Origin checks need.
    engine_alive: whether an engine runs on this journal; may block, is asked once a second.
    show_code: gets the login code, and every later one when it is spent; must show it to the operator only.
    on_failure: called when the server cannot go on and should be stopped.
    """
    site = _join(projections_factory, settings, engine_alive, show_code, clock or SystemWebClock())
    app = GuardedApp(
        guard=_guard(site),
        title="robo_trader",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(site, on_failure),
        exception_handlers=_answers(),
    )
    app.include_router(routes(site))
    _add_socket(app, site)
    _add_page(app, site)
    return app


class GuardedApp(FastAPI):
    """An application behind a guard that also covers the answers FastAPI itself gives to failures.

    What `add_middleware` adds lies inside of those: a 500 would leave without security headers.
    """

    def __init__(self, *, guard: Callable[[ASGIApp], ASGIApp], **settings: Any) -> None:  # noqa: ANN401
        super().__init__(**settings)
        self._guard = guard

    def build_middleware_stack(self) -> ASGIApp:
        """Return FastAPI's own stack inside the guard."""
        return self._guard(super().build_middleware_stack())


def _guard(site: Site) -> Callable[[ASGIApp], ASGIApp]:
    settings = site.settings

    def guard(app: ASGIApp) -> ASGIApp:
        gate = Gate(
            app,
            scheme=settings.scheme,
            hosts=own_hosts(settings),
            traffic=settings.traffic,
            clock=site.clock,
        )
        return SecurityHeaders(gate, tls=settings.tls is not None)

    return guard


def own_hosts(settings: WebSettings) -> list[str]:
    """Return the Host headers this server answers to."""
    literal = f"[{settings.host}]" if ":" in settings.host else settings.host
    names = dict.fromkeys((literal, "127.0.0.1", "localhost", "[::1]"))
    hosts = [f"{name}:{settings.port}" for name in names]
    is_default_port = settings.port == (80 if settings.tls is None else 443)
    return [*hosts, *names] if is_default_port else hosts


def _join(
    factory: ProjectionsFactory,
    settings: WebSettings,
    engine_alive: Callable[[], bool],
    show_code: Callable[[str], None],
    clock: WebClock,
) -> Site:
    hub = Hub(new_boot_id(), settings.hub)
    live_reader = ProjectionsReader(factory, "live")
    watcher = Watcher(
        live_reader,
        hub,
        engine_alive=engine_alive,
        clock=clock,
        quiet_after_seconds=settings.quiet_after_seconds,
    )
    return Site(
        settings=settings,
        clock=clock,
        hub=hub,
        watcher=watcher,
        live_reader=live_reader,
        history_reader=ProjectionsReader(factory, "history"),
        code=LoginCode(settings.access, now=clock.monotonic(), show=show_code),
        sessions=Sessions(settings.access, _session_file(settings)),
        lock_out=LockOut(settings.access),
        page=BuiltPage(settings.static_folder),
        cookie=cookie_name(settings),
    )


def _session_file(settings: WebSettings) -> SessionFile | None:
    return None if settings.sessions_file is None else SessionFile(settings.sessions_file)


def _lifespan(site: Site, on_failure: Callable[[], None]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loops = LiveLoops(site, on_failure)
        await loops.start()
        try:
            yield
        finally:
            await loops.stop()
            await site.live_reader.close()
            await site.history_reader.close()

    return lifespan


def _add_socket(app: FastAPI, site: Site) -> None:
    async def live(websocket: WebSocket) -> None:
        await serve_socket(websocket, site)

    app.add_api_websocket_route("/ws/v1", live)


def _add_page(app: FastAPI, site: Site) -> None:
    async def page(request: Request) -> Response:
        answer = site.page.answer(request.scope["path"])
        if answer is None:
            raise Refused(refusals.NOT_FOUND)
        return answer

    app.add_route("/{path:path}", page, methods=["GET"], include_in_schema=False)


def _answers() -> dict[int | type[Exception], Answer]:
    return {
        Refused: _answer_refused,
        HTTPException: _answer_http_error,
        RequestValidationError: _answer_bad_request,
        JournalError: _answer_no_journal,
        Exception: _answer_failure,
    }


async def _answer_refused(_: Request, error: Refused) -> Response:
    return error.refusal.response(headers=error.headers)


async def _answer_http_error(_: Request, error: HTTPException) -> Response:
    refusal = _BY_STATUS.get(error.status_code)
    if refusal is None:
        refusal = Refusal(error.status_code, "REFUSED", "The request was refused.")
    return refusal.response()


async def _answer_bad_request(_: Request, _error: Exception) -> Response:
    return refusals.BAD_REQUEST.response()  # without the input: it may hold a code


async def _answer_no_journal(_: Request, _error: Exception) -> Response:
    return refusals.NO_JOURNAL.response()


async def _answer_failure(_: Request, error: Exception) -> Response:
    error_id = secrets.token_hex(4)
    _log.error("request failed, id %s", error_id, exc_info=error)
    return refusals.FAILED.response(error_id=error_id)
