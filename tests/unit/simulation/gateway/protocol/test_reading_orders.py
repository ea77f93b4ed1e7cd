"""placeOrder is read to its last field, with all the parts that only some orders have, as both clients write it."""

from decimal import Decimal
from itertools import combinations
from math import inf
from typing import Any

import ib_async
import ibapi.contract
import ibapi.order
import ibapi.order_condition
import ibapi.tag_value
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ib_async.util import dataclassUpdate

from robo_trader.simulation.gateway.protocol.reading import read_request
from robo_trader.simulation.gateway.protocol.requests import PlaceOrder, UnreadableRequest
from robo_trader.simulation.gateway.protocol.values import Contract, OrderTicket
from tests.examples import examples
from tests.gateway_clients import IBAPI_VERSION, VERSIONS, written_by_ib_async, written_by_ibapi

AAPL = ib_async.Stock("AAPL", "SMART", "USD")
NAMED = Contract(symbol="AAPL", strike="0.0", exchange="SMART")
LEGS = [ib_async.ComboLeg(1, 1, "BUY", "SMART"), ib_async.ComboLeg(2, 2, "SELL", "SMART")]

# Each part: what it adds to the order, and the name under which the ticket tells of it, empty if it heeds it.
PARTS: dict[str, tuple[dict[str, Any], str]] = {
    "discretion": ({"discretionaryAmt": 0.05}, "discretionary amount"),
    "group": ({"faGroup": "mine", "faMethod": "NetLiq"}, "allocation to a group"),
    "model": ({"modelCode": "growth"}, "model"),
    "delta neutral order": ({"deltaNeutralOrderType": "MKT", "deltaNeutralConId": 5}, "delta neutral order"),
    "scale": ({"scaleInitLevelSize": 10, "scalePriceIncrement": 0.5}, "scale"),
    "hedge": ({"hedgeType": "B", "hedgeParam": "1.1"}, "hedge"),
    "algorithm": ({"algoStrategy": "Vwap", "algoParams": [ib_async.TagValue("maxPctVol", "0.1")]}, "algorithm"),
    "conditions": (
        {
            "conditions": [
                ib_async.PriceCondition(1, "a", True, 100.0, 265598, "SMART"),
                ib_async.TimeCondition(3, "o", True, "20240102 10:00:00"),
                ib_async.MarginCondition(4, "a", False, 10),
                ib_async.ExecutionCondition(5, "a", "STK", "SMART", "AAPL"),
                ib_async.VolumeCondition(6, "a", True, 100, 265598, "SMART"),
                ib_async.PercentChangeCondition(7, "a", True, 1.5, 265598, "SMART"),
            ]
        },
        "conditions",
    ),
    "adjustment": ({"adjustedOrderType": "STP", "adjustedStopPrice": 9.0, "triggerPrice": 11.0}, "adjusted order"),
    "cash quantity": ({"cashQty": 1000.0}, "cash quantity"),
    "soft dollars": ({"softDollarTier": ib_async.SoftDollarTier("a", "b")}, ""),
    "options": ({"orderMiscOptions": [ib_async.TagValue("a", "b")], "advancedErrorOverride": "8229"}, ""),
}


def placed(order: ib_async.Order, version: int, contract: ib_async.Contract = AAPL) -> PlaceOrder:
    [payload] = written_by_ib_async(lambda client: client.placeOrder(11, contract, order), version)
    request = read_request(payload, version)
    assert isinstance(request, PlaceOrder), request
    return request


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_a_venue_heeds_is_in_the_ticket(version: int) -> None:
    order = ib_async.Order(
        action="SELL", totalQuantity=300, orderType="TRAIL", lmtPrice=10.07, auxPrice=0.25, tif="GTC", ocaGroup="pair",
        ocaType=2, account="DU1", orderRef="run-7/12", transmit=False, parentId=10, outsideRth=True, hidden=True,
        displaySize=100, allOrNone=True, minQty=50, goodAfterTime="20240102 10:00:00 UTC",
        goodTillDate="20240103 10:00:00 UTC", trailStopPrice=9.5, trailingPercent=1.5, whatIf=True,
    )  # fmt: skip
    ticket = OrderTicket(
        action="SELL", quantity=Decimal(300), order_type="TRAIL", limit_price=Decimal("10.07"),
        aux_price=Decimal("0.25"), tif="GTC", oca_group="pair", oca_type=2, account="DU1", order_ref="run-7/12",
        transmit=False, parent_id=10, outside_rth=True, hidden=True, display_size=100, all_or_none=True,
        min_quantity=50, good_after_time="20240102 10:00:00 UTC", good_till_date="20240103 10:00:00 UTC",
        trail_stop_price=Decimal("9.5"), trailing_percent=Decimal("1.5"), what_if=True,
    )  # fmt: skip
    assert placed(order, version) == PlaceOrder(order_id=11, contract=NAMED, ticket=ticket)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("names", [*combinations(PARTS, 1), *combinations(PARTS, 2)], ids="+".join)
