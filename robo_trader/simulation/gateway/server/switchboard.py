"""Sessions and desks: who is connected, who is asked, who is told. No socket and no clock of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from robo_trader.simulation.gateway.protocol.account_messages import ErrorMessage
from robo_trader.simulation.gateway.protocol.field_writing import local_time, write_fields
from robo_trader.simulation.gateway.protocol.frames import FRAME_BYTES_MAX, BadFrame, read_hello
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.reading import read_request
from robo_trader.simulation.gateway.protocol.requests import (
    Request,
    StartApi,
    UnknownRequest,
    UnreadableRequest,
)
from robo_trader.simulation.gateway.server.desk import Desk, MarketEvent
from robo_trader.simulation.gateway.server.disturbances import Disturbances
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from robo_trader.simulation.gateway.server.frame_log import FrameLog
from robo_trader.simulation.gateway.server.outgoing import Outgoing
from robo_trader.simulation.gateway.server.session import Line, Session

CLIENTS_MAX = 32
CONNECTIONS_MAX = 64  # those not started yet included

_FARM_NOTICES = (
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The pretend world's time, UTC nanoseconds, and real seconds. Neither goes back."""

    market: Callable[[], int]
    real: Callable[[], float]


class Switchboard:
    """Takes bytes of connections and events of the market; says what desks have to say, in order.

    Desks are told of each client by its id once it has started, and of its end exactly once.
    """

    def __init__(
        self,
        desks: Sequence[Desk],
        outgoing: Outgoing,
        disturbances: Disturbances,
        log: FrameLog,
        *,
        clocks: Clocks,
        is_paced: bool = True,
    ) -> None:
        """is_paced: refuse floods of requests."""
        self._desks = desks
        self._outgoing = outgoing
        self._disturbances = disturbances
        self._log = log
        self._clock = clocks.market
        self._now = clocks.real
        self._is_paced = is_paced
        self._connections: set[Session] = set()
        self._started: dict[int, Session] = {}
        self._is_flushing = False

    def connect(self, line: Line) -> Session:
        """Take a new connection; one too many, or one to be refused, is closed at once."""
        session = Session(line)
        if len(self._connections) >= CONNECTIONS_MAX or self._disturbances.refuses(self._now()):
            self._end(session)
        else:
            self._connections.add(session)
        return session

    def receive(self, session: Session, data: bytes) -> None:
        """Take bytes of a connection."""
        if not session.hears():
            return
        try:
            for payload in session.reader.feed(data):
                self._take(session, payload)
                if not session.hears():
                    return
        except BadFrame:
            self._end(session)

    def disconnect(self, session: Session) -> None:
        """The connection has ended by itself."""
        self._end(session)

    def show(self, event: MarketEvent) -> None:
        """Tell every desk that the market has moved, and the clients what follows."""
        for desk in self._desks:
            desk.show(event)
        self._flush()

    def tick(self) -> None:
        """Let time pass for the desks, and the faults happen whose time has come."""
        for desk in self._desks:
            desk.pass_time(self._clock())
        for fault in self._disturbances.due(self._now()):
            self._strike(fault, None)
        self._flush()

    def do(self, act: Callable[[], object]) -> object:
        """Let something happen at a desk, and tell the clients what follows. Returns what it returned."""
        result = act()
        self._flush()
        return result

    def end_all(self) -> None:
        """Close every connection."""
        for session in list(self._connections):
            self._end(session)

    def clients(self) -> list[int]:
        """Return the ids of the clients that have started."""
        return sorted(self._started)

    def end_unstarted(self, session: Session) -> None:
        """Close a connection that has not come to requests in all its time."""
        if session.client_id is None:
            self._end(session)

    def _take(self, session: Session, payload: bytes) -> None:
        self._log.note("in", session.shown_id, self._clock(), payload)
        if not session.version:
            self._greet(session, payload)
            return
        if session.client_id is None:
            request = read_request(payload, session.version)
            if isinstance(request, StartApi):  # nothing else is heard before
                self._start(session, request)
            return
        if self._is_paced and not session.paces_itself and not session.pacing.allows(self._now()):
            self._refuse_flood(session)
            return
        request = read_request(payload, session.version)
        faults = self._disturbances.at_request(session, request)
        for fault in faults:
            self._strike(fault, session)
        if session.hears() and not any(fault.kind is FaultKind.DROP for fault in faults):
            self._serve(session, session.client_id, request)
        self._end_if_wanted(session)

    def _greet(self, session: Session, payload: bytes) -> None:
        hello = read_hello(payload)
        version = hello.settle()
        if version is None:
            self._end(session)
            return
        session.version = version
        session.paces_itself = "+PACEAPI" in hello.options.split()
        # Exactly two fields, and nothing more until startApi: the official client throws away what comes with them.
        answer = write_fields([version, f"{local_time(self._clock()):%Y%m%d %H:%M:%S %Z}"])
        self._log.note("out", session.shown_id, self._clock(), answer)
        session.put(answer)

    def _start(self, session: Session, request: StartApi) -> None:
        client_id = request.client_id
        if client_id in self._started or self._disturbances.is_lingering(client_id, self._now()):
            self._tell(session, _error(-1, 326, "Unable to connect as the client id is already in use."))
            self._end(session)
            return
        if len(self._started) >= CLIENTS_MAX:
            self._end(session)
            return
        session.client_id = client_id
        session.reader.bytes_max = FRAME_BYTES_MAX
        self._started[client_id] = session
        for desk in self._desks:
            desk.attach(client_id, self._clock())
        self._flush()
        for code, text in _FARM_NOTICES:
            self._tell(session, _error(-1, code, text))

    def _refuse_flood(self, session: Session) -> None:
        self._tell(session, _error(-1, 100, "Max rate of messages per second has been exceeded."))
        if session.pacing.is_exhausted:
            self._end(session)

    def _serve(self, session: Session, client_id: int, request: Request) -> None:
        desk = next((desk for desk in self._desks if desk.serves(request)), None)
        if desk is not None:
            desk.handle(client_id, request, self._clock())
            self._flush()
        else:
            self._tell(session, _refusal(request))

    def _flush(self) -> None:
        """Say everything that desks have to say; also what they say because a session ends meanwhile."""
        if self._is_flushing:
            return
        self._is_flushing = True
        try:
            while waiting := [said for desk in self._desks for said in desk.take_messages()]:
                for client_id, message in waiting:
                    self._say(client_id, message)
        finally:
            self._is_flushing = False

    def _say(self, client_id: int, message: Message) -> None:
        session = self._started.get(client_id)
        if session is not None:  # else it has gone, and nobody hears it
            self._tell(session, message)

    def _tell(self, session: Session, message: Message) -> None:
        """Say it, with everything that the script lets happen because of it."""
        self._outgoing.say(session, message)
        for fault in self._outgoing.take_elsewhere():
            self._strike(fault, session)
        self._end_if_wanted(session)

    def _strike(self, fault: Fault, session: Session | None) -> None:
        """Let a fault happen: to the session that set it off, or to all it is meant for."""
        if session is None or fault.kind is FaultKind.RESTART:
            hit = [one for one in self._started.values() if fault.client_id in {None, one.client_id}]
        else:
            hit = [session]
        self._disturbances.strike(fault, hit, self._now())
        for one in hit:
            self._end_if_wanted(one)

    def _end_if_wanted(self, session: Session) -> None:
        if session.must_close:
            self._end(session)

    def _end(self, session: Session) -> None:
        if not session.is_open:
            return
        session.is_open = False
        session.line.close()
        self._connections.discard(session)
        if session.client_id is None:
            return
        del self._started[session.client_id]
        self._disturbances.note_end(session.client_id, self._now())
        for desk in self._desks:
            desk.detach(session.client_id, self._clock())
        self._flush()


def _error(about: int, code: int, text: str) -> ErrorMessage:
    return ErrorMessage(about=about, code=code, text=text)


def _refusal(request: Request) -> ErrorMessage:
    if isinstance(request, UnreadableRequest):
        return _error(request.about, 320, f"Error reading request. {request.reason}")
    if isinstance(request, UnknownRequest):
        return _error(-1, 505, f"Fatal Error: Unknown message id. {request.number}")
    about = getattr(request, "request_id", -1)
    return _error(about, 505, f"Fatal Error: Unknown message id. {type(request).__name__} is not served here")
