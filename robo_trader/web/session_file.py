"""Keeps sessions over a restart of the server, so that an open page comes back by itself.

The web process may be killed and started again at any time; asking everybody for a new code each time would
teach people to leave codes lying about. The file holds hashes of tokens, never tokens: who reads it cannot
log in with it. It is written whole beside the old one and then takes its place.
"""

import os
import stat
from collections.abc import Iterable
from logging import getLogger
from pathlib import Path

import msgspec

_log = getLogger(__name__)


class StoredSession(msgspec.Struct, frozen=True, array_like=True):
    """One session: hash of its token; when it started and was last used, epoch milliseconds."""

    token_hash: bytes
    started_at: int
    used_at: int


class SessionFile:
    """A file that only its owner may read and write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> list[StoredSession]:
        """Return what was stored; nothing if the file is missing, malformed, or open to other users."""
        try:
            if self._is_open_to_others():
                _log.warning("sessions not loaded: other users may write %s", self._path)
                return []
            return msgspec.json.decode(self._path.read_bytes(), type=list[StoredSession])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("sessions not loaded: %s", error)
            return []

    def store(self, sessions: Iterable[StoredSession]) -> None:
        """Replace what is stored. A full disk costs a login after the next restart, nothing more."""
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(msgspec.json.encode(list(sessions)))
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("sessions not stored: %s", error)

    def _is_open_to_others(self) -> bool:
        mode = self._path.stat().st_mode
        return os.name == "posix" and bool(stat.S_IMODE(mode) & 0o077)
