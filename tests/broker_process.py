"""The engine's end of the line to a real broker's process, which talks to a gateway of these tests."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.patience import USUAL, Patience
from robo_trader.core.domain.broker_link import LinkState
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import ApprovedOrder, OrderIntent
from robo_trader.core.domain.reference_table import ReferenceTable
from tests.builders import an_approved_order
from tests.gateway_running import ACCOUNT, RunningGateway, until

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
async def a_client(
    gateway: RunningGateway,
    folder: Path,
    *,
    patience: Patience = USUAL,
    history_clients: int = 5,
    routes: Mapping[Symbol, str] | None = None,
) -> AsyncIterator[Client]:
    table = ReferenceTable(install=INSTALL)
    target = GatewayTarget(
        host="127.0.0.1", port=gateway.port, account=ACCOUNT, history_clients=history_clients, routes=routes or {}
    )
    broker = InteractiveBrokers(target, table=table, numbers_file=folder / "numbers", patience=patience)
    await broker.start()
    client = Client(broker, table, gateway)
    try:
        await until(lambda: broker.link is LinkState.READY)
        yield client
    finally:
        await broker.stop()
