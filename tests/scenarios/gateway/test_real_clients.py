"""The unmodified clients, over real sockets: ib_async to ready and through an order; ibapi likewise, in its thread."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import ib_async
import ibapi.client
import ibapi.contract
import ibapi.order
import ibapi.wrapper
import pytest

from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK
from tests.gateway_running import ACCOUNT, RunningGateway, a_gateway, ib_async_client, until

AAPL = ib_async.Stock("AAPL", "SMART", "USD")


@pytest.mark.parametrize("version", [157, 163, 164, 170, 176, 178])
async def test_ib_async_comes_to_ready_at_every_version(version: int, caplog: pytest.LogCaptureFixture) -> None:
    async with a_gateway() as gateway, ib_async_client(gateway, version=version) as ib:
        assert ib.client.serverVersion() == version
        assert ib.managedAccounts() == [ACCOUNT]
        net = [value for value in ib.accountValues() if value.tag == "NetLiquidation"]
        assert net and all(float(value.value) == 1_000_000 for value in net)
    assert [record.message for record in caplog.records if record.name == "ib_async.Decoder"] == []


@pytest.mark.parametrize("version", [157, 170, 178])
async def test_ib_async_buys_and_sees_its_fill_position_and_commission(
    version: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_gateway() as gateway, ib_async_client(gateway, version=version) as ib:
        trade = ib.placeOrder(AAPL, ib_async.MarketOrder("BUY", 100, orderRef="run-7/1"))
        await until(lambda: trade.orderStatus.status in {"Submitted", "PreSubmitted"})
        gateway.show_hour(price=100.0)
        await until(lambda: trade.isDone() and trade.fills and trade.fills[0].commissionReport.commission)
        assert trade.orderStatus.status == "Filled"
        await until(lambda: [position.position for position in ib.positions()] == [100.0])
        book: Any = gateway.brokerage.book()
        assert [fill.execution.execId for fill in trade.fills] == [row["exec_id"] for row in book["executions"]]
    assert [record.message for record in caplog.records if record.name == "ib_async.Decoder"] == []


async def test_ib_async_cancels_changes_and_asks_what_would_be() -> None:
    async with a_gateway() as gateway, ib_async_client(gateway) as ib:
        trade = ib.placeOrder(AAPL, ib_async.LimitOrder("BUY", 100, 90.0))
        await until(lambda: trade.orderStatus.status == "Submitted")
        trade.order.lmtPrice = 91.0
        ib.placeOrder(AAPL, trade.order)
        async with ib_async_client(gateway, client_id=2) as onlooker:
            [seen] = await asyncio.wait_for(onlooker.reqAllOpenOrdersAsync(), 10)
            assert (seen.order.lmtPrice, seen.orderStatus.status) == (91.0, "Submitted")
        ib.cancelOrder(trade.order)
        await until(lambda: trade.orderStatus.status == "Cancelled")
        gateway.show_hour()
        state = await asyncio.wait_for(ib.whatIfOrderAsync(AAPL, ib_async.MarketOrder("BUY", 10)), 10)
        assert float(state.initMarginChange) > 0
        assert ib.openTrades() == []


async def test_ib_async_asks_for_what_it_may_ask() -> None:
    async with a_gateway() as gateway, ib_async_client(gateway) as ib:
        [details] = await asyncio.wait_for(ib.reqContractDetailsAsync(AAPL), 10)
        assert details.contract is not None and details.contract.conId == 265598
        rule = await asyncio.wait_for(ib.reqMarketRuleAsync(int(details.marketRuleIds.split(",")[0])), 10)
        assert rule is not None and [edge.increment for edge in rule] == [0.0001, 0.01]
        assert (await asyncio.wait_for(ib.reqCurrentTimeAsync(), 10)).isoformat() == "2024-03-04T14:30:00+00:00"
        assert await asyncio.wait_for(ib.reqExecutionsAsync(), 10) == []
        assert await asyncio.wait_for(ib.reqCompletedOrdersAsync(True), 10) == []
        assert await asyncio.wait_for(ib.accountSummaryAsync(), 10)


class OfficialClient(ibapi.wrapper.EWrapper, ibapi.client.EClient):
    """ibapi as its manual shows it; remembers what it is told."""

    def __init__(self) -> None:
        ibapi.client.EClient.__init__(self, self)
        self.next_id = 0
        self.statuses: list[str] = []
        self.told: list[tuple[Any, ...]] = []

    def nextValidId(self, orderId: int) -> None:  # noqa: N802, N803 - ibapi's names
        self.next_id = orderId

    def orderStatus(self, *told: Any) -> None:  # noqa: ANN401, N802
        self.statuses.append(told[1])

    def execDetails(self, reqId: int, contract: Any, execution: Any) -> None:  # noqa: ANN401, N802, N803
        self.told.append(("execution", reqId, contract.symbol, execution.shares))

    def commissionReport(self, commissionReport: Any) -> None:  # noqa: ANN401, N802, N803
        self.told.append(("commission", commissionReport.commission > 0))

    def positionEnd(self) -> None:  # noqa: N802
        self.told.append(("positions",))

    def error(self, reqId: int, errorCode: int, errorString: str) -> None:  # noqa: N803
        self.told.append(("error", reqId, errorCode, errorString))


@asynccontextmanager
async def official_client(gateway: RunningGateway, client_id: int = 1) -> AsyncIterator[OfficialClient]:
    """A connected official client whose loop runs in a thread of its own."""
    client = OfficialClient()
    await asyncio.to_thread(client.connect, LOOPBACK, gateway.port, client_id)
    thread = threading.Thread(target=client.run)
    thread.start()
    try:
        await until(lambda: client.next_id)
        yield client
    finally:
        client.disconnect()
        await asyncio.to_thread(thread.join)
        await until(lambda: client_id not in gateway.server.clients())


async def test_the_official_client_trades() -> None:
    async with a_gateway() as gateway, official_client(gateway) as client:
        assert client.serverVersion() == 157
        contract, order = ibapi.contract.Contract(), ibapi.order.Order()
        contract.symbol, contract.secType, contract.exchange, contract.currency = "AAPL", "STK", "SMART", "USD"
        order.action, order.orderType, order.totalQuantity = "BUY", "MKT", 100
        order.eTradeOnly = order.firmQuoteOnly = False
        client.placeOrder(client.next_id, contract, order)
        await until(lambda: "Submitted" in client.statuses or "PreSubmitted" in client.statuses)
        gateway.show_hour()
        await until(lambda: ("commission", True) in client.told)
        assert ("execution", -1, "AAPL", 100.0) in client.told
        assert client.statuses[-1] == "Filled"
        client.reqPositions()
        await until(lambda: ("positions",) in client.told)
        assert [told for told in client.told if told[0] == "error" and told[2] < 2100] == []


async def test_both_clients_at_once_each_at_its_version() -> None:
    async with (
        a_gateway() as gateway,
        ib_async_client(gateway, client_id=1) as ib,
        official_client(gateway, client_id=2) as official,
    ):
        assert (ib.client.serverVersion(), official.serverVersion()) == (178, 157)
        trade = ib.placeOrder(AAPL, ib_async.MarketOrder("BUY", 10))
        await until(lambda: trade.orderStatus.status in {"Submitted", "PreSubmitted"})
        gateway.show_hour()
        await until(trade.isDone)
        assert official.statuses == []  # one client's order is not another's to hear of


async def test_a_client_id_in_use_is_error_326_to_both() -> None:
    async with a_gateway() as gateway, ib_async_client(gateway, client_id=1):
        second = ib_async.IB()
        codes: list[int] = []
        second.errorEvent += lambda _about, code, *_: codes.append(code)
        with pytest.raises((TimeoutError, ConnectionError)):
            await second.connectAsync(LOOPBACK, gateway.port, clientId=1, timeout=1)
        assert codes == [326]
