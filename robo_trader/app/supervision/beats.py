"""What the engine tells its supervisor, one line of JSON each: first a greeting, then beats."""

from enum import Enum

import msgspec
from msgspec import Struct


class Phase(Enum):
    """What the engine is about."""

    STARTING = "STARTING"  # it plays its journal again, connects, warms up: its loop may stand still for long
    TRADING = "TRADING"
    STOPPING = "STOPPING"  # it was asked to end
    ENDED = "ENDED"  # in order


class Greeting(Struct, frozen=True, kw_only=True, tag=True):
    """Who beats, and how the supervisor is to deal with it. Times in seconds."""

    database: str
    log_level: str
    log_format: str
    freeze_seconds: float
    start_seconds: float
    stop_seconds: float
    restart_seconds: float
    deaths_max: int
    window_seconds: float
    ping_url: str | None
    ping_seconds: float


class Beat(Struct, frozen=True, kw_only=True, tag=True):
    """The engine's loop has turned."""

    phase: Phase
    trading_state: str | None  # None until it is known


Told = Greeting | Beat
_DECODER = msgspec.json.Decoder(Told)


def encode_line(told: Told) -> bytes:
    """Return a line. It is shorter than what a pipe takes whole or not at all."""
    return msgspec.json.encode(told) + b"\n"


class LineReader:
    """Puts lines together from what a pipe gives."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Told]:
        """Return what was told by whole lines so far. A line that cannot be read is a bug, and raises."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [_DECODER.decode(line) for line in lines]
