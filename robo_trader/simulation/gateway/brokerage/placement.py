"""What clients ask of orders: place, change, cancel; and which order they mean by an id.

An order is known to its client by an id of the client's own, so (client, order id) names it on the wire; a permId
names it for ever.
"""

from typing import NamedTuple

from msgspec.structs import replace

from robo_trader.simulation.gateway.brokerage.contracts import ContractBook
from robo_trader.simulation.gateway.brokerage.margins import MarginDesk
from robo_trader.simulation.gateway.brokerage.order_checks import (
    ALREADY_FILLED,
    DUPLICATE,
    NO_CONTRACT,
    NO_PARENT,
    find_mismatch,
    find_refusal,
)
from robo_trader.simulation.gateway.brokerage.order_desk import OrderDesk
from robo_trader.simulation.gateway.brokerage.order_telling import BINDER, OrderTeller
from robo_trader.simulation.gateway.brokerage.orders import BrokerageOrder, Status
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import (
    Acknowledge,
    Amend,
    BrokerageState,
    Notice,
    Withdraw,
    make_appointment,
)
from robo_trader.simulation.gateway.protocol.order_messages import OpenOrder
from robo_trader.simulation.gateway.protocol.requests import PlaceOrder
from robo_trader.simulation.gateway.protocol.values import Contract, OrderTicket


class Desks(NamedTuple):
    """Whom a placement needs."""

    contracts: ContractBook
    orders: OrderDesk
    margins: MarginDesk
    teller: OrderTeller


