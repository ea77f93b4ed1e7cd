"""Permission to trade real money, on its way from a person to a session: one small file for each account.

`robo-trader arm` writes it and a live session reads it, at its start and for as long as it runs. Whatever is wrong with
the file means: not armed. It is no secret and proves nobody's identity; who can write as the user who trades can
also trade. It is there so that no configuration, no script and no restart alone ever trades real money.
"""

import os
import stat
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from robo_trader.app.places import sessions_directory
from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.domain.errors import DataError, InvalidConfig, JournalUnwritable
from robo_trader.core.market.sessions import SessionTable

_SIZE_MAX = 4_096  # bytes; a sound file has less than 200

log = structlog.get_logger()


class Arming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person has permitted. Times are UTC ns, of the wall's clock."""

    account: str
    actor: str
    armed_at: int
    expires_at: int


class NotArmed(InvalidConfig):
    """A live session was to begin, and nobody has allowed it to trade real money now."""


class ArmingFile:
    """The file of one account."""

    def __init__(self, environment: Mapping[str, str], account: str, sessions: SessionTable) -> None:
        """sessions: of the exchange; none of its sessions is armed beyond its end."""
        self.account = account
        self.path = sessions_directory(environment).with_name("arming") / f"{account}.json"
        self._sessions = sessions

    def write(self, arming: Arming) -> None:
        """Put an arming in place of any before it, whole or not at all. Raises JournalUnwritable."""
        half = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            half.unlink(missing_ok=True)
            half.touch(mode=0o600, exist_ok=False)
            with half.open("wb") as file:
                file.write(msgspec.json.encode(arming))
                file.flush()
                os.fsync(file.fileno())
            half.rename(self.path)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def remove(self) -> bool:
        """Take the permission back; return whether there was a file. Raises JournalUnwritable."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _unwritable(self.path, error) from error
        return True

    def read(self, *, now: int) -> Arming | str:
        """Return the arming that is valid now, or in words why there is none. now: UTC ns."""
        try:
            raw = _read_own(self.path)
        except FileNotFoundError:
            return f"nobody has armed {self.account}"
        except OSError as error:
            return f"{self.path} cannot be read: {error.strerror}"
        if isinstance(raw, str):
            return f"{self.path} {raw}"
        try:
            arming = msgspec.json.decode(raw, type=Arming)
        except msgspec.DecodeError as error:
            return f"{self.path} is no arming: {error}"
        return self._fault(arming, now) or arming

    def latest_expiry(self, at: int) -> int:
        """Return the end of the session that is under way, or else of the next one. Raises DataError."""
        session = self._sessions.next_to_close(at)
        if session is None:
            raise DataError(
                f"the exchange's calendar ends before {moment_of(at)}", next_step="Start the program again."
            )
        return session.closes_at

    def _fault(self, arming: Arming, now: int) -> str:
        """Return in words why an arming is not valid; empty if it is."""
        if arming.account != self.account:
            return f"{self.path} is of account {arming.account:.40}"
        if not (arming.actor.strip() and arming.actor.isprintable()):
            return f"{self.path} does not say who armed it"
        if arming.armed_at > now:
            return f"{self.path} was written at a time to come: look at the clock"
        session = self._sessions.next_to_close(arming.armed_at)
        if session is None:
            return "the exchange's calendar ends before it was armed: start the program again"
        if not 0 < arming.armed_at < arming.expires_at <= session.closes_at:
            return f"{self.path} would be valid beyond the end of its session"
        return f"the arming expired at {moment_of(arming.expires_at)}" if now >= arming.expires_at else ""


class ArmingWatch:
    """Looks at an account's arming while a session runs, and tells each change once."""

    def __init__(self, file: ArmingFile, *, clock: Callable[[], int] = time.time_ns) -> None:
        """clock: the wall's, UTC ns. A person's permission ends by it, whatever day a rehearsal plays."""
        self._file = file
        self._clock = clock
        self._told: tuple[int, str, str] | None = None

    def demand(self) -> None:
        """Raise NotArmed if nothing is permitted now."""
        found = self._file.read(now=self._clock())
        if isinstance(found, str):
            raise NotArmed(
                f"live trading is not armed: {found}",
                next_step=f"Arm it in a terminal: robo-trader arm --account {self._file.account}",
            )

    def look(self, *, at: int) -> ArmingChanged | None:
        """Return what has changed since the last look; at first, how it stands. at: the market's time, UTC ns."""
        found = self._file.read(now=self._clock())
        armed = isinstance(found, Arming)
        told = (found.expires_at, found.actor, _allowed(found)) if isinstance(found, Arming) else (0, "", found)
        if told == self._told:
            return None
        self._told = told
        expires_at, actor, reason = told
        tell = log.warning if armed else log.error
        tell("live trading is armed" if armed else "live trading is not armed: no entry leaves", reason=reason)
        return ArmingChanged(
            account=self._file.account, expires_at=expires_at, actor=actor, reason=reason, occurred_at=at
        )


def moment_of(nanos: int) -> str:
    """Return a time for people, to the second, UTC."""
    return datetime.fromtimestamp(nanos // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _allowed(arming: Arming) -> str:
    return f"{arming.actor} allowed it until {moment_of(arming.expires_at)}"


def _read_own(path: Path) -> bytes | str:
    """Return a file's bytes, or in words why it is not one that its owner alone could have written."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return "is no file"
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            return "may be read or written by others than who trades"
        raw = file.read(_SIZE_MAX + 1)
    return raw if len(raw) <= _SIZE_MAX else "is too long"


def _unwritable(path: Path, error: OSError) -> JournalUnwritable:
    return JournalUnwritable(
        f"{path} cannot be changed: {error.strerror}", next_step="Do it as the user who runs the session."
    )
