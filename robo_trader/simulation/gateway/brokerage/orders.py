"""An order as the brokerage has it, and the ways its status may go.

    Inactive      not transmitted yet, held while shares to borrow are looked for, or refused
    PendingSubmit transmitted, not acknowledged: nothing is said of it
    PreSubmitted  acknowledged, and held: a stop, a leg that sleeps, an order outside its hours
    Submitted     working, partly filled or not
    PendingCancel a cancel is on its way; can still fill
    Filled, Cancelled, ApiCancelled (before it was transmitted): over

`TRANSITIONS` is the table of what may follow what. A fill that comes after the end changes the shares filled, never
the status: brokers do that.
"""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.orders import OrderId
from robo_trader.simulation.gateway.brokerage.contracts import symbol_in
from robo_trader.simulation.gateway.protocol.values import Contract, Execution, OrderTicket


class Status(StrEnum):
    """Words of the wire."""

    PENDING_SUBMIT = "PendingSubmit"
    PRE_SUBMITTED = "PreSubmitted"
    SUBMITTED = "Submitted"
    PENDING_CANCEL = "PendingCancel"
    API_CANCELED = "ApiCancelled"
    CANCELED = "Cancelled"
    FILLED = "Filled"
    INACTIVE = "Inactive"

    __hash__ = str.__hash__


_S = Status
TRANSITIONS: dict[Status, frozenset[Status]] = {
    _S.PENDING_SUBMIT: frozenset({_S.PRE_SUBMITTED, _S.SUBMITTED, _S.INACTIVE, _S.CANCELED}),
    _S.PRE_SUBMITTED: frozenset({_S.SUBMITTED, _S.PENDING_CANCEL, _S.CANCELED, _S.FILLED, _S.INACTIVE}),
    _S.SUBMITTED: frozenset({_S.PRE_SUBMITTED, _S.PENDING_CANCEL, _S.CANCELED, _S.FILLED}),
    _S.PENDING_CANCEL: frozenset({_S.CANCELED, _S.FILLED}),
    _S.INACTIVE: frozenset({_S.PENDING_SUBMIT, _S.PRE_SUBMITTED, _S.SUBMITTED, _S.CANCELED, _S.API_CANCELED}),
    _S.API_CANCELED: frozenset(),
    _S.CANCELED: frozenset(),
    _S.FILLED: frozenset(),
}


class BrokerageOrder(Struct, kw_only=True):
    """An order and all that happened to it. Shares, dollars, UTC nanoseconds."""

    perm_id: int  # lasting, of all clients; also its id at the venue
    client_id: int
    order_id: int  # the client's own; 0: placed by hand
    contract: Contract
    ticket: OrderTicket  # as it works now
    status: Status
    placed_at: int
    parent_perm_id: int = 0
    has_legs: bool = False
    is_acknowledged: bool = False
    is_transmitted: bool = True
    is_refused: bool = False
    is_at_venue: bool = False
    why_held: str = ""
    filled_at_venue: Decimal = ZERO  # whatever became of those executions later
    asked: OrderTicket | None = None  # a change that is not answered yet
    filled: Decimal = ZERO
    value: Decimal = ZERO  # dollars filled
    last_price: Decimal = ZERO
    commission: Decimal = ZERO  # told so far
    claims_filled: bool = False  # its status says that all is filled, which is not so
    completed_at: int = 0
    completed_status: str = ""

    @property
    def venue_id(self) -> OrderId:
        """What the venue knows it by."""
        return OrderId(self.perm_id)

    @property
    def symbol(self) -> Symbol:
        """What it trades."""
        return symbol_in(self.contract)

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sale."""
        return 1 if self.ticket.action == "BUY" else -1

    @property
    def is_over(self) -> bool:
        """Whether it cannot fill any more."""
        return self.is_refused or self.status in {_S.FILLED, _S.CANCELED, _S.API_CANCELED}

    @property
    def remaining(self) -> Decimal:
        """Shares it may still fill."""
        return max(ZERO, self.ticket.quantity - self.filled)

    @property
    def average_price(self) -> Decimal:
        """Dollars a share of what is filled, 0 before; to a millionth."""
        return round_money(self.value / self.filled) if self.filled else ZERO

    def move(self, status: Status) -> None:
        """Take another status. A way that is not in the table is a bug."""
        assert status == self.status or status in TRANSITIONS[self.status], (self, status)
        self.status = status


class BookedExecution(Struct, kw_only=True):
    """An execution, what it cost, and what has become of it."""

    execution: Execution
    contract: Contract
    commission: Decimal
    realised: Decimal | None  # dollars, of what it closed
    is_replaced: bool = False  # a later version counts
    is_charged: bool = False  # its commission was told
