"""Says messages to sessions, and lets the faults of the script happen to them on the way."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from robo_trader.simulation.gateway.protocol.account_messages import ErrorMessage
from robo_trader.simulation.gateway.protocol.frames import LENGTH_BYTES
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.order_messages import NextValidId
from robo_trader.simulation.gateway.protocol.writing import write_message
from robo_trader.simulation.gateway.server.fault_book import FaultBook
from robo_trader.simulation.gateway.server.faults import MESSAGE_FAULTS, Fault, FaultKind
from robo_trader.simulation.gateway.server.frame_log import FrameLog
from robo_trader.simulation.gateway.server.session import Session

_OF_MESSAGES = MESSAGE_FAULTS | {FaultKind.SAY, FaultKind.CLOSE, FaultKind.BLACK_HOLE}

CallLater = Callable[[float, Callable[[], None]], object]  # seconds from now, and what to do then


class Outgoing:
    """The way from desks to clients."""

    def __init__(self, faults: FaultBook, log: FrameLog, *, clock: Callable[[], int], call_later: CallLater) -> None:
        """clock: the simulated market's time, UTC nanoseconds."""
        self._faults = faults
        self._log = log
        self._clock = clock
        self._call_later = call_later
        self._elsewhere: list[Fault] = []

    def say(self, session: Session, message: Message) -> None:
        """Say a message, or what the faults make of it."""
        faults = {fault.kind: fault for fault in self._faults.at_message(type(message).__name__, session.shown_id)}
        self._elsewhere += [fault for kind, fault in faults.items() if kind not in _OF_MESSAGES]
        if not faults:
            self._put(session, write_message(message, session.version))
            return
        if rollback := faults.get(FaultKind.ROLLBACK):
            message = _rolled_back(message, rollback)
        if warning := faults.get(FaultKind.SAY):
            self.tell(session, warning)
        self._put_faultily(session, write_message(message, session.version), faults)

    def take_elsewhere(self) -> list[Fault]:
        """Return the faults that messages set off and that happen to more than them."""
        elsewhere, self._elsewhere = self._elsewhere, []
        return elsewhere

    def tell(self, session: Session, warning: Fault) -> None:
        """Say the error of a fault. No other fault happens to it."""
        error = ErrorMessage(about=-1, code=warning.code, text=warning.text)
        self._put(session, write_message(error, session.version))

    def _put_faultily(self, session: Session, payload: bytes, faults: dict[FaultKind, Fault]) -> None:
        if FaultKind.BLACK_HOLE in faults:
            session.is_black_hole = True
        if cut := faults.get(FaultKind.CUT):
            self._log.note("out", session.shown_id, self._clock(), payload[: max(0, cut.bytes - LENGTH_BYTES)])
            session.put_part(payload, cut.bytes)
        if FaultKind.CUT in faults or FaultKind.CLOSE in faults:
            session.must_close = True
        elif delay := faults.get(FaultKind.DELAY):
            self._call_later(delay.seconds, partial(self._put, session, payload))
        elif FaultKind.DROP not in faults:
            self._put(session, payload)
        if FaultKind.DUPLICATE in faults:
            self._put(session, payload)

    def _put(self, session: Session, payload: bytes) -> None:
        if session.hears() and not session.must_close:
            self._log.note("out", session.shown_id, self._clock(), payload)
            session.put(payload)


def _rolled_back(message: Message, fault: Fault) -> Message:
    if isinstance(message, NextValidId):
        return replace(message, order_id=max(1, message.order_id - fault.by))
    return message
