"""What becomes of open orders when the program ends. What is wanted is wanted on, and ordered at the next start."""

from robo_trader.core.domain.commands import CancelOrder
from robo_trader.core.domain.events import OrderUpdated
from robo_trader.core.domain.orders import OrderPurpose
from robo_trader.core.domain.shutdown import OpenOrders, ShutdownBegun
from robo_trader.core.engine.account import Account


def shut_down(event: ShutdownBegun, account: Account) -> None:
    """Ask for the end of open orders if that is wanted; protective ones rest on."""
    if event.orders is OpenOrders.LEAVE:
        return
    at = event.occurred_at
    for order in list(account.orders.open.values()):
        if order.intent.purpose is not OrderPurpose.PROTECTION and not order.cancel_requested:
            account.events.append(OrderUpdated(order=account.orders.request_cancel(order.order_id, at=at)))
            account.commands.append(CancelOrder(order_id=order.order_id, occurred_at=at))
