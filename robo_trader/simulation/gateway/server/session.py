"""One client's connection, and how far it has come: versions, then its client id, then requests."""

from dataclasses import dataclass, field
from typing import Protocol

from robo_trader.simulation.gateway.protocol.frames import FrameReader, frame
from robo_trader.simulation.gateway.server.pacing import Pacing

START_BYTES_MAX = 4_096  # of a frame, until the client has started: strangers get no memory


class Line(Protocol):
    """The connection below a session."""

    def write(self, data: bytes) -> None:
        """Send, or keep for sending; never waits."""

    def close(self) -> None:
        """End the connection once everything written is sent."""


@dataclass(slots=True, eq=False)
class Session:
    """A connection and what is known of its client."""

    line: Line
    reader: FrameReader = field(default_factory=lambda: FrameReader(bytes_max=START_BYTES_MAX))
    pacing: Pacing = field(default_factory=Pacing)
    version: int = 0  # 0: the client has not said which it speaks
    client_id: int | None = None  # None: not started
    paces_itself: bool = False  # asked the gateway to slow it down and not to refuse it
    is_open: bool = True
    is_black_hole: bool = False  # half-open on purpose: nothing is heard or sent any more
    must_close: bool = False

    def hears(self) -> bool:
        """Whether bytes of the client still count."""
        return self.is_open and not self.is_black_hole

    @property
    def shown_id(self) -> int:
        """The client id for logs and faults, -1 before there is one."""
        return -1 if self.client_id is None else self.client_id

    def put(self, payload: bytes) -> None:
        """Send a payload as a frame, unless nobody could receive it."""
        if self.hears():
            self.line.write(frame(payload))

    def put_part(self, payload: bytes, count: int) -> None:
        """Send so many bytes of a payload's frame, for a connection that is about to break."""
        if self.hears():
            self.line.write(frame(payload)[:count])
