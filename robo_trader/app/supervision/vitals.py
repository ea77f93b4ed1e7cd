"""The engine's sign of life in a file beside its database, for whoever watches from outside.

Written anew at every beat, whole or not at all, and by nobody but the holder of the writer's lock. `beats` grows while
the engine lives: a reader goes by its own clock since it grew last, and never compares two clocks.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from robo_trader.app.supervision.beats import Phase


class Vitals(Struct, frozen=True, kw_only=True):
    """Who trades, where, and how far it has come."""

    host: str
    pid: int
    supervisor_pid: int | None  # None where nobody keeps the engine
    epoch: int  # under which it writes its journal; 0 until it has one
    beats: int
    phase: Phase
    trading_state: str | None
    at: int  # UTC ns, for people
    start_seconds: float  # how long it may be silent while it starts
    arguments: tuple[str, ...]  # of its command line, with which it is started again
    directory: str  # in which it was started


def vitals_file(database: Path) -> Path:
    """Return where the engine of a session leaves its sign of life."""
    return database.with_name(f"{database.name}.heartbeat")


def write_vitals(database: Path, vitals: Vitals) -> None:
    """Replace what stands there. Raises OSError. It need not outlive a crash of the machine: no engine does."""
    path = vitals_file(database)
    half = path.with_name(f".{path.name}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(vitals))
    half.replace(path)


def read_vitals(database: Path) -> Vitals | None:
    """Return what stands there, None if nothing does that can be read."""
    try:
        return msgspec.json.decode(vitals_file(database).read_bytes(), type=Vitals)
    except (OSError, msgspec.DecodeError):
        return None
