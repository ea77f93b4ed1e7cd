"""What ib_async makes of orders: each type and what becomes of it, brackets and groups, another's doings, a restart.

The book of the brokerage is the oracle: after each story the client believes what is so.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import ib_async
import pytest

from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK, GatewayServer
from tests.gateway_running import MarketClock, RunningGateway, a_gateway, until

AAPL = ib_async.Stock("AAPL", "SMART", "USD")
WORKING = {"PreSubmitted", "Submitted"}


@asynccontextmanager
async def connected(gateway: RunningGateway, client_id: int = 1) -> AsyncIterator[ib_async.IB]:
    ib = ib_async.IB()
    ib.RaiseRequestErrors = True
    await ib.connectAsync(LOOPBACK, gateway.port, clientId=client_id, timeout=10, raiseSyncErrors=True)
    try:
        yield ib
    finally:
        ib.disconnect()
        await until(lambda: client_id not in gateway.server.clients())


async def placed(ib: ib_async.IB, order: ib_async.Order, *, status: set[str] | None = None) -> ib_async.Trade:
    """Place an order and wait until the server has said of it what it says first."""
    trade = ib.placeOrder(AAPL, order)
    await until(lambda: trade.orderStatus.status in (status or WORKING) and trade.orderStatus.permId)
    return trade


async def agree(ib: ib_async.IB, gateway: RunningGateway) -> None:
    """Wait until the client believes of orders, executions and positions what is so."""
    book: dict[str, Any] = gateway.brokerage.book()
    mine = {row["order_id"]: row for row in book["orders"] if row["client_id"] == ib.client.clientId}

    def believes() -> bool:
        trades = {trade.order.orderId: trade for trade in ib.trades() if trade.order.orderId in mine}
        orders = all(
            trades[order_id].orderStatus.status == row["status"]
            and trades[order_id].orderStatus.filled == float(row["filled"])
            and trades[order_id].order.permId == row["perm_id"]
            for order_id, row in mine.items()
        )
        executed = {fill.execution.execId for fill in ib.fills()}
        positions = {held.contract.symbol: held.position for held in ib.positions()}
        return (
            orders
            and executed >= {row["exec_id"] for row in book["executions"] if row["client_id"] == ib.client.clientId}
            and positions == {row["symbol"]: float(row["quantity"]) for row in book["positions"]}
        )

    await until(believes, f"{ib.trades()} against {book}")


@pytest.mark.parametrize(
    ("order", "price"),
    [
        pytest.param(ib_async.MarketOrder("BUY", 100), 100.0, id="market"),
        pytest.param(ib_async.LimitOrder("BUY", 100, 99.0, tif="GTC"), 99.0, id="limit"),
        pytest.param(ib_async.StopOrder("SELL", 100, 98.0), 98.0, id="stop"),
        pytest.param(ib_async.StopLimitOrder("SELL", 100, 97.0, 98.0), 98.0, id="stop limit"),
        pytest.param(
            ib_async.Order(action="SELL", totalQuantity=100, orderType="TRAIL", auxPrice=2.0, trailStopPrice=98.0),
            98.0,
            id="trail",
        ),
        pytest.param(ib_async.MarketOrder("BUY", 100, tif="IOC"), 100.0, id="at once"),
        pytest.param(ib_async.LimitOrder("BUY", 100, 101.0, tif="FOK"), 100.0, id="all at once"),
        pytest.param(ib_async.MarketOrder("BUY", 100, tif="OPG"), 100.0, id="at the open"),
        pytest.param(ib_async.LimitOrder("BUY", 100, 100.5, tif="OPG"), 100.0, id="limit at the open"),
    ],
)
async def test_each_type_of_order_fills(order: ib_async.Order, price: float) -> None:
    async with a_gateway() as gateway, connected(gateway) as ib:
        trade = await placed(ib, order)
        gateway.show_hour(low=97.5)
        await until(trade.isDone)
        await agree(ib, gateway)
        assert trade.orderStatus.avgFillPrice == pytest.approx(price, abs=0.05), "slipped by two basis points"


@pytest.mark.parametrize("order_type", ["MOC", "LOC"])
async def test_orders_for_the_close(order_type: str) -> None:
    async with a_gateway() as gateway, connected(gateway) as ib:
        order = ib_async.Order(action="BUY", totalQuantity=100, orderType=order_type)
        order.lmtPrice = 102.0 if order_type == "LOC" else order.lmtPrice
        trade = await placed(ib, order)
        for _ in range(6):
            gateway.show_hour()
        assert not trade.isDone()
        gateway.show_last_half_hour(price=101.0)
        await until(trade.isDone)
        await agree(ib, gateway)


async def test_what_a_bracket_becomes() -> None:
    async with a_gateway() as gateway, connected(gateway) as ib:
        trades = [ib.placeOrder(AAPL, order) for order in ib.bracketOrder("BUY", 100, 99.0, 110.0, 90.0)]
        await until(lambda: all(trade.orderStatus.status in WORKING for trade in trades))
        gateway.show_hour(low=98.0)
        await until(trades[0].isDone)
        gateway.show_hour(price=111.0)
        await until(lambda: all(trade.isDone() for trade in trades))
        assert [trade.orderStatus.status for trade in trades] == ["Filled", "Filled", "Cancelled"]
        await agree(ib, gateway)


async def test_one_cancels_the_other() -> None:
    async with a_gateway() as gateway, connected(gateway) as ib:
        orders = ib.oneCancelsAll([ib_async.LimitOrder("BUY", 100, price) for price in (99.0, 80.0)], "group", 1)
        trades = [await placed(ib, order) for order in orders]
        gateway.show_hour(low=98.0)
        await until(lambda: all(trade.isDone() for trade in trades))
        assert [trade.orderStatus.status for trade in trades] == ["Filled", "Cancelled"]
        await agree(ib, gateway)


async def test_a_rejected_order_and_its_reason() -> None:
    async with a_gateway() as gateway, connected(gateway) as ib:
        gateway.brokerage.doings.reject_next(201, "Order rejected - reason: no")
        trade = ib.placeOrder(AAPL, ib_async.MarketOrder("BUY", 100))
        await until(lambda: trade.orderStatus.status == "Inactive")
        assert [entry.errorCode for entry in trade.log if entry.errorCode] == [201]


async def test_executions_and_completed_orders_are_found_again_by_another_client() -> None:
    async with a_gateway() as gateway:
        async with connected(gateway) as ib:
            trade = await placed(ib, ib_async.MarketOrder("BUY", 100, orderRef="mine"))
            await placed(ib, ib_async.LimitOrder("BUY", 100, 90.0, orderRef="open"))
            gateway.show_hour()
            await until(trade.isDone)
        async with connected(gateway, 2) as other:
            (fill,) = await asyncio.wait_for(other.reqExecutionsAsync(), 10)
            assert fill.execution.orderRef == "mine"
            assert [known.commissionReport.commission > 0 for known in other.fills()] == [True]
            (done,) = await asyncio.wait_for(other.reqCompletedOrdersAsync(apiOnly=False), 10)
            assert (done.order.orderRef, done.order.permId) == ("mine", trade.order.permId)
            (still,) = await asyncio.wait_for(other.reqAllOpenOrdersAsync(), 10)
            assert still.order.orderRef == "open"


async def test_what_happened_while_nobody_was_connected() -> None:
    async with a_gateway() as gateway:
        async with connected(gateway) as ib:
            await placed(ib, ib_async.LimitOrder("BUY", 100, 99.0, orderRef="mine"))
        gateway.show_hour(low=98.0)
        async with connected(gateway) as ib:
            assert [held.position for held in ib.positions()] == [100.0]
            assert [fill.execution.orderRef for fill in ib.fills()] == ["mine"]


async def test_client_0_works_what_was_placed_by_hand() -> None:
    async with a_gateway() as gateway, connected(gateway, 0) as ib:
        ticket = OrderTicket(action="BUY", quantity=Decimal(10), order_type="LMT", limit_price=Decimal(90))
        perm_id = gateway.brokerage.doings.place_by_hand("AAPL", ticket, gateway.clock.at)
        await until(lambda: [trade.order.permId for trade in ib.openTrades()] == [perm_id])
        ib.cancelOrder(ib.openTrades()[0].order)
        await until(lambda: not ib.openTrades())


async def test_a_correction_and_a_trade_made_elsewhere_reach_the_positions() -> None:
    async with a_gateway() as gateway, connected(gateway) as ib:
        trade = await placed(ib, ib_async.MarketOrder("BUY", 100))
        gateway.show_hour()
        await until(lambda: trade.isDone() and ib.positions())
        doings, at = gateway.brokerage.doings, gateway.clock.at
        new = doings.correct(trade.fills[0].execution.execId, Decimal(90), Decimal(100), at)
        doings.trade_elsewhere("AAPL", "SELL", Decimal(30), Decimal(100), at)
        await until(lambda: [held.position for held in ib.positions()] == [60.0])
        assert new in {fill.execution.execId for fill in ib.fills()}


async def test_an_account_followed_live() -> None:
    async with a_gateway() as gateway, connected(gateway) as ib:
        profit = ib.reqPnL(ib.managedAccounts()[0])
        await placed(ib, ib_async.MarketOrder("BUY", 100))
        gateway.show_hour()
        gateway.show_hour(price=110.0)
        await until(lambda: profit.unrealizedPnL > 900)
        (item,) = ib.portfolio()
        assert (item.position, item.contract.conId) == (100.0, 265598)
        await until(lambda: float(_value(ib, "GrossPositionValue")) == 11_000)


async def test_a_server_that_was_started_again_knows_its_orders() -> None:
    async with a_gateway() as gateway:
        async with connected(gateway) as ib:
            filled = await placed(ib, ib_async.MarketOrder("BUY", 100))
            resting = await placed(ib, ib_async.LimitOrder("BUY", 100, 90.0, tif="GTC"))
            gateway.show_hour()
            await until(filled.isDone)
            used = ib.client.getReqId()
        settings, stored = gateway.brokerage._settings, gateway.brokerage.snapshot()
    brokerage = Brokerage.restore(settings, stored)
    clock = MarketClock(gateway.clock.at)
    server = GatewayServer({"brokerage": brokerage}, clock=clock)
    revived = RunningGateway(server, brokerage, await server.start(), clock)
    try:
        async with connected(revived) as ib:
            (trade,) = ib.openTrades()
            assert trade.order.permId == resting.order.permId
            assert resting.order.orderId < ib.client.getReqId() != used
            assert [fill.execution.execId for fill in ib.fills()] == [filled.fills[0].execution.execId]
            ib.cancelOrder(trade.order)
            await until(trade.isDone)
            assert trade.orderStatus.status == "Cancelled"
    finally:
        await server.close()
        await server.wait_closed()


def _value(ib: ib_async.IB, tag: str) -> str:
    return next(value.value for value in ib.accountValues() if (value.tag, value.currency) == (tag, "USD"))
