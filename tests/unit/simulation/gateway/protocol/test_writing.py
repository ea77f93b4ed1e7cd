"""What the server writes is heard by the real clients as it was said: ib_async at every version, ibapi at 157."""

from decimal import Decimal
from typing import Any

import pytest

from robo_trader.simulation.gateway.protocol import messages as said
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.values import Contract, WireBar, WireTick
from robo_trader.simulation.gateway.protocol.writing import write_message
from tests.gateway_clients import IBAPI_VERSION, VERSIONS, Heard, heard_by_ib_async, heard_by_ibapi

D = Decimal
AT = 1_704_205_800_000_000_000  # Tuesday 2 January 2024, 09:30 in New York, 14:30 UTC
AAPL = Contract(
    symbol="AAPL", con_id=265598, exchange="SMART", primary_exchange="NASDAQ", local_symbol="AAPL", trading_class="NMS"
)  # fmt: skip
BAR = WireBar(
    at=AT, open=D("10.00"), high=D("10.50"), low=D("9.50"), close=D("10.25"), volume=D(1200), wap=D("10.1"), count=7
)  # fmt: skip
SECONDS = AT // 10**9


def plain(value: object) -> Any:  # noqa: ANN401 - what a client made of a value
    """Return contracts by their id and bars by their close, so that one expectation holds for both clients."""
    for name in ("conId", "close", "commission"):
        if hasattr(value, name):
            return getattr(value, name)
    return value


def told(heard: list[Heard]) -> list[tuple[Any, ...]]:
    return [(name, *map(plain, values)) for name, values in heard]


