"""Orders go to SMART, or to the venue chosen for a symbol; a venue that does not trade it is named in words."""

import asyncio
from pathlib import Path

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import OrderAccepted, OrderModified, OrderRejected
from robo_trader.core.domain.orders import OrderId
from tests.broker_process import a_client
from tests.builders import an_intent
from tests.gateway_running import RunningGateway, a_gateway, until
from tests.wire_proxy import OPEN_ORDER, PLACE_ORDER

AAPL, SPY = Symbol("AAPL"), Symbol("SPY")
DETAILS_END = "52"


SYMBOL, EXCHANGE = 3, 9  # fields of an order that is placed, and of one that is told


def venues(gateway: RunningGateway, direction: str, kind: str) -> set[tuple[str, str]]:
    """The symbols and venues of all orders that went one way."""
    seen = [frame.fields() for frame in gateway.server.frames(limit=10_000) if frame.direction == direction]
    return {(fields[SYMBOL], fields[EXCHANGE]) for fields in seen if fields[:1] == [kind]}


async def test_orders_and_their_changes_go_where_they_were_sent(tmp_path: Path) -> None:
    routes = {AAPL: "IEX"}
    async with a_gateway() as gateway, a_client(gateway, tmp_path, routes=routes) as client:
        for order_id, symbol in enumerate((AAPL, SPY), start=1):
            await client.place(order_id=order_id, intent=an_intent(symbol=symbol, limit=1))
        await client.hear(OrderAccepted, 2)
        await client.broker.modify(OrderId(1), an_intent(limit=2).terms, at=client.broker.now())
        await client.hear(OrderModified)
        assert venues(gateway, "in", PLACE_ORDER) == {("AAPL", "IEX"), ("SPY", "SMART")}
        assert venues(gateway, "out", OPEN_ORDER) == {("AAPL", "IEX"), ("SPY", "SMART")}


async def test_a_venue_that_does_not_trade_the_symbol_is_found_out_before_an_order_leaves(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_client(gateway, tmp_path, routes={AAPL: "AMEX"}) as client:
        await until(lambda: any(frame.fields()[:1] == [DETAILS_END] for frame in gateway.server.frames(limit=10_000)))
        await asyncio.sleep(0.2)
        await client.place(intent=an_intent(limit=1))
        rejected = await client.hear(OrderRejected)
        assert "`ibkr.routes` sends AAPL to AMEX, where it is not traded" in rejected.reason
        assert "choose one of ARCA, BATS, IEX, NASDAQ, NYSE, SMART" in rejected.reason
        assert not venues(gateway, "in", PLACE_ORDER)


async def test_without_connections_for_contracts_the_gateway_judges_and_its_words_name_the_setting(
    tmp_path: Path,
) -> None:
    routes = {AAPL: "AMEX"}
    async with a_gateway() as gateway, a_client(gateway, tmp_path, history_clients=0, routes=routes) as client:
        await client.place(intent=an_intent(limit=1))
        rejected = await client.hear(OrderRejected)
        assert rejected.reason.startswith("200: ") and "`ibkr.routes`" in rejected.reason
        assert not gateway.server.book()["brokerage"]["orders"]
