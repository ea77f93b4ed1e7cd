"""`robo-trader web`: the dashboard of one session, as a process of its own."""

import contextlib
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.adapters.storage.writer_lock import is_held
from robo_trader.app.logs import configure_logs, tell_dashboard
from robo_trader.app.settings import Settings
from robo_trader.web.server import Address, PortTaken, WebServer
from robo_trader.web.settings import Access, WebSettings

log = structlog.get_logger()


def web_command(settings: Settings, database: Path, *, as_child: bool) -> None:
    """Serve until stopped; as a child, until standard input closes, and tell the address as a line of JSON."""
    configure_logs(settings.monitoring.log_level, settings.monitoring.log_format)
    log_format = settings.monitoring.log_format

    def tell_person(address: Address) -> None:
        tell_dashboard(address.url, address.login_url, log_format=log_format)

    server = _server(settings, database, _tell_parent if as_child else tell_person)
    if as_child:
        threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):  # stopped by its user, which is no error
        server.run()


def _server(settings: Settings, database: Path, announce: Callable[[Address], None]) -> WebServer:
    try:
        return _build(_web_settings(settings, database, settings.web.port), database, announce)
    except PortTaken:
        log.warning("the dashboard's port is taken; using a free one", port=settings.web.port)
        return _build(_web_settings(settings, database, 0), database, announce)


def _build(settings: WebSettings, database: Path, announce: Callable[[Address], None]) -> WebServer:
    return WebServer(
        lambda: SqlProjections(database), settings, engine_alive=lambda: is_held(database), announce=announce
    )


def _web_settings(settings: Settings, database: Path, port: int) -> WebSettings:
    web = settings.web
    code = None if web.login_code is None else web.login_code.get_secret_value()
    return WebSettings(
        host=web.host,
        port=port,
        sessions_file=database.with_name(database.name + ".logins"),
        access=Access(fixed_code=code, session_idle_seconds=web.session_idle_minutes * 60.0),
    )


def _tell_parent(address: Address) -> None:
    sys.stdout.write(json.dumps({"url": address.url, "login_url": address.login_url}) + "\n")
    sys.stdout.flush()


def _stop_with_parent(server: WebServer) -> None:
    sys.stdin.read()
    server.stop()