# Message, and what both clients make of it: callback and arguments. `...` stands for an argument looked at elsewhere.
BOTH: list[tuple[Message, list[tuple[Any, ...]]]] = [
    (said.NextValidId(order_id=7), [("nextValidId", 7)]),
    (said.ManagedAccountsList(accounts=("DU1", "DU2")), [("managedAccounts", "DU1,DU2")]),
    (said.CurrentTimeMessage(at=AT + 5), [("currentTime", SECONDS)]),
    (said.OpenOrderEnd(), [("openOrderEnd",)]),
    (said.CompletedOrdersEnd(), [("completedOrdersEnd",)]),
    (said.ExecutionDetailsEnd(request_id=4), [("execDetailsEnd", 4)]),
    (
        said.OrderStatusMessage(
            order_id=7, client_id=3, perm_id=99, parent_id=6, status="Submitted", filled=D(30), remaining=D(70),
            average_price=D("10.07"), last_price=D("10.08"), why_held="locate",
        ),
        [("orderStatus", 7, "Submitted", 30.0, 70.0, 10.07, 99, 6, 10.08, 3, "locate", 0.0)],
    ),
    (said.CommissionReport(exec_id="e", commission=D("1.05")), [("commissionReport", 1.05)]),
    (
        said.PositionMessage(account="DU1", contract=AAPL, quantity=D("-30.5"), average_cost=D("10.07")),
        [("position", "DU1", 265598, -30.5, 10.07)],
    ),
    (said.PositionEnd(), [("positionEnd",)]),
    (
        said.PositionMultiMessage(
            request_id=4, account="DU1", model="", contract=AAPL, quantity=D(30), average_cost=D("10.07")
        ),
        [("positionMulti", 4, "DU1", "", 265598, 30.0, 10.07)],
    ),
    (said.PositionMultiEnd(request_id=4), [("positionMultiEnd", 4)]),
    (
        said.AccountValue(key="NetLiquidation", value="1E5", currency="USD", account="DU1"),
        [("updateAccountValue", "NetLiquidation", "1E5", "USD", "DU1")],
    ),
    (
        said.PortfolioValue(
            contract=AAPL, quantity=D(30), market_price=D("10.25"), market_value=D("307.5"), average_cost=D(10),
            unrealised=D("7.5"), realised=D(0), account="DU1",
        ),
        [("updatePortfolio", 265598, 30.0, 10.25, 307.5, 10.0, 7.5, 0.0, "DU1")],
    ),
    (said.AccountTime(at=AT), [("updateAccountTime", "09:30")]),
    (said.AccountDownloadEnd(account="DU1"), [("accountDownloadEnd", "DU1")]),
    (
        said.AccountSummaryMessage(request_id=4, account="DU1", tag="NetLiquidation", value="5", currency="USD"),
        [("accountSummary", 4, "DU1", "NetLiquidation", "5", "USD")],
    ),
    (said.AccountSummaryEnd(request_id=4), [("accountSummaryEnd", 4)]),
    (
        said.AccountUpdateMulti(request_id=4, account="DU1", model="", key="CashBalance", value="5", currency="USD"),
        [("accountUpdateMulti", 4, "DU1", "", "CashBalance", "5", "USD")],
    ),
    (said.AccountUpdateMultiEnd(request_id=4), [("accountUpdateMultiEnd", 4)]),
    (
        said.ProfitAndLossMessage(request_id=4, daily=D("-1.5"), unrealised=D(2), realised=D(3)),
        [("pnl", 4, -1.5, 2.0, 3.0)],
    ),
    (
        said.ProfitAndLossSingleMessage(
            request_id=4, quantity=D(100), daily=D("-1.5"), unrealised=D(2), realised=D(3), value=D(1000)
        ),
        [("pnlSingle", 4, 100, -1.5, 2.0, 3.0, 1000.0)],
    ),
    (said.ContractDataEnd(request_id=4), [("contractDetailsEnd", 4)]),
    (said.TickSize(request_id=4, tick_type=8, size=D(100)), [("tickSize", 4, 8, 100)]),
    (said.TickGeneric(request_id=4, tick_type=49, value=D(0)), [("tickGeneric", 4, 49, 0.0)]),
    (said.TickString(request_id=4, tick_type=45, value=str(SECONDS)), [("tickString", 4, 45, str(SECONDS))]),
    (
        said.TickRequestParameters(request_id=4, min_tick=D("0.01"), bbo_exchange="9c0001", snapshot_permissions=3),
        [("tickReqParams", 4, 0.01, "9c0001", 3)],
    ),
    (said.SnapshotEnd(request_id=4), [("tickSnapshotEnd", 4)]),
    (said.MarketDataKind(request_id=4, kind=3), [("marketDataType", 4, 3)]),
    (
        said.TickByTickMessage(
            request_id=4, kind=1, tick=WireTick(at=AT, price=D("10.5"), size=D(100), exchange="ARCA", conditions="T")
        ),
        [("tickByTickAllLast", 4, 1, SECONDS, 10.5, 100, ..., "ARCA", "T")],
    ),
    (
        said.TickByTickMessage(
            request_id=4, kind=3, tick=WireTick(at=AT, bid=D(10), ask=D(11), bid_size=D(100), ask_size=D(200))
        ),
        [("tickByTickBidAsk", 4, SECONDS, 10.0, 11.0, 100, 200, ...)],
    ),
    (
        said.TickByTickMessage(request_id=4, kind=4, tick=WireTick(at=AT, price=D("10.5"))),
        [("tickByTickMidPoint", 4, SECONDS, 10.5)],
    ),
    (
        said.RealTimeBar(request_id=4, bar=BAR),
        [("realtimeBar", 4, SECONDS, 10.0, 10.5, 9.5, 10.25, 1200, 10.1, 7)],
    ),
    (
        said.HistoricalBars(request_id=4, start=AT, end=AT, bars=(BAR, BAR)),
        [("historicalData", 4, 10.25), ("historicalData", 4, 10.25), ("historicalDataEnd", 4, ..., ...)],
    ),
    (said.HistoricalBarUpdate(request_id=4, bar=BAR), [("historicalDataUpdate", 4, 10.25)]),
    (said.HeadTimestampMessage(request_id=4, at=AT), [("headTimestamp", 4, "20240102-14:30:00")]),
    (said.HeadTimestampMessage(request_id=4, at=AT, date_format=2), [("headTimestamp", 4, str(SECONDS))]),
]  # fmt: skip


def matches(heard: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> bool:
    """Tell whether the callbacks are those wanted; bytes of the official client count as their text."""
    shapes = [len(a) == len(b) for a, b in zip(heard, wanted, strict=True)]
    pairs = [pair for a, b in zip(heard, wanted, strict=True) for pair in zip(a, b, strict=False)]
    return all(shapes) and all(b is ... or a == b for a, b in pairs)


def name_of(case: tuple[Message, Any]) -> str:
    return type(case[0]).__name__


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", BOTH, ids=name_of)
def test_ib_async_hears_what_was_said(case: tuple[Message, list[tuple[Any, ...]]], version: int) -> None:
    message, wanted = case
    assert matches(told(heard_by_ib_async(write_message(message, version), version)), wanted)


@pytest.mark.parametrize("case", BOTH, ids=name_of)
def test_the_official_client_hears_what_was_said(case: tuple[Message, list[tuple[Any, ...]]]) -> None:
    message, wanted = case
    assert matches(told(heard_by_ibapi(write_message(message, IBAPI_VERSION))), wanted)
