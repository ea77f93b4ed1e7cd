"""All that the brokerage remembers over a restart. Who is connected, and to what, it does not."""

from decimal import Decimal

from msgspec import Struct, field

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.simulation.gateway.brokerage.orders import BookedExecution, BrokerageOrder
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from robo_trader.simulation.venue.holdings import HoldingsState
from robo_trader.simulation.venue.venue import VenueState

FIRST_PERM_ID = 1_000_000_001


class Acknowledge(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A transmitted order reaches the venue."""

    perm_id: int


class Amend(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A change of a working order reaches the venue."""

    perm_id: int
    ticket: OrderTicket


class Withdraw(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """A cancel reaches the venue."""

    perm_id: int


class Charge(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """The commission of an execution becomes known."""

    exec_id: str


Deed = Acknowledge | Amend | Withdraw | Charge


class Appointment(Struct, frozen=True, kw_only=True, gc=False):
    """What is to happen at a time, UTC nanoseconds."""

    at: int
    deed: Deed


class Notice(Struct, frozen=True, kw_only=True, gc=False):
    """An error or advice as it goes over the wire."""

    code: int
    text: str


class Arming(Struct, kw_only=True):
    """What is to go otherwise than usual, and how often. See `doings`."""

    refusals: list[Notice] = field(default_factory=list)  # of the next orders
    advices: list[Notice] = field(default_factory=list)  # said of the next orders, which work all the same
    locates: int = 0  # next orders that are held for shares to borrow
    early_commissions: int = 0  # next executions whose commission is told before themselves
    clock_shift: int = 0  # nanoseconds that the clock it tells is ahead
    muted: dict[str, int] = field(default_factory=dict)  # next messages of a class that nobody gets to see


class BrokerageState(Struct, kw_only=True):
    """The books."""

    holdings: HoldingsState
    orders: dict[int, BrokerageOrder] = field(default_factory=dict)  # by permId; those over, of this session only
    executions: list[BookedExecution] = field(default_factory=list)  # of this session
    agenda: list[Appointment] = field(default_factory=list)  # in order of time
    arming: Arming = field(default_factory=Arming)
    next_perm_id: int = FIRST_PERM_ID
    next_execution: int = 1
    next_bound_id: int = -1  # for orders placed by hand, counted down
    binds: bool = False  # client 0 takes them as they come
    highest_ids: dict[int, int] = field(default_factory=dict)  # order ids used so far, by client
    renamed: list[tuple[str, str]] = field(default_factory=list)  # symbols, old and new
    opening_equity: Decimal = ZERO  # dollars, at the end of the session before
    opening_unrealised: dict[Symbol, Decimal] = field(default_factory=dict)  # dollars, then, by symbol
    now: int = 0
    venue: VenueState | None = None


def make_appointment(state: BrokerageState, at: int, deed: Deed) -> None:
    """Write down what is to happen; of two at the same time, the one written first goes first."""
    state.agenda.append(Appointment(at=at, deed=deed))
    state.agenda.sort(key=lambda one: one.at)
