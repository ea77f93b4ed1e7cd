"""What is said of an order, and to whom: its owner, client 0 where it was bound by hand, and the master client."""

from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.money import ZERO
from robo_trader.simulation.gateway.brokerage.orders import BrokerageOrder, Status
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import Notice
from robo_trader.simulation.gateway.protocol.order_messages import CompletedOrder, OpenOrder, OrderStatusMessage
from robo_trader.simulation.gateway.protocol.values import OrderState, OrderTicket

BINDER = 0  # the client that orders placed by hand belong to


class OrderTeller:
    """Speaks of orders."""

    def __init__(self, settings: BrokerageSettings, outbox: Outbox) -> None:
        self._settings = settings
        self._outbox = outbox

    def audience(self, order: BrokerageOrder) -> set[int]:
        """Return who hears of an order as things happen to it."""
        heard_by = {order.client_id} if order.order_id else set()
        return heard_by | self.masters()

    def execution_audience(self, order: BrokerageOrder | None) -> set[int]:
        """Return who hears of an execution: of one nobody placed here, the client that orders by hand belong to."""
        return ({BINDER} if order is None or not order.order_id else {order.client_id}) | self.masters()

    def masters(self) -> set[int]:
        """Return the clients that see everything."""
        master = self._settings.master_client_id
        return set() if master is None else {master}

    def tell(self, order: BrokerageOrder) -> None:
        """Say what an order is: the order first, its status after it."""
        self._outbox.say_all(self.audience(order), self.open_order(order))
        self.tell_status(order)

    def tell_status(self, order: BrokerageOrder) -> None:
        """Say how far an order is."""
        self._outbox.say_all(self.audience(order), order_status(order))

    def complain(self, order: BrokerageOrder, notice: Notice) -> None:
        """Send its owner an error about an order."""
        if order.order_id:
            self._outbox.complain(order.client_id, order.order_id, notice.code, notice.text)

    def open_order(self, order: BrokerageOrder) -> OpenOrder:
        """Return an order as it is; its commission once that is known and the order is filled."""
        is_charged = order.status is Status.FILLED and order.commission > ZERO
        state = OrderState(
            status=order.status.value,
            commission=order.commission if is_charged else None,
            commission_currency="USD" if is_charged else "",
            completed_status=order.completed_status,
        )
        return OpenOrder(
            order_id=order.order_id,
            client_id=order.client_id,
            perm_id=order.perm_id if order.is_acknowledged or order.is_refused else 0,
            contract=order.contract,
            ticket=self.echo(order.ticket),
            state=state,
        )

    def completed_order(self, order: BrokerageOrder, completed_time: str) -> CompletedOrder:
        """Return an order that is over."""
        return CompletedOrder(
            perm_id=order.perm_id,
            contract=order.contract,
            ticket=self.echo(order.ticket),
            state=OrderState(
                status=order.status.value, completed_time=completed_time, completed_status=order.completed_status
            ),
            filled=order.filled,
            parent_perm_id=order.parent_perm_id,
        )

    def echo(self, ticket: OrderTicket) -> OrderTicket:
        """Return a ticket as the server repeats it: with its account."""
        return replace(ticket, account=self._settings.account, tif=ticket.tif or "DAY")


def order_status(order: BrokerageOrder) -> OrderStatusMessage:
    """Return how far an order is."""
    claimed: Decimal = order.ticket.quantity if order.claims_filled else order.filled
    return OrderStatusMessage(
        order_id=order.order_id,
        client_id=order.client_id,
        perm_id=order.perm_id if order.is_acknowledged or order.is_refused else 0,
        parent_id=order.ticket.parent_id,
        status=order.status.value,
        filled=claimed,
        remaining=max(ZERO, order.ticket.quantity - claimed),
        average_price=order.average_price,
        last_price=order.last_price,
        why_held=order.why_held,
    )
