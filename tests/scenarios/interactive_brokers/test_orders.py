"""Orders through the real process and the real client library to the pretend gateway, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.order_reports import (
    CommissionReported,
    ModifyRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.execution.statement_schedule import EVERYTHING
from tests.builders import an_approved_order, an_intent
from tests.gateway_running import ACCOUNT, RunningGateway, a_gateway, until

INSTALL = "0123abcd"
Kind = TypeVar("Kind")


class Client:
    """The engine's end of the line, and all it was told so far."""

    def __init__(self, broker: InteractiveBrokers, table: ReferenceTable, gateway: RunningGateway) -> None:
        self.broker, self.table, self.gateway = broker, table, gateway
        self.told: list[FromBroker] = []

    def only(self, kind: type[Kind]) -> list[Kind]:
        self.told += self.broker.take_reports()
        return [report for report in self.told if isinstance(report, kind)]

    async def hear(self, kind: type[Kind], count: int = 1) -> Kind:
        await until(lambda: len(self.only(kind)) >= count)
        return self.only(kind)[-1]

    async def place(self, order_id: int = 1, intent: OrderIntent | None = None) -> ApprovedOrder:
        order = an_approved_order(order_id=order_id, intent=intent, at=self.broker.now())
        self.table.note(order.order_id, 1)
        await self.broker.submit(order)
        return order


@asynccontextmanager
async def a_client(gateway: RunningGateway, folder: Path, **changes: object) -> AsyncIterator[Client]:
    table = ReferenceTable(install=INSTALL)
    target = GatewayTarget(host="127.0.0.1", port=gateway.port, account=ACCOUNT)
    broker = InteractiveBrokers(target, table=table, numbers_file=folder / "numbers")
    await broker.start()
    client = Client(broker, table, gateway)
    try:
        await until(lambda: broker.link is LinkState.READY)
        yield client
    finally:
        await broker.stop()


async def test_a_market_order_is_accepted_filled_and_charged_and_the_books_agree(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_client(gateway, tmp_path) as client:
        await client.place()
        accepted = await client.hear(OrderAccepted)
        gateway.show_hour(price=100.0)
        executed = await client.hear(OrderExecuted)
        charged = await client.hear(CommissionReported)
        [row] = gateway.brokerage.book()["executions"]
        told = (executed.execution_id, executed.quantity, executed.price)
        assert told == (row["exec_id"], Decimal(str(row["shares"])), Decimal(str(row["price"])))
        assert charged.commission == Decimal(row["commission"])
        [order] = gateway.brokerage.book()["orders"]
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
        book = gateway.brokerage.book()
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
