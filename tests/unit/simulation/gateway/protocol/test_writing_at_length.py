"""The long messages, and those that change with the version, as the real clients understand them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ib_async.util import parseIBDatetime

from robo_trader.simulation.gateway.protocol import messages as said
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.values import (
    Contract,
    Execution,
    OrderState,
    OrderTicket,
    WireBar,
    WireTick,
)
from robo_trader.simulation.gateway.protocol.writing import write_message
from tests.examples import examples
from tests.gateway_clients import IBAPI_VERSION, VERSIONS, Heard, heard_by_ib_async, heard_by_ibapi
from tests.unit.simulation.gateway.protocol.test_writing import BOTH

D = Decimal
AT = 1_704_205_800_000_000_000  # Tuesday 2 January 2024, 09:30 in New York, 14:30 UTC
UNSET = 1.7976931348623157e308
AAPL = Contract(
    symbol="AAPL", con_id=265598, exchange="SMART", primary_exchange="NASDAQ", local_symbol="AAPL", trading_class="NMS"
)  # fmt: skip
TICKET = OrderTicket(
    action="BUY", quantity=D("100.5"), order_type="STP LMT", limit_price=D("10.07"), aux_price=D("10.05"), tif="GTC",
    oca_group="pair", oca_type=1, account="DU1", order_ref="run-7/12", parent_id=6, outside_rth=True,
    trail_stop_price=D("9.5"), algo_strategy="Vwap",
)  # fmt: skip
OPEN = said.OpenOrder(
    order_id=7, client_id=3, perm_id=99, contract=AAPL, ticket=TICKET, state=OrderState(status="PreSubmitted")
)  # fmt: skip


def by_both(message: Message, version: int) -> list[Heard]:
    """Return what each client hears: both at the official one's version, else ib_async alone."""
    payload = write_message(message, version)
    heard = heard_by_ib_async(payload, version)
    assert len(heard) == 1
    return heard + (heard_by_ibapi(payload) if version == IBAPI_VERSION else [])


def fields(of: object, names: str) -> tuple[Any, ...]:
    return tuple(getattr(of, name) for name in names.split())


