"""Interactive Brokers' own client through its orders, at the one version it speaks: what it hears, in order."""

from typing import Any

import ibapi.client
import ibapi.contract
import ibapi.execution
import ibapi.order
import ibapi.wrapper

from tests.gateway_running import ACCOUNT, a_gateway, until
from tests.official_client import aapl, answered, connected


def an_order(action: str, kind: str = "MKT", **fields: object) -> Any:  # noqa: ANN401 - as above
    """An order with the client's own defaults, eTradeOnly and firmQuoteOnly among them."""
    order = ibapi.order.Order()
    order.action, order.orderType, order.totalQuantity = action, kind, 100
    for name, value in fields.items():
        assert hasattr(order, name), name
        setattr(order, name, value)
    return order


async def test_a_market_order_as_it_was_captured() -> None:
    async with a_gateway() as gateway, connected(gateway) as client:
        begin = len(client.heard)
        client.placeOrder(1, aapl(), an_order("BUY"))
        await until(lambda: client.statuses(1))
        gateway.show_hour()
        await until(lambda: client.all("commissionReport"))
        assert [name for name, _ in client.heard[begin:] if name != "error"] == [
            "openOrder", "orderStatus", "execDetails", "openOrder", "orderStatus", "openOrder", "orderStatus",
            "commissionReport",
        ]  # fmt: skip
        assert client.statuses(1) == ["Submitted", "Filled", "Filled"]


async def test_change_cancel_and_what_cannot_be() -> None:
    async with a_gateway() as gateway, connected(gateway) as client:
        client.placeOrder(1, aapl(), an_order("BUY", "LMT", lmtPrice=90.0))
        client.placeOrder(1, aapl(), an_order("BUY", "LMT", lmtPrice=91.0))
        await until(lambda: len(client.all("openOrder")) == 2)
        assert [order.lmtPrice for _, _, order, _ in client.all("openOrder")] == [90.0, 91.0]
        client.cancelOrder(1)
        await until(client.codes)
        client.cancelOrder(1)
        client.cancelOrder(9)
        client.placeOrder(2, aapl(), an_order("BUY", "LMT", lmtPrice=90.005))
        client.placeOrder(3, aapl(), an_order("BUY", "MIDPRICE"))
        await until(lambda: len(client.codes()) == 5)
        assert client.codes() == [(1, 202), (1, 10148), (9, 10147), (2, 110), (3, 387)]
        assert client.statuses(1)[-1] == "Cancelled"


async def test_a_bracket() -> None:
    async with a_gateway() as gateway, connected(gateway) as client:
        client.placeOrder(1, aapl(), an_order("BUY", "LMT", lmtPrice=99.0, transmit=False))
        client.placeOrder(2, aapl(), an_order("SELL", "LMT", lmtPrice=110.0, tif="GTC", parentId=1, transmit=False))
        client.placeOrder(3, aapl(), an_order("SELL", "STP", auxPrice=90.0, tif="GTC", parentId=1))
        await until(lambda: client.statuses(3))
        gateway.show_hour(low=98.0)
        gateway.show_hour(low=89.0)
        await until(lambda: client.statuses(2)[-1:] == ["Cancelled"])
        assert client.statuses(1)[-1] == client.statuses(3)[-1] == "Filled"
        await answered(client, "positionEnd", client.reqPositions)
        assert [held[2] for held in client.all("position")] == []


async def test_everything_that_can_be_asked_of_orders_and_the_account() -> None:
    async with a_gateway() as gateway, connected(gateway) as client:
        client.placeOrder(1, aapl(), an_order("BUY", orderRef="mine"))
        client.placeOrder(2, aapl(), an_order("BUY", "LMT", lmtPrice=90.0, tif="GTC"))
        await until(lambda: client.statuses(2))
        gateway.show_hour()
        await until(lambda: client.all("commissionReport"))
        await answered(client, "openOrderEnd", client.reqOpenOrders)
        await answered(client, "openOrderEnd", client.reqAllOpenOrders)
        await answered(client, "completedOrdersEnd", lambda: client.reqCompletedOrders(False))
        await answered(client, "execDetailsEnd", lambda: client.reqExecutions(7, ibapi.execution.ExecutionFilter()))
        await answered(client, "positionEnd", client.reqPositions)
        await answered(client, "accountSummaryEnd", lambda: client.reqAccountSummary(8, "All", "$LEDGER:ALL"))
        await answered(client, "accountDownloadEnd", lambda: client.reqAccountUpdates(True, ACCOUNT))
        await answered(client, "contractDetailsEnd", lambda: client.reqContractDetails(9, aapl()))
        await answered(client, "marketRule", lambda: client.reqMarketRule(26))
        await answered(client, "symbolSamples", lambda: client.reqMatchingSymbols(10, "AA"))
        await answered(client, "pnl", lambda: client.reqPnL(11, ACCOUNT, ""))
        await answered(client, "pnlSingle", lambda: client.reqPnLSingle(12, ACCOUNT, "", 265598))
        (_, order, state) = client.all("completedOrder")[0]
        assert (order.orderRef, state.status) == ("mine", "Filled")
        assert [told[0] for told in client.all("execDetails")] == [-1, 7]
        assert [(held[1].symbol, held[2]) for held in client.all("position")] == [("AAPL", 100.0)]
        assert client.all("pnlSingle")[0][1] == 100
        assert client.codes() == []
        assert gateway.server.clients() == [1], "it is still there: nothing broke its reader"


async def test_what_if() -> None:
    async with a_gateway() as gateway, connected(gateway) as client:
        gateway.show_hour()
        client.placeOrder(1, aapl(), an_order("BUY", whatIf=True))
        await until(lambda: client.all("openOrder"))
        (_, _, _, state) = client.all("openOrder")[0]
        assert float(state.initMarginChange) == 5_000.0
        await answered(client, "openOrderEnd", client.reqOpenOrders)
        assert len(client.all("openOrder")) == 1, "nothing stayed open"
