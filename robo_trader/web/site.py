"""Everything one server is made of, joined once by `app.py` and handed to whoever answers."""

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from robo_trader.web.access import LockOut, LoginCode, Session, Sessions
from robo_trader.web.clock import WebClock
from robo_trader.web.hub import Hub, Viewer
from robo_trader.web.protocol import CloseCode
from robo_trader.web.reader import ProjectionsReader
from robo_trader.web.settings import WebSettings
from robo_trader.web.static_files import BuiltPage
from robo_trader.web.watcher import Watcher


@dataclass(slots=True, kw_only=True)
class Site:
    """The parts of one server. `connections` are the open sockets, with the session each belongs to."""

    settings: WebSettings
    clock: WebClock
    hub: Hub
    watcher: Watcher
    live_reader: ProjectionsReader
    history_reader: ProjectionsReader
    code: LoginCode
    sessions: Sessions
    lock_out: LockOut
    page: BuiltPage
    cookie: str
    connections: dict[Viewer, Session] = field(default_factory=dict)

    @property
    def accounts(self) -> list[str]:
        """The accounts shown, none as long as the journal cannot be read."""
        session = self.watcher.session
        return [] if session is None else [session.account]

    @property
    def mode(self) -> str | None:
        """PAPER or LIVE, None as long as the journal cannot be read."""
        session = self.watcher.session
        return None if session is None else session.mode

    @property
    def feeds(self) -> dict[str, str]:
        """The feed of each symbol, in order of symbols; none as long as the journal cannot be read."""
        session = self.watcher.session
        return {} if session is None else dict(sorted(session.feeds.items()))

    def session_of(self, connection: HTTPConnection) -> Session | None:
        """Return the living session whose cookie a request carries."""
        token = connection.cookies.get(self.cookie, "")
        return self.sessions.find(token, self.clock.wall_ms())

    def end_session(self, session: Session) -> None:
        """Revoke a session and end its open sockets at once."""
        self.sessions.revoke(session, self.clock.wall_ms())
        self.end_dead_connections()

    def end_dead_connections(self) -> None:
        """End the sockets whose session has idled out, grown too old or been revoked."""
        now = self.clock.wall_ms()
        for viewer, session in self.connections.items():
            if not self.sessions.is_alive(session, now):
                viewer.close(CloseCode.LOGIN)


def cookie_name(settings: WebSettings) -> str:
    """Return the name of the session cookie.

    Cookies know no ports: the port in the name keeps two servers on one machine from logging each other out.
    Under TLS the prefix makes browsers refuse one that was set without Secure, or for another path.
    """
    prefix = "__Host-" if settings.tls is not None else ""
    return f"{prefix}robo_session_{settings.port}"