class PlacementDesk:
    """Takes what clients ask of orders."""

    def __init__(self, settings: BrokerageSettings, state: BrokerageState, desks: Desks, outbox: Outbox) -> None:
        self._settings = settings
        self._state = state
        self._contracts, self._orders, self._margins, self._teller = desks
        self._outbox = outbox
        self._perm_ids = {
            (order.client_id, order.order_id): order.perm_id for order in state.orders.values() if order.order_id
        }  # those of sessions that are over stay, and find nothing

    def next_order_id(self, client_id: int) -> int:
        """Return an id that a client has not used."""
        return self._state.highest_ids.get(client_id, 0) + 1

    def find(self, client_id: int, order_id: int) -> BrokerageOrder | None:
        """Return the latest order that a client knows by an id."""
        perm_id = self._perm_ids.get((client_id, order_id))
        return None if perm_id is None else self._state.orders.get(perm_id)

    def place(self, client_id: int, request: PlaceOrder, at: int) -> None:
        """Place an order; with the id of one that works, change it; with `what_if`, only say what it would do."""
        order_id, ticket = request.order_id, request.ticket
        contract, known = self._contracts.find(request.contract), self.find(client_id, order_id)
        notice = NO_CONTRACT if contract is None else self.find_refusal(ticket, at)
        if notice is not None or contract is None:
            self._complain(client_id, order_id, notice or NO_CONTRACT)
        elif ticket.what_if:
            self._answer_what_if(client_id, order_id, contract, ticket)
        elif known is not None:
            self._change(known, contract, ticket, at)
        elif order_id < self.next_order_id(client_id):
            self._complain(client_id, order_id, DUPLICATE)
        else:
            self._accept(client_id, order_id, contract, ticket, at)

    def find_refusal(self, ticket: OrderTicket, at: int) -> Notice | None:
        """Return what is wrong with a ticket by itself, None for a sound one."""
        return find_refusal(ticket, self._settings, at)

    def place_by_hand(self, contract: Contract, ticket: OrderTicket, at: int) -> BrokerageOrder:
        """Place an order as a person at the screen does: no client's, until client 0 binds it."""
        order = self._enter(BINDER, 0, contract, replace(ticket, transmit=True), at)
        if self._state.binds:
            self.bind()
        make_appointment(self._state, at, Acknowledge(perm_id=order.perm_id))
        return order

    def cancel(self, client_id: int, order_id: int, at: int) -> None:
        """Ask for an order of the client's own to be canceled."""
        order = self.find(client_id, order_id)
        if order is None:
            text = f"OrderId {order_id} that needs to be cancelled is not found."
            self._complain(client_id, order_id, Notice(code=10147, text=text))
        elif order.is_over or order.status is Status.PENDING_CANCEL:
            text = f"OrderId {order_id} that needs to be cancelled cannot be cancelled, state: {order.status.value}."
            self._complain(client_id, order_id, Notice(code=10148, text=text))
        else:
            self._withdraw(order, at)

    def cancel_all(self, at: int) -> None:
        """Cancel every order of the account, whoever placed it."""
        for order in list(self._state.orders.values()):
            if not order.is_over and order.status is not Status.PENDING_CANCEL:
                self._withdraw(order, at)

    def bind(self) -> None:
        """Give orders placed by hand to client 0, each with an id below 0."""
        for order in self._state.orders.values():
            if not order.order_id and not order.is_over:
                order.order_id = self._state.next_bound_id
                self._perm_ids[order.client_id, order.order_id] = order.perm_id
                self._state.next_bound_id -= 1

    def bind_from_now_on(self, *, wanted: bool) -> None:
        """Bind orders placed by hand as they come, or cease to."""
        self._state.binds = wanted
        if wanted:
            self.bind()

    def _accept(self, client_id: int, order_id: int, contract: Contract, ticket: OrderTicket, at: int) -> None:
        parent = self.find(client_id, ticket.parent_id) if ticket.parent_id else None
        if ticket.parent_id and parent is None:
            self._complain(client_id, order_id, NO_PARENT)
            return
        if parent is not None and not ticket.oca_group:
            ticket = replace(ticket, oca_group=str(parent.perm_id))  # one leg that fills ends the other
        order = self._enter(client_id, order_id, contract, ticket, at)
        if parent is not None:
            order.parent_perm_id, parent.has_legs = parent.perm_id, True
        self._state.highest_ids[client_id] = order_id
        if ticket.transmit:
            self._transmit(order, at)

    def _enter(
        self, client_id: int, order_id: int, contract: Contract, ticket: OrderTicket, at: int
    ) -> BrokerageOrder:  # fmt: skip
        state = self._state
        order = BrokerageOrder(
            perm_id=state.next_perm_id, client_id=client_id, order_id=order_id, contract=contract, ticket=ticket,
            status=Status.PENDING_SUBMIT if ticket.transmit else Status.INACTIVE, placed_at=at,
            is_transmitted=ticket.transmit,
        )  # fmt: skip
        state.next_perm_id += 1
        state.orders[order.perm_id] = order
        if order_id:
            self._perm_ids[client_id, order_id] = order.perm_id
        return order

    def _transmit(self, order: BrokerageOrder, at: int) -> None:
        """Send an order on, and its relatives that waited for this."""
        for one in self._orders.family_of(order):
            if one is order or not (one.is_transmitted or one.is_over):
                one.is_transmitted = True
                one.move(Status.PENDING_SUBMIT)
                make_appointment(self._state, at + self._settings.answer_delay, Acknowledge(perm_id=one.perm_id))

    def _change(self, order: BrokerageOrder, contract: Contract, ticket: OrderTicket, at: int) -> None:
        notice = find_mismatch(order, contract.symbol, ticket)
        if order.is_over:
            notice = ALREADY_FILLED if order.status is Status.FILLED else DUPLICATE
        if notice is not None:
            self._teller.complain(order, notice)
        elif order.is_transmitted:
            amend = Amend(perm_id=order.perm_id, ticket=ticket)
            make_appointment(self._state, at + self._settings.answer_delay, amend)
        else:
            order.ticket = replace(ticket, oca_group=order.ticket.oca_group)
            if ticket.transmit:
                self._transmit(order, at)

    def _withdraw(self, order: BrokerageOrder, at: int) -> None:
        if not order.is_transmitted:
            self._orders.conclude(order, at, Status.API_CANCELED)
            return
        delay = self._settings.answer_delay
        if delay and order.status in {Status.PRE_SUBMITTED, Status.SUBMITTED}:
            order.move(Status.PENDING_CANCEL)
            self._teller.tell_status(order)
        make_appointment(self._state, at + delay, Withdraw(perm_id=order.perm_id))

    def _answer_what_if(self, client_id: int, order_id: int, contract: Contract, ticket: OrderTicket) -> None:
        imagined = BrokerageOrder(
            perm_id=0, client_id=client_id, order_id=order_id, contract=contract, ticket=ticket,
            status=Status.PRE_SUBMITTED, placed_at=0,
        )  # fmt: skip
        answer = OpenOrder(
            order_id=order_id, client_id=client_id, perm_id=0, contract=contract, ticket=self._teller.echo(ticket),
            state=self._margins.what_if(imagined),
        )  # fmt: skip
        self._outbox.say(client_id, answer)

    def _complain(self, client_id: int, order_id: int, notice: Notice) -> None:
        self._outbox.complain(client_id, order_id, notice.code, notice.text)
