"""Who may look: login code, sessions, lock-out. The time is handed in, randomness comes from `secrets`.

The login code. 256 random bits, made anew at every start, shown once in the terminal and kept only as a hash.
It is good for three logins or twelve hours, whichever ends first: a user opens the page in two browsers, or
loses a cookie, and should not have to restart the server for that; but a code that lingers in a terminal's
scrollback or a browser's history should not stay a key for ever. When it is spent the server makes the next
one and shows it the same way, so nobody is locked out of a server that runs for weeks.

Sessions. The cookie holds 256 random bits, the server their hash. A session ends when idle, when too old and
when logged out. An open page answers heartbeats, which counts as use.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from robo_trader.web.session_file import SessionFile, StoredSession
from robo_trader.web.settings import Access

SECRET_BYTES: Final = 32
SOURCES_MAX: Final = 1_000
STORE_EVERY_MS: Final = 30_000


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()  # 256 random bits need no slow hash


class LoginCode:
    """The code that is good now. `show` is called with each new one, and is the only way to learn it."""

    def __init__(self, access: Access, *, now: float, show: Callable[[str], None]) -> None:
        self._access = access
        self._show = show
        self._hash = b""
        self._logins_left = 0
        self._expires_at = 0.0
        self.renew(now)

    def renew(self, now: float) -> None:
        """Replace the code; one that the operator has chosen is begun again."""
        code = self._access.fixed_code or secrets.token_urlsafe(SECRET_BYTES)
        self._hash = _hashed(code)
        self._logins_left = self._access.logins_per_code
        self._expires_at = now + self._access.code_valid_seconds
        self._show(code)

    def renew_if_expired(self, now: float) -> None:
        """Replace the code once its time is over."""
        if now >= self._expires_at:
            self.renew(now)

    def redeem(self, code: str, now: float) -> bool:
        """Whether the code is right and still good; one login is then used up."""
        right = hmac.compare_digest(_hashed(code), self._hash)
        if not right or now >= self._expires_at:
            return False
        if self._access.fixed_code is not None:
            return True
        self._logins_left -= 1
        if self._logins_left == 0:
            self.renew(now)
        return True


@dataclass(slots=True, eq=False)
class Session:
    """Somebody who is logged in. Times are epoch milliseconds, for they outlive the process."""

    started_at: int
    used_at: int
    revoked: bool = False


class Sessions:
    """The sessions by the hash of their token; kept in a file if there is one. `now` is epoch milliseconds."""

    def __init__(self, access: Access, file: SessionFile | None = None) -> None:
        self._access = access
        self._file = file
        self._stale_since: int | None = None  # since when the file does not say how fresh the sessions are
        stored = [] if file is None else file.load()
        self._sessions = {kept.token_hash: Session(started_at=kept.started_at, used_at=kept.used_at) for kept in stored}

    def start(self, now: int) -> tuple[str, Session]:
        """Return the token of a new session, and the session. The one idle longest makes room if need be."""
        if len(self._living(now)) >= self._access.sessions_max:
            min(self._living(now).values(), key=lambda session: session.used_at).revoked = True
        token = secrets.token_urlsafe(SECRET_BYTES)
        session = Session(started_at=now, used_at=now)
        self._sessions[_hashed(token)] = session
        self._store(now)
        return token, session

    def find(self, token: str, now: int) -> Session | None:
        """Return the living session of a token, and count this as use."""
        session = self._sessions.get(_hashed(token))
        if session is None or not self.is_alive(session, now):
            return None
        self.touch(session, now)
        return session

    def touch(self, session: Session, now: int) -> None:
        """Count something as use of a session that is alive."""
        if self.is_alive(session, now):
            session.used_at = now
            self._stale_since = self._stale_since or now

    def is_alive(self, session: Session, now: int) -> bool:
        """Whether a session is neither revoked, idle nor too old."""
        return not session.revoked and now < min(self.expirations(session))

    def expirations(self, session: Session) -> tuple[int, int]:
        """Return when the session idles out and when it is too old."""
        return (
            session.used_at + round(self._access.session_idle_seconds * 1000),
            session.started_at + round(self._access.session_seconds * 1000),
        )

    def revoke(self, session: Session, now: int) -> None:
        """End a session now, for this process and the next."""
        session.revoked = True
        self._store(now)

    def store_if_stale(self, now: int) -> None:
        """Write down what was used when, if that has changed for a while."""
        if self._stale_since is not None and now - self._stale_since >= STORE_EVERY_MS:
            self._store(now)

    def _living(self, now: int) -> dict[bytes, Session]:
        return {token_hash: s for token_hash, s in self._sessions.items() if self.is_alive(s, now)}

    def _store(self, now: int) -> None:
        self._sessions = self._living(now)
        self._stale_since = None
        if self._file is not None:
            self._file.store(
                StoredSession(token_hash, session.started_at, session.used_at)
                for token_hash, session in self._sessions.items()
            )


class LockOut:
    """Counts wrong codes by source. A source that is locked out is refused whatever it brings."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._failures: dict[str, list[float]] = {}

    def seconds_left(self, source: str, now: float) -> float:
        """Return how long a source is still locked out, 0 if it is not."""
        recent = self._recent(source, now)
        if len(recent) < self._access.failures_max:
            return 0.0
        return recent[-1] + self._access.lockout_seconds - now

    def fail(self, source: str, now: float) -> None:
        """Count a wrong code."""
        recent = self._recent(source, now)
        self._failures.pop(source, None)
        self._failures[source] = [*recent, now][-self._access.failures_max :]
        if len(self._failures) > SOURCES_MAX:
            del self._failures[next(iter(self._failures))]

    def _recent(self, source: str, now: float) -> list[float]:
        return [at for at in self._failures.get(source, []) if now - at < self._access.lockout_seconds]
