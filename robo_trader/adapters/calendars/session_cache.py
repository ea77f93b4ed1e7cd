"""Keeps the exchange's sessions in a file, because asking the calendar package costs most of a second at every start.

The file's name says what it holds and of which release of the package; its first bytes are a digest of the rest. A file
that is missing, foreign or damaged is made anew, and one that cannot be written is done without.
"""

import contextlib
import os
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import msgspec

from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.market.sessions import SessionTable

DIGEST_BYTES = 16


def cached_sessions(first: str, last: str, directory: Path) -> SessionTable:
    """Return what `load_sessions(first, last)` returns, from a file in `directory` if it holds that.

    Raises DataError as `load_sessions` does.
    """
    path = directory / f"XNYS-{first}-{last}-{version('exchange_calendars')}.sessions"
    sessions = _read(path)
    if sessions is None:
        table = load_sessions(first, last)
        _write(path, table.sessions)
        return table
    return SessionTable(sessions)


def _read(path: Path) -> list[TradingSession] | None:
    try:
        stored = path.read_bytes()
        digest, body = stored[:DIGEST_BYTES], stored[DIGEST_BYTES:]
        if digest != _digest(body):
            return None
        return msgspec.msgpack.decode(body, type=list[TradingSession])
    except (OSError, msgspec.DecodeError):
        return None


def _write(path: Path, sessions: tuple[TradingSession, ...]) -> None:
    body = msgspec.msgpack.encode(sessions)
    part = path.with_name(f"{path.name}.{os.getpid()}")  # renamed when whole, so that nobody reads half of it
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(_digest(body) + body)
        part.replace(path)


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=DIGEST_BYTES).digest()
