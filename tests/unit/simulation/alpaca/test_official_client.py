"""Alpaca's own client, as it is, trades with the pretend Alpaca: it reads every answer, and its stream every update."""

import queue
import threading
import time
import warnings
from collections.abc import Iterator

import pytest
import requests
from alpaca.common.exceptions import APIError

from robo_trader.simulation.alpaca.server import AlpacaServer
from tests.builders import AAPL
from tests.contracts.broker.alpaca import a_server
from tests.unit.simulation.venue.showing import an_hour

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports a retired part of websockets
    from alpaca.trading.client import TradingClient
    from alpaca.trading.enums import OrderSide, OrderStatus, QueryOrderStatus, TimeInForce, TradeEvent
    from alpaca.trading.models import Asset, Order, Position, TradeAccount, TradeUpdate
    from alpaca.trading.requests import (
        GetOrdersRequest,
        LimitOrderRequest,
        MarketOrderRequest,
        ReplaceOrderRequest,
        TrailingStopOrderRequest,
    )
    from alpaca.trading.stream import TradingStream


@pytest.fixture
def server() -> Iterator[AlpacaServer]:
    with a_server() as one:
        yield one


@pytest.fixture
def client(server: AlpacaServer) -> Iterator[TradingClient]:
    client = TradingClient(server.keys.key_id, server.keys.secret_key, url_override=server.url)
    yield client
    client._session.close()


def a_limit(limit: float = 90, qty: int = 100, name: str | None = None) -> LimitOrderRequest:
    return LimitOrderRequest(
        symbol=AAPL, qty=qty, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, limit_price=limit, client_order_id=name
    )


def submitted(client: TradingClient, request: LimitOrderRequest | MarketOrderRequest) -> Order:
    order = client.submit_order(request)
    assert isinstance(order, Order)
    return order


def test_orders_are_taken_filled_and_listed(server: AlpacaServer, client: TradingClient) -> None:
    order = submitted(
        client, MarketOrderRequest(symbol=AAPL, qty=100, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    )
    assert order.status is OrderStatus.PENDING_NEW
    server.show(an_hour(1, open_=101))
    filled = client.get_order_by_id(order.id)
    assert isinstance(filled, Order)
    assert (filled.status, filled.filled_qty, filled.filled_avg_price) == (OrderStatus.FILLED, "100", "101.0")
    (position,) = client.get_all_positions()
    assert isinstance(position, Position)
    assert (position.symbol, position.qty, position.avg_entry_price) == (AAPL, "100", "101.0")
    account = client.get_account()
    assert isinstance(account, TradeAccount)
    assert (account.cash, account.equity) == ("89900.0", "100000.0")
    asset = client.get_asset(AAPL)
    assert isinstance(asset, Asset)
    assert asset.tradable


def test_orders_are_replaced_by_others_and_canceled(client: TradingClient) -> None:
    first = submitted(client, a_limit(90, name="mine"))
    second = client.replace_order_by_id(first.id, ReplaceOrderRequest(qty=50, limit_price=91))
    assert isinstance(second, Order)
    assert (second.replaces, second.qty, second.limit_price) == (first.id, "50", "91")
    old = client.get_order_by_client_id("mine")
    assert isinstance(old, Order)
    assert (old.status, old.replaced_by) == (OrderStatus.REPLACED, second.id)
    client.cancel_order_by_id(second.id)
    closed = client.get_orders(GetOrdersRequest(status=QueryOrderStatus.CLOSED))
    assert [(one.id, one.status) for one in closed if isinstance(one, Order)] == [
        (second.id, OrderStatus.CANCELED), (first.id, OrderStatus.REPLACED),
    ]  # fmt: skip
    assert client.get_orders() == []


@pytest.mark.parametrize(
    ("request_of", "status", "code", "said"),
    [
        (lambda: a_limit(90.001), 422, 42210000, "sub-penny"),
        (lambda: a_limit(90, qty=10_000_000), 403, 40310000, "insufficient buying power"),
        (lambda: a_limit(90, name="twice"), 422, 40010001, "must be unique"),
        (
            lambda: MarketOrderRequest(symbol="ZZZZ", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY),
            422, 42210000, "not found",
        ),
        (
            lambda: TrailingStopOrderRequest(
                symbol=AAPL, qty=1, side=OrderSide.SELL, time_in_force=TimeInForce.GTC, trail_price=1
            ),
            422, 42210000, "no market price",
        ),
    ],
)  # fmt: skip
def test_refusals_have_a_status_a_code_and_a_sentence(
    client: TradingClient, request_of: object, status: int, code: int, said: str
) -> None:
    assert callable(request_of)
    submitted(client, a_limit(80, qty=1, name="twice"))
    with pytest.raises(APIError) as caught:
        client.submit_order(request_of())
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert said in caught.value.message


def test_what_is_not_there_is_not_found_and_what_is_over_cannot_be_canceled(client: TradingClient) -> None:
    with pytest.raises(APIError) as caught:
        client.get_order_by_client_id("nobody's")
    assert (caught.value.status_code, caught.value.code) == (404, 40410000)
    order = submitted(client, a_limit())
    client.cancel_order_by_id(order.id)
    with pytest.raises(APIError) as caught:
        client.cancel_order_by_id(order.id)
    assert caught.value.status_code == 422


def test_nobody_gets_in_without_keys(server: AlpacaServer) -> None:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(f"{server.url}/v2/account", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (401, 40110000)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the retired part of websockets it is built on
def test_updates_are_read_by_the_official_stream(server: AlpacaServer, client: TradingClient) -> None:
    updates: queue.Queue[TradeUpdate] = queue.Queue()

    async def keep(update: TradeUpdate) -> None:
        updates.put(update)

    stream = TradingStream(server.keys.key_id, server.keys.secret_key, url_override=server.stream_url)
    stream.subscribe_trade_updates(keep)
    listening = threading.Thread(target=stream.run)
    listening.start()
    deadline = time.monotonic() + 20
    while not server.listeners() and time.monotonic() < deadline:
        time.sleep(0.01)
    order = submitted(client, a_limit(100))
    server.show(an_hour(1, volume=400))
    client.cancel_order_by_id(order.id)
    told = [updates.get(timeout=20) for _ in range(3)]
    stream.stop()
    server.close_streams()
    listening.join()
    assert [update.event for update in told] == [TradeEvent.NEW, TradeEvent.PARTIAL_FILL, TradeEvent.CANCELED]
    assert (told[1].qty, told[1].price, told[1].position_qty) == (40, 100, 40)
    assert {update.order.id for update in told} == {order.id}