@pytest.mark.parametrize("version", VERSIONS)
def test_an_open_order_is_heard_with_everything_that_was_asked(version: int) -> None:
    for name, (order_id, contract, order, state) in by_both(OPEN, version):
        assert (name, order_id) == ("openOrder", 7)
        assert fields(contract, "conId symbol right exchange tradingClass") == (265598, "AAPL", "?", "SMART", "NMS")
        assert fields(order, "orderId clientId permId action totalQuantity") == (7, 3, 99, "BUY", 100.5)
        assert fields(order, "orderType lmtPrice auxPrice tif") == ("STP LMT", 10.07, 10.05, "GTC")
        assert fields(order, "ocaGroup ocaType account orderRef parentId") == ("pair", 1, "DU1", "run-7/12", 6)
        assert fields(order, "outsideRth trailStopPrice algoStrategy whatIf") == (True, 9.5, "Vwap", False)
        assert fields(order, "deltaNeutralOrderType clearingIntent") == ("None", "IB")
        assert fields(order, "exemptCode displaySize dontUseAutoPriceForHedge") == (-1, 2147483647, True)
        assert fields(state, "status initMarginChange commission") == ("PreSubmitted", "1.7976931348623157E308", UNSET)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_without_prices_is_echoed_with_zeros(version: int) -> None:
    plain = OrderTicket(action="SELL", quantity=D(1), order_type="MKT", account="DU1")
    message = said.OpenOrder(order_id=7, client_id=3, perm_id=99, contract=AAPL, ticket=plain, state=OPEN.state)
    for _, (_, _, order, _) in by_both(message, version):
        assert fields(order, "lmtPrice auxPrice ocaType trailStopPrice") == (0.0, 0.0, 3, UNSET)
    assert b"\x0099.0/DU1/1\0" in write_message(message, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_pegged_to_a_benchmark_has_its_five_fields(version: int) -> None:
    pegged = OrderTicket(action="BUY", quantity=D(1), order_type="PEG BENCH", account="DU1")
    message = said.OpenOrder(order_id=7, client_id=3, perm_id=99, contract=AAPL, ticket=pegged, state=OPEN.state)
    for _, (_, _, order, _) in by_both(message, version):
        assert fields(order, "orderType adjustedOrderType") == ("PEG BENCH", "None")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_what_if_is_answered_in_numbers(version: int) -> None:
    state = OrderState(
        status="PreSubmitted", init_margin_before=D(1), maint_margin_before=D(2), equity_with_loan_before=D(3),
        init_margin_change=D("4.5"), maint_margin_change=D(5), equity_with_loan_change=D(6), init_margin_after=D(7),
        maint_margin_after=D(8), equity_with_loan_after=D(9), commission=D("1.05"), min_commission=D(1),
        max_commission=D(2), commission_currency="USD", warning_text="careful",
    )  # fmt: skip
    message = said.OpenOrder(order_id=7, client_id=3, perm_id=99, contract=AAPL, ticket=TICKET, state=state)
    for _, (_, _, _, heard) in by_both(message, version):
        assert fields(heard, "initMarginBefore maintMarginBefore equityWithLoanBefore") == ("1", "2", "3")
        assert fields(heard, "initMarginChange maintMarginChange equityWithLoanChange") == ("4.5", "5", "6")
        assert fields(heard, "initMarginAfter maintMarginAfter equityWithLoanAfter") == ("7", "8", "9")
        assert fields(heard, "commission minCommission maxCommission") == (1.05, 1.0, 2.0)
        assert fields(heard, "commissionCurrency warningText") == ("USD", "careful")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_completed_order_has_its_end_and_no_ids_of_the_client(version: int) -> None:
    ended = ("Cancelled", "20240102 09:31:00 EST", "Cancelled by Trader")
    state = OrderState(status=ended[0], completed_time=ended[1], completed_status=ended[2])
    message = said.CompletedOrder(
        perm_id=99, contract=AAPL, ticket=TICKET, state=state, filled=D("30.5"), parent_perm_id=98
    )
    for name, (contract, order, heard) in by_both(message, version):
        assert (name, contract.conId) == ("completedOrder", 265598)
        assert fields(order, "orderId clientId permId parentPermId filledQuantity") == (0, 0, 99, 98, 30.5)
        assert fields(order, "orderType lmtPrice auxPrice orderRef") == ("STP LMT", 10.07, 10.05, "run-7/12")
        assert fields(order, "ocaType trailStopPrice algoStrategy") == (1, 9.5, "Vwap")
        assert fields(heard, "status completedTime completedStatus") == ended


EXECUTION = Execution(
    exec_id="0001.01", order_id=7, client_id=3, perm_id=99, at=AT, account="DU1", exchange="ISLAND", side="BOT",
    shares=D("30.5"), price=D("10.07"), cumulative=D("40.5"), average_price=D("10.06"), order_ref="run-7/12",
)  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_an_execution_is_heard_with_its_price_and_sums(version: int) -> None:
    message = said.ExecutionDetails(request_id=-1, contract=AAPL, execution=EXECUTION)
    for _, (request_id, contract, heard) in by_both(message, version):
        assert (request_id, contract.conId, contract.exchange) == (-1, 265598, "SMART")
        assert fields(heard, "execId orderId clientId permId side") == ("0001.01", 7, 3, 99, "BOT")
        assert fields(heard, "acctNumber exchange orderRef lastLiquidity") == ("DU1", "ISLAND", "run-7/12", 2)
        assert fields(heard, "shares price cumQty avgPrice liquidation") == (30.5, 10.07, 40.5, 10.06, 0)


@pytest.mark.parametrize("version", [174, 176, 178])
def test_from_version_174_an_execution_names_its_zone(version: int) -> None:
    message = said.ExecutionDetails(request_id=-1, contract=AAPL, execution=EXECUTION)
    [(_, (_, _, heard))] = heard_by_ib_async(write_message(message, version), version)
    assert heard.time == datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
    assert b"\x0020240102 09:30:00 US/Eastern\0" in write_message(message, version)


@pytest.mark.parametrize("version", [157, 163, 173])
def test_before_174_the_time_is_local_with_two_blanks(version: int) -> None:
    message = said.ExecutionDetails(request_id=-1, contract=AAPL, execution=EXECUTION)
    assert b"\x0020240102  09:30:00\0" in write_message(message, version)


DATA = said.ContractData(
    request_id=4, contract=AAPL, market_name="NMS", min_tick=D("0.01"), order_types="LMT,MKT", valid_exchanges="SMART",
    long_name="Bäckerei \\ Söhne 😀", industry="Technology", category="Computers", subcategory="Computers",
    time_zone="US/Eastern", trading_hours="20240102:0400-20240102:2000;20240103:CLOSED",
    liquid_hours="20240102:0930-20240102:1600", market_rule_ids="26", size_increment=D("0.0001"),
)  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_contract_details_are_heard_in_both_layouts(version: int) -> None:
    for _, (request_id, heard) in by_both(DATA, version):
        assert (request_id, heard.contract.conId, heard.contract.primaryExchange) == (4, 265598, "NASDAQ")
        assert fields(heard, "marketName minTick orderTypes validExchanges") == ("NMS", 0.01, "LMT,MKT", "SMART")
        assert heard.longName == "Bäckerei \\ Söhne 😀"
        assert fields(heard, "industry timeZoneId marketRuleIds stockType") == (
            "Technology", "US/Eastern", "26", "COMMON",
        )  # fmt: skip
        assert fields(heard, "tradingHours liquidHours") == (DATA.trading_hours, DATA.liquid_hours)
    if version >= 164:
        assert fields(heard, "minSize sizeIncrement suggestedSizeIncrement") == (1.0, 0.0001, 100.0)


@pytest.mark.parametrize("version", VERSIONS)
def test_symbols_and_market_rules_are_heard(version: int) -> None:
    for _, (request_id, found) in by_both(said.SymbolSamples(request_id=4, contracts=(AAPL, AAPL)), version):
        assert (request_id, [one.contract.symbol for one in found]) == (4, ["AAPL", "AAPL"])
    rule = said.MarketRuleMessage(rule_id=26, increments=((D(0), D("0.0001")), (D(1), D("0.01"))))
    for _, (rule_id, edges) in by_both(rule, version):
        assert (rule_id, [fields(edge, "lowEdge increment") for edge in edges]) == (26, [(0.0, 0.0001), (1.0, 0.01)])


@pytest.mark.parametrize("version", VERSIONS)
def test_an_error_has_its_json_from_version_166_on(version: int) -> None:
    message = said.ErrorMessage(about=7, code=201, text="Order rejected - reason: é", reject_json='{"a":1}')
    payload = write_message(message, version)
    assert b"reason: \\u00e9\0" in payload
    [(name, heard)] = heard_by_ib_async(payload, version)
    assert (name, heard[:2], heard[3]) == ("error", (7, 201), '{"a":1}' if version >= 166 else "")
    if version == IBAPI_VERSION:
        assert heard_by_ibapi(payload) == [("error", (7, 201, "Order rejected - reason: é"))]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_price_comes_with_its_size(version: int) -> None:
    message = said.TickPrice(request_id=4, tick_type=1, price=D("10.07"), size=D(300), attributes=1)
    heard = heard_by_ib_async(write_message(message, version), version)
    assert heard == [("priceSizeTick", (4, 1, 10.07, 300.0))]
    if version == IBAPI_VERSION:
        (name, price), size = heard_by_ibapi(write_message(message, version))
        assert (name, price[:3], size) == ("tickPrice", (4, 1, 10.07), ("tickSize", (4, 0, 300)))


@pytest.mark.parametrize("what", ["MIDPOINT", "BID_ASK", "TRADES"])
@pytest.mark.parametrize("version", VERSIONS)
def test_ticks_of_the_past_are_heard(what: str, version: int) -> None:
    tick = WireTick(
        at=AT, price=D("10.5"), size=D(100), bid=D(10), ask=D(11), bid_size=D(100), ask_size=D(200), exchange="ARCA"
    )
    message = said.HistoricalTicksMessage(request_id=4, what_to_show=what, ticks=(tick, tick), is_last=False)
    for _, (request_id, ticks, is_last) in by_both(message, version):
        assert (request_id, len(ticks), is_last) == (4, 2, False)
        names = "priceBid priceAsk sizeBid sizeAsk" if what == "BID_ASK" else "price size"
        assert fields(ticks[1], names) == ((10.0, 11.0, 100, 200) if what == "BID_ASK" else (10.5, 100))


def bar(date: str = "") -> WireBar:
    return WireBar(
        at=AT, date=date, open=D(1), high=D(4), low=D("0.5"), close=D(2), volume=D("10.5"), wap=D("1.5"), count=3
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("date_format", [1, 2])
def test_dates_of_bars_say_the_moment_as_the_version_does(version: int, date_format: int) -> None:
    message = said.HistoricalBars(request_id=4, start=AT, end=AT, bars=(bar(),), date_format=date_format)
    moment = parseIBDatetime(heard_by_ib_async(write_message(message, version), version)[0][1][1].date)
    assert isinstance(moment, datetime)
    if date_format == 2 or version >= 174:
        assert moment == datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
    else:
        assert moment == datetime(2024, 1, 2, 9, 30)  # noqa: DTZ001 - local, and the wire does not say where


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bar_of_a_day_bears_a_date_and_an_update_its_own_order(version: int) -> None:
    message = said.HistoricalBarUpdate(request_id=4, bar=bar("20240102"), date_format=2)
    for _, (request_id, heard) in by_both(message, version):
        assert (request_id, heard.date) == (4, "20240102")
        assert fields(heard, "open high low close barCount") == (1.0, 4.0, 0.5, 2.0, 3)
        assert heard.volume == (10.5 if version >= 163 else 10)


def test_a_schedule_is_in_local_time() -> None:
    message = said.HistoricalSchedule(request_id=4, sessions=((AT, AT + 23_400 * 10**9, "20240102"),))
    [(_, (request_id, start, end, zone, [session]))] = heard_by_ib_async(write_message(message, 178), 178)
    assert (request_id, start, end, zone) == (4, "20240102-09:30:00", "20240102-16:00:00", "US/Eastern")
    assert fields(session, "startDateTime endDateTime refDate") == (start, end, "20240102")


sizes = st.decimals(0, 10**12, places=4)


@settings(max_examples=examples(60))
@given(st.sampled_from(VERSIONS), sizes)
def test_sizes_are_whole_before_version_163_and_exact_from_then_on(version: int, size: Decimal) -> None:
    written = write_message(said.TickSize(request_id=4, tick_type=0, size=size), version).split(b"\0")[4]
    assert written.isdigit() if version < 163 else Decimal(written.decode()) == size


@settings(max_examples=examples(100))
@given(
    st.sampled_from(VERSIONS), st.decimals(-(10**9), 10**9, places=6),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30),
)  # fmt: skip
def test_texts_are_ascii_and_numbers_never_have_exponents(version: int, number: Decimal, text: str) -> None:
    message = said.AccountValue(key=text, value=f"{number:f}", currency=text, account=text)
    payload = write_message(message, version)
    assert payload.isascii() and payload.count(b"\0") == 6
    position = said.PositionMessage(account="DU1", contract=AAPL, quantity=number, average_cost=number)
    assert b"E" not in write_message(position, version).split(b"\0")[-3]
    [(_, heard)] = heard_by_ib_async(write_message(position, version), version)
    assert heard[2] == float(number)


SAMPLES: list[Message] = [message for message, _ in BOTH] + [
    OPEN,
    DATA,
    said.CompletedOrder(perm_id=99, contract=AAPL, ticket=TICKET, state=OPEN.state, filled=D(1)),
    said.ExecutionDetails(request_id=-1, contract=AAPL, execution=EXECUTION),
    said.SymbolSamples(request_id=4, contracts=()),
    said.MarketRuleMessage(rule_id=26, increments=()),
    said.ErrorMessage(about=-1, code=2104, text="Market data farm connection is OK:usfarm"),
    said.TickPrice(request_id=4, tick_type=1, price=D(-1)),
    said.HistoricalTicksMessage(request_id=4, what_to_show="TRADES", ticks=()),
    said.HistoricalSchedule(request_id=4, sessions=()),
]


def test_every_message_is_heard_at_every_version() -> None:
    assert {type(message) for message in SAMPLES} == set(get_args(Message))
    for version in range(157, 179):
        for message in SAMPLES:
            assert heard_by_ib_async(write_message(message, version), version)
