"""What the gateway says of our orders, as the library decodes it."""

from datetime import UTC, datetime
from decimal import Decimal

from ib_async.contract import Contract
from ib_async.objects import CommissionReport, Execution
from ib_async.order import Order, OrderState

from robo_trader.adapters.brokers.interactive_brokers.tracking import OrderTracker, TrackedOrder
from robo_trader.core.domain.orders import OrderId, OrderIntent
from robo_trader.core.domain.reference_table import ReferenceTable
from tests.builders import an_intent

INSTALL = "0123abcd"
AT = datetime(2024, 3, 4, 15, 0, tzinfo=UTC)
PERM = 7_000
CLIENT = 1


def a_tracker(*orders: int, intent: OrderIntent | None = None) -> OrderTracker:
    """One that has sent these orders under these numbers."""
    table = ReferenceTable(install=INSTALL)
    tracker = OrderTracker(lambda: 1, table.read, client_id=CLIENT)
    for order_id in orders:
        table.note(OrderId(order_id), 1)
        sent = intent or an_intent(limit=100)
        tracker.know(TrackedOrder(OrderId(order_id), reference(order_id), sent, sent.terms, wire_id=order_id))
    return tracker


def reference(order_id: int) -> str:
    return f"{INSTALL}.1.{order_id}"


def stock(symbol: str = "AAPL") -> Contract:
    return Contract(secType="STK", symbol=symbol, exchange="SMART", currency="USD")


def shown(  # noqa: PLR0913 - a builder names every field once
    order_id: int = 1,
    *,
    named: str | None = None,
    quantity: int = 100,
    limit: float = 100.0,
    perm: int = PERM,
    client: int = CLIENT,
    action: str = "BUY",
) -> Order:
    """An order as an openOrder shows it."""
    return Order(
        orderId=order_id, permId=perm, clientId=client, action=action, orderType="LMT", totalQuantity=quantity,
        lmtPrice=limit, orderRef=reference(order_id) if named is None else named,
    )  # fmt: skip


def state(status: str) -> OrderState:
    return OrderState(status=status)


def an_execution(
    family: str = "00a1.0001.01", version: int = 1, *, order_id: int = 1, shares: float = 50, price: float = 100.0
) -> Execution:
    return Execution(
        execId=f"{family}.{version:02d}", time=AT, acctNumber="DU1", exchange="ISLAND", side="BOT", shares=shares,
        price=price, permId=PERM, clientId=CLIENT, orderId=order_id, orderRef=reference(order_id),
    )  # fmt: skip


def a_commission(family: str = "00a1.0001.01", version: int = 1, *, dollars: str = "0.35") -> CommissionReport:
    return CommissionReport(execId=f"{family}.{version:02d}", commission=float(Decimal(dollars)), currency="USD")
