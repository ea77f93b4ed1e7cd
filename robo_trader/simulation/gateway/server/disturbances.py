"""Faults that happen to sessions, requests and connections. Those that happen to messages: `outgoing`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from robo_trader.simulation.gateway.protocol.requests import Request
from robo_trader.simulation.gateway.server.fault_book import FaultBook
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from robo_trader.simulation.gateway.server.outgoing import Outgoing
from robo_trader.simulation.gateway.server.session import Session


class Disturbances:
    """What the script has done to the gateway so far. Times are real seconds of the caller's clock."""

    def __init__(
        self, faults: FaultBook, outgoing: Outgoing, *, begun_at: float, do: Callable[[Mapping[str, Any]], object]
    ) -> None:
        """do: has a desk do what a fault of that kind says."""
        self._do = do
        self._faults = faults
        self._outgoing = outgoing
        self._begun_at = begun_at
        self._refuses_until = begun_at
        self._linger_seconds = 0.0
        self._lingering_until: dict[int, float] = {}

    def arm(self, fault: Fault, now: float) -> None:
        """Add a fault to those of the script. Without a trigger it happens at the next look at the clock."""
        self._faults.arm(fault, elapsed=now - self._begun_at)

    def due(self, now: float) -> list[Fault]:
        """Return the faults whose time has come."""
        return self._faults.by_time(now - self._begun_at)

    def refuses(self, now: float) -> bool:
        """Whether connections are refused now."""
        return now < self._refuses_until

    def is_lingering(self, client_id: int, now: float) -> bool:
        """Whether the id counts as in use although its session has ended."""
        return now < self._lingering_until.get(client_id, now)

    def note_end(self, client_id: int, now: float) -> None:
        """A session has ended; its id lingers if the script wants it."""
        if self._linger_seconds:
            self._lingering_until[client_id] = now + self._linger_seconds

    def at_request(self, session: Session, request: Request) -> list[Fault]:
        """Return the faults that fire at a request."""
        return self._faults.at_message(type(request).__name__, session.shown_id)

    def strike(self, fault: Fault, sessions: Sequence[Session], now: float) -> None:
        """Let a fault happen to sessions; the caller ends those that must close."""
        match fault.kind:
            case FaultKind.SAY:
                for session in sessions:
                    self._outgoing.tell(session, fault)
            case FaultKind.CLOSE:
                _end_all(sessions)
            case FaultKind.BLACK_HOLE:
                for session in sessions:
                    session.is_black_hole = True
            case FaultKind.LINGER:
                self._linger_seconds = fault.seconds
            case FaultKind.REFUSE:
                self._refuses_until = now + fault.seconds
            case FaultKind.DO:
                self._do(fault.doing)
            case FaultKind.RESTART:
                self._refuses_until = now + fault.seconds
                _end_all(sessions)
            case _:
                assert fault.on, fault  # the rest happens to messages, or drops a request


def _end_all(sessions: Sequence[Session]) -> None:
    for session in sessions:
        session.must_close = True
