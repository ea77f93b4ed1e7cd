"""The REST interface under `/api/v1`; what goes in and out stands in `rest_models.py`."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, Final, Protocol, TypeVar

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from starlette.requests import Request
from starlette.responses import Response

from robo_trader import __version__
from robo_trader.core.ports.projections import BarRow, Projections
from robo_trader.web import protocol, rows
from robo_trader.web.access import Session
from robo_trader.web.gate import source_of
from robo_trader.web.history import Slice, newest, newest_before, oldest
from robo_trader.web.refusals import LOCKED_OUT, NO_JOURNAL, NOT_FOUND, NOT_LOGGED_IN, WRONG_CODE, Refused
from robo_trader.web.rest_models import HealthInfo, Liveness, Login, Page, SessionInfo
from robo_trader.web.site import Site
from robo_trader.web.topics import TableRow

SEQ_MAX: Final = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=protocol.PAGE_ROWS_MAX)]
Bound = Annotated[int | None, Query(ge=0, le=SEQ_MAX)]
Symbol = Annotated[str, InPath(pattern=protocol.SYMBOL_PATTERN)]


class HasSeq(Protocol):
    """A row that knows which journal sequence last changed it."""

    @property
    def seq(self) -> int:
        """The journal sequence."""
        ...


Row = TypeVar("Row", bound=HasSeq)
ReadRows = Callable[..., Sequence[Row]]


def routes(site: Site) -> APIRouter:
    """Return the routes of one server."""
    router = APIRouter(prefix="/api/v1")
    in_session = Depends(_session_guard(site))
    router.add_api_route("/session", _who_am_i(site), methods=["GET"])
    router.add_api_route("/session", _log_in(site), methods=["POST"])
    router.add_api_route("/session", _log_out(site), methods=["DELETE"], status_code=204)
    router.add_api_route("/health", _health(site), methods=["GET"])
    router.add_api_route("/bars/{symbol}", _bars(site), methods=["GET"], dependencies=[in_session])
    for name, endpoint in _histories(site).items():
        router.add_api_route(f"/{name}", endpoint, methods=["GET"], dependencies=[in_session])
    return router


def _session_guard(site: Site) -> Callable[[Request], Coroutine[Any, Any, Session]]:
    async def find(request: Request) -> Session:
        session = site.session_of(request)
        if session is None:
            raise Refused(NOT_LOGGED_IN)
        return session

    return find


def _info(site: Site, session: Session) -> SessionInfo:
    idle, old = site.sessions.expirations(session)
    return SessionInfo(
        role="viewer",
        accounts=site.accounts,
        mode=site.mode,
        boot=site.hub.boot,
        assets=site.page.version,
        protocol=protocol.PROTOCOL_VERSION,
        server_version=__version__,
        idle_expires_at=min(idle, old),
        expires_at=old,
    )


def _who_am_i(site: Site) -> Callable[..., Coroutine[Any, Any, SessionInfo]]:
    async def who_am_i(session: Annotated[Session, Depends(_session_guard(site))]) -> SessionInfo:
        return _info(site, session)

    return who_am_i


def _log_in(site: Site) -> Callable[..., Coroutine[Any, Any, SessionInfo]]:
    async def log_in(login: Login, request: Request, response: Response) -> SessionInfo:
        now, source = site.clock.monotonic(), source_of(request.scope)
        wait = site.lock_out.seconds_left(source, now)
        if wait > 0:
            raise Refused(LOCKED_OUT, headers={"retry-after": str(round(wait) + 1)})
        if not site.code.redeem(login.code, now):
            site.lock_out.fail(source, now)
            raise Refused(WRONG_CODE)
        token, session = site.sessions.start(site.clock.wall_ms())
        set_cookie(response, site, token)
        return _info(site, session)

    return log_in


def set_cookie(response: Response, site: Site, token: str) -> None:
    """Hand the session to the browser. No Max-Age: it also ends with the browser."""
    secure = site.settings.tls is not None
    response.set_cookie(site.cookie, token, path="/", httponly=True, samesite="strict", secure=secure)


def _log_out(site: Site) -> Callable[..., Coroutine[Any, Any, None]]:
    async def log_out(session: Annotated[Session, Depends(_session_guard(site))], response: Response) -> None:
        site.end_session(session)
        secure = site.settings.tls is not None
        response.delete_cookie(site.cookie, path="/", httponly=True, samesite="strict", secure=secure)

    return log_out


def _health(site: Site) -> Callable[..., Coroutine[Any, Any, Liveness | HealthInfo]]:
    async def health(request: Request) -> Liveness | HealthInfo:
        if site.session_of(request) is None:
            return Liveness()
        return HealthInfo(
            boot=site.hub.boot,
            server_version=__version__,
            now=site.clock.wall_ms(),
            connections=len(site.connections),
            columns=list(protocol.HEALTH_COLUMNS),
            rows=[list(row) for row in site.hub.tables["health"].rows()],
        )

    return health


def _bars(site: Site) -> Callable[..., Coroutine[Any, Any, Page]]:
    async def bars(symbol: Symbol, before: Bound = None, limit: Limit = protocol.PAGE_ROWS_MAX) -> Page:
        if site.watcher.session is None:
            raise Refused(NO_JOURNAL)
        if protocol.BARS_PREFIX + symbol not in site.hub.tables:
            raise Refused(NOT_FOUND)
        found = await site.history_reader.read(lambda p: _read_bars(p, symbol, before, limit))
        return _page(found, protocol.BAR_COLUMNS, rows.bar_row)

    return bars


def _read_bars(projections: Projections, symbol: str, before: int | None, limit: int) -> Slice[BarRow]:
    def read_newest(count: int) -> Sequence[BarRow]:
        return projections.bars(symbol, limit=count)

    return newest_before(
        read_newest,
        limit,
        before=SEQ_MAX if before is None else before,
        key=lambda bar: rows.milliseconds(bar.started_at),
    )


def _histories(site: Site) -> dict[str, Callable[..., Coroutine[Any, Any, Page]]]:
    return {
        "equity": _history(site, lambda p: p.equity, protocol.EQUITY_COLUMNS, rows.equity_row),
        "fills": _history(site, lambda p: p.fills, protocol.FILL_COLUMNS, rows.fill_row),
        "orders": _history(site, lambda p: p.orders, protocol.ORDER_EVENT_COLUMNS, rows.order_event_row),
        "violations": _history(site, lambda p: p.violations, protocol.VIOLATION_COLUMNS, rows.violation_row),
    }


def _history(
    site: Site,
    table: Callable[[Projections], ReadRows[Row]],
    columns: Sequence[str],
    on_wire: Callable[[Row], TableRow],
) -> Callable[..., Coroutine[Any, Any, Page]]:
    async def history(after: Bound = None, before: Bound = None, limit: Limit = protocol.PAGE_ROWS_MAX) -> Page:
        found = await site.history_reader.read(lambda p: read_history(table(p), after, before, limit))
        return _page(found, columns, on_wire)

    return history


def read_history(read: ReadRows[Row], after: int | None, before: int | None, limit: int) -> Slice[Row]:
    """Return a page of rows with sequences strictly between `after` and `before`, either of them open."""
    below = SEQ_MAX if before is None else before
    if after is None:
        return newest_before(lambda count: read(limit=count), limit, before=below, key=_seq)
    if before is None:
        return oldest(read(after=after), limit, key=_seq)
    return newest([row for row in read(after=after) if row.seq < below], limit, key=_seq)


def _seq(row: HasSeq) -> int:
    return row.seq


def _page(found: Slice[Any], columns: Sequence[str], on_wire: Callable[[Any], TableRow]) -> Page:
    return Page(columns=list(columns), rows=[list(on_wire(row)) for row in found.rows], more=found.more)
