"""Whatever clients send, in whatever order, switchboard and brokerage go on, and the others are served."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings, Listing
from robo_trader.simulation.gateway.protocol.frames import PROLOGUE, FrameReader, frame
from robo_trader.simulation.gateway.server.disturbances import Disturbances
from robo_trader.simulation.gateway.server.fault_book import FaultBook
from robo_trader.simulation.gateway.server.faults import Fault
from robo_trader.simulation.gateway.server.frame_log import FrameLog
from robo_trader.simulation.gateway.server.outgoing import Outgoing
from robo_trader.simulation.gateway.server.session import Session
from robo_trader.simulation.gateway.server.switchboard import Clocks, Switchboard
from tests.builders import HOUR, OPEN, a_bar, a_session, a_slice, venue_settings
from tests.examples import examples
from tests.unit.simulation.gateway.protocol.test_hostile_bytes import GENUINE, mutated

TIME = frame(b"49\x001\0")


@dataclass(slots=True, eq=False)
class Wire:
    """The near end of a connection."""

    received: bytearray = field(default_factory=bytearray)
    is_closed: bool = False

    def write(self, data: bytes) -> None:
        assert not self.is_closed
        self.received += data

    def close(self) -> None:
        self.is_closed = True

    def heard(self) -> list[list[str]]:
        """Every message so far, as fields."""
        return [payload.decode().split("\0")[:-1] for payload in FrameReader(prologue=b"").feed(bytes(self.received))]


class World:
    """A switchboard with the brokerage behind it, and clocks that stand still until moved."""

    def __init__(self, *faults: Fault) -> None:
        self.at, self.now = OPEN, 0.0
        self.later: list[Callable[[], None]] = []
        listings = (Listing(symbol=Symbol("AAPL")),)
        sessions = SessionTable([a_session(day=day) for day in range(5)])
        self.brokerage = Brokerage(BrokerageSettings(venue=venue_settings(), sessions=sessions, listings=listings))
        book, log = FaultBook(faults), FrameLog()
        outgoing = Outgoing(book, log, clock=lambda: self.at, call_later=lambda _, act: self.later.append(act))
        self.switchboard = Switchboard(
            [self.brokerage],
            outgoing,
            Disturbances(book, outgoing, begun_at=0.0, do=str),
            log,
            clocks=Clocks(lambda: self.at, lambda: self.now),
            is_paced=False,
        )

    def client(self, client_id: int, version: int = 178) -> tuple[Session, Wire]:
        """A client that has started."""
        wire = Wire()
        session = self.switchboard.connect(wire)
        begin = PROLOGUE + frame(f"v{version}..{version}".encode()) + frame(f"71\0002\000{client_id}\0\0".encode())
        self.switchboard.receive(session, begin)
        return session, wire

    def show_hour(self) -> None:
        bar = a_bar(started_at=self.at, ended_at=self.at + HOUR)
        self.at += HOUR
        self.switchboard.show(a_slice(bar, ended_at=self.at))


payloads_and_hours = st.lists(st.sampled_from(GENUINE) | mutated() | st.none(), max_size=15)  # None: an hour passes


@settings(max_examples=examples(150), deadline=None)
@given(payloads_and_hours, st.sampled_from([157, 170, 178, 178]))
def test_hostile_requests_harm_nobody_else(payloads: list[bytes | None], version: int) -> None:
    world = World()
    _, good = world.client(1)
    bad, _ = world.client(2, version)
    for payload in payloads:
        if payload is None:
            world.show_hour()
        else:
            world.switchboard.receive(bad, frame(payload))
    session, wire = world.client(3)
    world.switchboard.receive(session, TIME)
    assert wire.heard()[-1][0] == "49"
    assert not good.is_closed
    world.brokerage.book()


@settings(max_examples=examples(100))
@given(st.lists(st.binary(max_size=60), max_size=6))
def test_noise_on_a_line_ends_that_line_at_most(portions: list[bytes]) -> None:
    world = World()
    _, good = world.client(1)
    noisy = world.switchboard.connect(Wire())
    started, _ = world.client(2)
    for portion in portions:
        world.switchboard.receive(noisy, portion)
        world.switchboard.receive(started, portion)
    assert 1 in world.switchboard.clients() and not good.is_closed


def test_each_start_and_end_is_told_to_desks_once() -> None:
    world = World()
    session, _ = world.client(1)
    assert world.switchboard.clients() == [1]
    world.switchboard.disconnect(session)
    world.switchboard.disconnect(session)
    assert world.switchboard.clients() == []
    world.client(1)
    assert world.switchboard.clients() == [1]
