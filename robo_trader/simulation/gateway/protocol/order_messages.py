"""What the server says of orders and executions."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.simulation.gateway.protocol.values import Contract, Execution, OrderState, OrderTicket


class NextValidId(Struct, frozen=True, kw_only=True, gc=False):
    """The next order id that is free."""

    order_id: int


class OpenOrder(Struct, frozen=True, kw_only=True, gc=False):
    """An order as it is, to who may see it."""

    order_id: int
    client_id: int
    perm_id: int
    contract: Contract
    ticket: OrderTicket
    state: OrderState


class OpenOrderEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All open orders were told."""


class OrderStatusMessage(Struct, frozen=True, kw_only=True, gc=False):
    """How far an order is."""

    order_id: int
    client_id: int
    perm_id: int
    parent_id: int
    status: str
    filled: Decimal
    remaining: Decimal
    average_price: Decimal
    last_price: Decimal
    why_held: str = ""


class CompletedOrder(Struct, frozen=True, kw_only=True, gc=False):
    """An order that ended; has neither order id nor client id."""

    perm_id: int
    contract: Contract
    ticket: OrderTicket
    state: OrderState
    filled: Decimal
    parent_perm_id: int = 0


class CompletedOrdersEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All completed orders were told."""


class ExecutionDetails(Struct, frozen=True, kw_only=True, gc=False):
    """One execution: -1 as it happens, else in answer to a request."""

    request_id: int
    contract: Contract
    execution: Execution


class ExecutionDetailsEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All executions were told."""

    request_id: int


class CommissionReport(Struct, frozen=True, kw_only=True, gc=False):
    """What an execution cost. `realised` is None for an opening trade."""

    exec_id: str
    commission: Decimal
    currency: str = "USD"
    realised: Decimal | None = None