def test_rare_parts_are_read_past_and_named(version: int, names: tuple[str, ...]) -> None:
    order = ib_async.LimitOrder("BUY", 100, 10.5, orderRef="mine")
    for name in names:
        dataclassUpdate(order, **PARTS[name][0])
    ticket = placed(order, version).ticket
    assert set(ticket.unheeded) == {PARTS[name][1] for name in names} - {""}
    assert (ticket.limit_price, ticket.order_ref) == (Decimal("10.5"), "mine")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("order_type", ["PEG BENCH", "PEGBENCH", "PEG BEST", "PEG MID", "VOL", "REL"])
def test_types_with_fields_of_their_own_are_read_past(version: int, order_type: str) -> None:
    order = ib_async.Order(
        action="BUY", totalQuantity=1, orderType=order_type, competeAgainstBestOffset=inf, volatility=0.2
    )
    ticket = placed(order, version, ib_async.Stock("AAPL", "IBKRATS", "USD")).ticket
    assert ticket.order_type == order_type
    assert ticket.unheeded == (("volatility",) if order_type == "VOL" else ())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_combination_is_read_past_and_named(version: int) -> None:
    order = ib_async.LimitOrder(
        "BUY", 1, 0.5,
        orderComboLegs=[ib_async.OrderComboLeg(0.1), ib_async.OrderComboLeg()],
        smartComboRoutingParams=[ib_async.TagValue("NonGuaranteed", "1")],
    )  # fmt: skip
    assert placed(order, version, ib_async.Bag(symbol="AAPL", comboLegs=LEGS)).ticket.unheeded == ("combination",)


def official_order(**fields: Any) -> Any:  # noqa: ANN401 - the official client has no types
    order = ibapi.order.Order()
    for name, value in {"action": "BUY", "totalQuantity": 100, "orderType": "LMT", "lmtPrice": 10.5, **fields}.items():
        setattr(order, name, value)
    return order


def officially_placed(order: Any) -> PlaceOrder:  # noqa: ANN401 - as above
    contract = ibapi.contract.Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = "AAPL", "STK", "SMART", "USD"
    [payload] = written_by_ibapi(lambda client: client.placeOrder(11, contract, order))
    request = read_request(payload, IBAPI_VERSION)
    assert isinstance(request, PlaceOrder), request
    return request


def test_the_official_client_sets_two_flags_that_modern_gateways_refuse() -> None:
    ticket = OrderTicket(
        action="BUY", quantity=Decimal(100), order_type="LMT", limit_price=Decimal("10.5"), e_trade_only=True,
        firm_quote_only=True,
    )  # fmt: skip
    assert officially_placed(official_order()) == PlaceOrder(order_id=11, contract=NAMED, ticket=ticket)


def test_the_official_clients_rare_parts_are_read_past_and_named() -> None:
    condition = ibapi.order_condition.PriceCondition(0, 265598, "SMART", True, 100.0)
    order = official_order(
        orderType="PEG BENCH", hedgeType="B", hedgeParam="1", algoStrategy="Vwap", scalePriceIncrement=0.5,
        algoParams=[ibapi.tag_value.TagValue("a", "b")], deltaNeutralOrderType="MKT", conditions=[condition],
    )  # fmt: skip
    ticket = officially_placed(order).ticket
    assert ticket.unheeded == ("delta neutral order", "scale", "hedge", "algorithm", "conditions")


@pytest.mark.parametrize("price", ["nan", "Infinity", "1e999", "--1", "1_000", "٣", "9" * 60])
def test_a_price_that_is_no_price_is_unreadable(price: str) -> None:
    [payload] = written_by_ib_async(
        lambda client: client.placeOrder(11, AAPL, ib_async.LimitOrder("BUY", 1, 10.07)), 178
    )
    request = read_request(payload.replace(b"\x0010.07\0", b"\0" + price.encode() + b"\0"), 178)
    assert isinstance(request, UnreadableRequest)
    assert (request.number, request.about) == (3, 11)


prices = st.decimals("0.0001", 99_999, places=4)


@settings(max_examples=examples(60))
@given(
    st.sampled_from(VERSIONS), prices, st.decimals("0.0001", 10**6, places=4), st.sampled_from(["BUY", "SELL"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
)  # fmt: skip
def test_numbers_and_texts_go_through_unchanged(
    version: int, price: Decimal, quantity: Decimal, action: str, reference: str
) -> None:
    order = ib_async.LimitOrder(action, float(quantity), float(price), orderRef=reference)
    ticket = placed(order, version).ticket
    assert (ticket.limit_price, ticket.quantity, ticket.action, ticket.order_ref) == (
        price,
        quantity,
        action,
        reference,
    )
