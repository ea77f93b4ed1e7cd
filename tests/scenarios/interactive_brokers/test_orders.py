"""Orders through the real process and the real client library to the pretend gateway, over real sockets."""

from decimal import Decimal
from pathlib import Path

from robo_trader.core.domain.order_reports import (
    CommissionReported,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.execution.statement_schedule import EVERYTHING
from tests.broker_process import INSTALL, a_client
from tests.builders import an_intent
from tests.gateway_running import a_gateway


async def test_a_market_order_is_accepted_filled_and_charged_and_the_books_agree(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_client(gateway, tmp_path) as client:
        await client.place()
        accepted = await client.hear(OrderAccepted)
        gateway.show_hour(price=100.0)
        executed = await client.hear(OrderExecuted)
        charged = await client.hear(CommissionReported)
        [row] = gateway.server.book()["brokerage"]["executions"]
        told = (executed.execution_id, executed.quantity, executed.price)
        assert told == (row["exec_id"], Decimal(str(row["shares"])), Decimal(str(row["price"])))
        assert charged.commission == Decimal(row["commission"])
        [order] = gateway.server.book()["brokerage"]["orders"]
        assert (order["order_ref"], str(order["perm_id"])) == (f"{INSTALL}.1.1", accepted.broker_order_id)


async def test_a_limit_order_is_changed_and_canceled(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_client(gateway, tmp_path) as client:
        order = await client.place(intent=an_intent(limit=90))
        await client.hear(OrderAccepted)
        terms = order.intent.terms
        changed = type(terms)(quantity=terms.quantity + 10, limit_price=Decimal("91.5"))
        await client.broker.modify(order.order_id, changed, at=client.broker.now())
        assert (await client.hear(OrderModified)).terms == changed
        await client.broker.cancel(order.order_id, at=client.broker.now())
        assert (await client.hear(OrderCanceled)).order_id == order.order_id


async def test_what_waits_for_its_turn_is_canceled_without_ever_leaving(tmp_path: Path) -> None:
    """F40: of 200 orders at once 30 leave in the first second; cancels overtake the rest."""
    async with a_gateway() as gateway, a_client(gateway, tmp_path) as client:
        for order_id in range(1, 201):
            await client.place(order_id=order_id, intent=an_intent(limit=1))
        for order_id in range(1, 201):
            await client.broker.cancel(OrderId(order_id), at=client.broker.now())
        await client.hear(OrderCanceled, 200)
        assert sorted(one.order_id for one in client.only(OrderCanceled)) == list(range(1, 201))
        sent = [row["order_ref"] for row in gateway.server.book()["brokerage"]["orders"]]
        assert len(sent) == len(set(sent)) < 100
        assert {row["status"] for row in gateway.server.book()["brokerage"]["orders"]} <= {"Cancelled", "ApiCancelled"}


async def test_a_refused_order_is_rejected_with_its_reason(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_client(gateway, tmp_path) as client:
        gateway.show_hour(price=100.0)  # else nobody knows what it would cost
        await client.place(intent=an_intent(quantity=100_000))
        rejected = await client.hear(OrderRejected)
        assert rejected.reason.startswith("201")
        assert not client.only(OrderAccepted)


async def test_a_statement_tells_all(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_client(gateway, tmp_path) as client:
        await client.place()
        await client.hear(OrderAccepted)
        gateway.show_hour(price=100.0)
        await client.hear(CommissionReported)
        await client.place(order_id=2, intent=an_intent(limit=50))
        await client.hear(OrderAccepted, 2)
        await client.broker.request_statement(EVERYTHING, at=client.broker.now())
        statement = (await client.hear(StatementReceived)).statement
        book = gateway.server.book()["brokerage"]
        assert statement.is_whole
        assert [(str(one.symbol), one.quantity) for one in statement.positions or ()] == [
            (row["symbol"], Decimal(row["quantity"])) for row in book["positions"]
        ]
        assert statement.cash == Decimal(book["cash"]).quantize(Decimal("0.01"))
        assert [one.order_id for one in statement.open_orders or ()] == [2]
        assert [one.order_id for one in statement.completed_orders or ()] == [1]
        assert [one.execution_id for one in statement.executions or ()] == [
            row["exec_id"] for row in book["executions"]
        ]
