"""Interactive Brokers' own client, connected to a gateway of these tests, in a thread of its own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import ibapi.client
import ibapi.contract
import ibapi.wrapper

from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK
from tests.gateway_running import RunningGateway, until

HEARD = {
    "openOrder", "orderStatus", "execDetails", "commissionReport", "openOrderEnd", "execDetailsEnd", "completedOrder",
    "completedOrdersEnd", "position", "positionEnd", "accountSummary", "accountSummaryEnd", "contractDetails",
    "contractDetailsEnd", "marketRule", "symbolSamples", "pnl", "pnlSingle", "updatePortfolio", "accountDownloadEnd",
    "nextValidId", "error", "historicalData", "historicalDataEnd", "historicalDataUpdate", "tickPrice", "tickSize",
    "tickString", "tickSnapshotEnd", "marketDataType", "tickReqParams", "realtimeBar", "tickByTickAllLast",
    "tickByTickBidAsk", "tickByTickMidPoint", "historicalTicks", "historicalTicksBidAsk", "historicalTicksLast",
    "headTimestamp",
}  # fmt: skip


class Client(ibapi.wrapper.EWrapper, ibapi.client.EClient):
    """Remembers everything that it is told of."""

    def __init__(self) -> None:
        ibapi.client.EClient.__init__(self, self)
        self.heard: list[tuple[str, tuple[Any, ...]]] = []

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - a callback or an attribute
        if name in HEARD:
            return lambda *told: self.heard.append((name, told))
        return super().__getattribute__(name)

    def all(self, name: str) -> list[tuple[Any, ...]]:
        return [told for kind, told in list(self.heard) if kind == name]

    def codes(self) -> list[tuple[int, int]]:
        """Errors that are no notices of farms: about what, and the code."""
        return [(about, code) for about, code, *_ in self.all("error") if about != -1]

    def statuses(self, order_id: int) -> list[str]:
        return [status for known, status, *_ in self.all("orderStatus") if known == order_id]


@asynccontextmanager
async def connected(gateway: RunningGateway, client_id: int = 1) -> AsyncIterator[Client]:
    client = Client()
    await asyncio.to_thread(client.connect, LOOPBACK, gateway.port, client_id)
    thread = threading.Thread(target=client.run)
    thread.start()
    try:
        await until(lambda: client.all("nextValidId"))
        yield client
    finally:
        client.disconnect()
        await asyncio.to_thread(thread.join)
        await until(lambda: client_id not in gateway.server.clients())


def aapl() -> Any:  # noqa: ANN401 - ibapi has no types
    contract = ibapi.contract.Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = "AAPL", "STK", "SMART", "USD"
    return contract


async def answered(client: Client, end: str, ask: Callable[[], None]) -> None:
    before = len(client.all(end))
    ask()
    await until(lambda: len(client.all(end)) > before)
