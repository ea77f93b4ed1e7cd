"""What the real clients write is read as what they were asked to write, at every server version.

Where both clients are given, they must be read alike; the official one speaks version 157 only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ib_async
import ibapi.contract
import ibapi.execution
import pytest

from robo_trader.simulation.gateway.protocol import requests as asked
from robo_trader.simulation.gateway.protocol.reading import read_request
from robo_trader.simulation.gateway.protocol.requests import REQUESTS, Request
from robo_trader.simulation.gateway.protocol.values import Contract
from tests.gateway_clients import IBAPI_VERSION, VERSIONS, written_by_ib_async, written_by_ibapi

AAPL = ib_async.Stock("AAPL", "SMART", "USD", conId=265598, primaryExchange="NASDAQ", localSymbol="AAPL")
NAMED = Contract(
    symbol="AAPL", con_id=265598, strike="0.0", exchange="SMART", primary_exchange="NASDAQ", local_symbol="AAPL"
)  # fmt: skip


def official(contract: ib_async.Contract) -> Any:  # noqa: ANN401 - the official client has no types
    made = ibapi.contract.Contract()
    for name in ("conId", "symbol", "secType", "exchange", "primaryExchange", "currency", "localSymbol"):
        setattr(made, name, getattr(contract, name))
    return made


def executions_of(**wanted: Any) -> Any:  # noqa: ANN401 - as above
    made = ibapi.execution.ExecutionFilter()
    for name, value in wanted.items():
        setattr(made, name, value)
    return made


TEN = "20240102 10:00:00"
WANTED: dict[str, Any] = {
    "clientId": 3,
    "acctCode": "DU1",
    "time": TEN,
    "symbol": "AAPL",
    "side": "BUY",
}
SUMMARY = "NetLiquidation,$LEDGER:ALL"
END = "20240103 00:00:00 UTC"


@dataclass(frozen=True)
class Caller:
    """A client with its own classes of the same meaning."""

    client: Any
    stock: Any
    wanted: Any


Case = tuple[Request, Callable[[Caller], object]]


def start(caller: Caller) -> None:
    caller.client.clientId = 7
    caller.client.startApi()


CASES: list[Case] = [
    (asked.StartApi(client_id=7), start),
    (asked.CancelOrder(order_id=5), lambda c: c.client.cancelOrder(5)),
    (asked.CancelAllOrders(), lambda c: c.client.reqGlobalCancel()),
    (asked.OpenOrders(), lambda c: c.client.reqOpenOrders()),
    (asked.AllOpenOrders(), lambda c: c.client.reqAllOpenOrders()),
    (asked.AutoOpenOrders(bind=True), lambda c: c.client.reqAutoOpenOrders(True)),
    (asked.CompletedOrders(api_only=False), lambda c: c.client.reqCompletedOrders(False)),
    (
        asked.Executions(request_id=9, client_id=3, account="DU1", time=TEN, symbol="AAPL", side="BUY"),
        lambda c: c.client.reqExecutions(9, c.wanted),
    ),
    (asked.NextOrderId(), lambda c: c.client.reqIds(1)),
    (asked.ManagedAccounts(), lambda c: c.client.reqManagedAccts()),
    (asked.CurrentTime(), lambda c: c.client.reqCurrentTime()),
    (asked.AccountUpdates(subscribe=True, account="DU1"), lambda c: c.client.reqAccountUpdates(True, "DU1")),
    (
        asked.AccountSummary(request_id=9, group="All", tags=SUMMARY),
        lambda c: c.client.reqAccountSummary(9, "All", SUMMARY),
    ),
    (asked.CancelAccountSummary(request_id=9), lambda c: c.client.cancelAccountSummary(9)),
    (
        asked.AccountUpdatesMulti(request_id=9, account="DU1", model="", ledger_and_liquidation=True),
        lambda c: c.client.reqAccountUpdatesMulti(9, "DU1", "", True),
    ),
    (asked.CancelAccountUpdatesMulti(request_id=9), lambda c: c.client.cancelAccountUpdatesMulti(9)),
    (asked.Positions(), lambda c: c.client.reqPositions()),
    (asked.CancelPositions(), lambda c: c.client.cancelPositions()),
    (
        asked.PositionsMulti(request_id=9, account="DU1", model="m"),
        lambda c: c.client.reqPositionsMulti(9, "DU1", "m"),
    ),
    (asked.CancelPositionsMulti(request_id=9), lambda c: c.client.cancelPositionsMulti(9)),
    (asked.ProfitAndLoss(request_id=9, account="DU1", model=""), lambda c: c.client.reqPnL(9, "DU1", "")),
    (asked.CancelProfitAndLoss(request_id=9), lambda c: c.client.cancelPnL(9)),
    (
        asked.ProfitAndLossSingle(request_id=9, account="DU1", model="", con_id=265598),
        lambda c: c.client.reqPnLSingle(9, "DU1", "", 265598),
    ),
    (asked.CancelProfitAndLossSingle(request_id=9), lambda c: c.client.cancelPnLSingle(9)),
    (asked.ContractDetails(request_id=9, contract=NAMED), lambda c: c.client.reqContractDetails(9, c.stock)),
    (asked.MatchingSymbols(request_id=9, pattern="AA"), lambda c: c.client.reqMatchingSymbols(9, "AA")),
    (asked.MarketRule(rule_id=26), lambda c: c.client.reqMarketRule(26)),
    (
        asked.MarketData(request_id=9, contract=NAMED, generic_ticks="233", snapshot=False),
        lambda c: c.client.reqMktData(9, c.stock, "233", False, False, []),
    ),
    (asked.CancelMarketData(request_id=9), lambda c: c.client.cancelMktData(9)),
    (asked.MarketDataTypeChoice(kind=3), lambda c: c.client.reqMarketDataType(3)),
    (
        asked.TickByTick(request_id=9, contract=NAMED, kind="BidAsk", number=10, ignore_size=True),
        lambda c: c.client.reqTickByTickData(9, c.stock, "BidAsk", 10, True),
    ),
    (asked.CancelTickByTick(request_id=9), lambda c: c.client.cancelTickByTickData(9)),
    (
        asked.RealTimeBars(request_id=9, contract=NAMED, bar_seconds=5, what_to_show="TRADES", regular_hours=True),
        lambda c: c.client.reqRealTimeBars(9, c.stock, 5, "TRADES", True, []),
    ),
    (asked.CancelRealTimeBars(request_id=9), lambda c: c.client.cancelRealTimeBars(9)),
    (
        asked.HistoricalData(
            request_id=9, contract=NAMED, end=END, bar_size="1 min", duration="1 D", regular_hours=True,
            what_to_show="TRADES", date_format=2, keep_up_to_date=True,
        ),
        lambda c: c.client.reqHistoricalData(9, c.stock, END, "1 D", "1 min", "TRADES", True, 2, True, []),
    ),
    (asked.CancelHistoricalData(request_id=9), lambda c: c.client.cancelHistoricalData(9)),
    (
        asked.HeadTimestamp(request_id=9, contract=NAMED, what_to_show="TRADES", regular_hours=True, date_format=1),
        lambda c: c.client.reqHeadTimeStamp(9, c.stock, "TRADES", True, 1),
    ),
    (asked.CancelHeadTimestamp(request_id=9), lambda c: c.client.cancelHeadTimeStamp(9)),
    (
        asked.HistoricalTicks(
            request_id=9, contract=NAMED, start="", end=END, number=50, what_to_show="BID_ASK", regular_hours=True,
            ignore_size=False,
        ),
        lambda c: c.client.reqHistoricalTicks(9, c.stock, "", END, 50, "BID_ASK", True, False, []),
    ),
]  # fmt: skip


def by_ib_async(case: Case, version: int) -> list[bytes]:
    """Return what ib_async writes where it is asked for this."""
    wanted = ib_async.ExecutionFilter(**WANTED)
    return written_by_ib_async(lambda client: case[1](Caller(client, AAPL, wanted)), version)


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[0]).__name__)
@pytest.mark.parametrize("version", VERSIONS)
def test_ib_async_is_read_as_it_was_asked(case: Case, version: int) -> None:
    assert [read_request(payload, version) for payload in by_ib_async(case, version)] == [case[0]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[0]).__name__)
def test_the_official_client_is_read_as_it_was_asked(case: Case) -> None:
    request, call = case
    written = written_by_ibapi(lambda client: call(Caller(client, official(AAPL), executions_of(**WANTED))))
    assert [read_request(payload, IBAPI_VERSION) for payload in written] == [request]


def test_every_request_but_the_order_stands_in_the_table() -> None:
    assert {type(request) for request, _ in CASES} == set(REQUESTS.values()) - {asked.PlaceOrder}


BAG = ib_async.Bag(
    symbol="AAPL", comboLegs=[ib_async.ComboLeg(1, 1, "BUY", "SMART"), ib_async.ComboLeg(2, 1, "SELL", "SMART")]
)


@pytest.mark.parametrize("version", VERSIONS)
def test_legs_and_delta_neutral_parts_of_data_requests_are_read_past(version: int) -> None:
    bag = ib_async.Bag(
        symbol="AAPL", comboLegs=BAG.comboLegs, deltaNeutralContract=ib_async.DeltaNeutralContract(1, 0.5, 2.0)
    )
    [ticks] = written_by_ib_async(lambda c: c.reqMktData(9, bag, "", True, False, []), version)
    [bars] = written_by_ib_async(
        lambda c: c.reqHistoricalData(9, bag, "", "1 D", "1 min", "TRADES", True, 1, False, []), version
    )
    assert isinstance(read_request(ticks, version), asked.MarketData)
    assert isinstance(read_request(bars, version), asked.HistoricalData)


@pytest.mark.parametrize(
    ("payload", "request_read"),
    [
        (b"", asked.UnreadableRequest(number=-1, reason="the message breaks off")),
        (b"\xff\0", asked.UnreadableRequest(number=-1, reason="'\\\\xff' is no whole number")),
        (b"12\0001\0", asked.UnknownRequest(number=12)),
        (b"7\0003\0009\0000\0", asked.UnreadableRequest(number=7, reason="the message breaks off", about=9)),
        (b"93\0009", asked.UnreadableRequest(number=93, reason="the message breaks off")),
        (b"93\0009\0x\0", asked.UnreadableRequest(number=93, reason="1 fields more than the request has", about=9)),
        (b"99\0true\0", asked.UnreadableRequest(number=99, reason="'true' is neither 0 nor 1")),
        (b"91\0000x1\0", asked.UnreadableRequest(number=91, reason="'0x1' is no whole number")),
        (b"91\000" + b"9" * 22 + b"\0", asked.UnreadableRequest(number=91, reason=f"'{'9' * 22}' is no whole number")),
        (
            b"1\00011\0009\0000\0X\0BAG\0" + b"\0" * 9 + b"1001\0",
            asked.UnreadableRequest(number=1, reason="1001 of something", about=9),
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(payload: bytes, request_read: Request) -> None:
    assert read_request(payload, 178) == request_read


def test_letters_beyond_ascii_survive() -> None:
    [payload] = written_by_ib_async(lambda c: c.reqMatchingSymbols(1, "Überraschung"), 178)
    assert read_request(payload, 178) == asked.MatchingSymbols(request_id=1, pattern="Überraschung")


def test_quantities_are_exact() -> None:
    order = ib_async.LimitOrder("BUY", 0.1, 10.07)
    [payload] = written_by_ib_async(lambda c: c.placeOrder(1, AAPL, order), 178)
    request = read_request(payload, 178)
    assert isinstance(request, asked.PlaceOrder)
    assert (request.ticket.quantity, request.ticket.limit_price) == (Decimal("0.1"), Decimal("10.07"))
