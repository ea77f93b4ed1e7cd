"""Who sees which orders and executions, and what is known of contracts."""

from decimal import Decimal

import pytest

from robo_trader.simulation.gateway.brokerage.contracts import con_id_of
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.account_messages import CurrentTimeMessage, ManagedAccountsList
from robo_trader.simulation.gateway.protocol.market_messages import (
    ContractData,
    ContractDataEnd,
    MarketRuleMessage,
    SymbolSamples,
)
from robo_trader.simulation.gateway.protocol.order_messages import (
    CompletedOrder,
    ExecutionDetails,
    NextValidId,
    OpenOrder,
    OrderStatusMessage,
)
from robo_trader.simulation.gateway.protocol.values import Contract
from tests.builders import OPEN
from tests.unit.simulation.gateway.brokerage.firm import AAPL_CONTRACT, ACCOUNT, Firm, a_ticket, codes, find, words
from tests.unit.simulation.venue.showing import an_hour

LIMIT = a_ticket(order_type="LMT", limit=90)


def shown_orders(firm: Firm, request: asks.Request, client: int) -> set[tuple[int, int]]:
    return {(order.client_id, order.order_id) for order in find(firm.ask(request, client), OpenOrder)}


def test_a_client_that_comes_is_told_its_accounts_and_its_next_id() -> None:
    firm = Firm(3)
    assert firm.greeting == [
        (3, ManagedAccountsList(accounts=(ACCOUNT,))),
        (3, NextValidId(order_id=1)),
    ]
    firm.place(LIMIT, 17, client=3)
    assert firm.ask(asks.NextOrderId(), 3) == [NextValidId(order_id=18)]
    assert firm.ask(asks.ManagedAccounts(), 3) == [ManagedAccountsList(accounts=(ACCOUNT,))]
    assert firm.ask(asks.CurrentTime(), 3) == [CurrentTimeMessage(at=OPEN)]


def test_clients_see_their_own_orders_unless_they_ask_for_all() -> None:
    firm = Firm(1, 2)
    assert firm.place(LIMIT, client=1) != []
    firm.place(LIMIT, 4, client=2)
    assert shown_orders(firm, asks.OpenOrders(), 1) == {(1, 1)}
    assert shown_orders(firm, asks.AllOpenOrders(), 1) == {(1, 1), (2, 4)}
    assert words(firm.ask(asks.OpenOrders(), 2))[-1] == "OpenOrderEnd"


def test_who_else_hears_of_an_order() -> None:
    firm = Firm(1, 2, 9, master_client_id=9)
    firm.brokerage.handle(1, asks.PlaceOrder(order_id=1, contract=AAPL_CONTRACT, ticket=a_ticket()), OPEN)
    firm.brokerage.show(an_hour(1))
    heard = {client for client, _ in firm.all_told()}
    assert heard == {1, 9}, "its own client and the master"


def test_client_0_takes_over_orders_placed_by_hand() -> None:
    firm = Firm(0, 1)
    perm_id = firm.doings.place_by_hand("AAPL", LIMIT, OPEN)
    assert firm.all_told() == [], "nobody's yet"
    assert shown_orders(firm, asks.OpenOrders(), 1) == set()
    assert shown_orders(firm, asks.AllOpenOrders(), 1) == {(0, 0)}
    assert shown_orders(firm, asks.OpenOrders(), 0) == {(0, -1)}
    assert words(firm.cancel(-1, client=0)) == ["orderStatus Cancelled 0/100", "error -1 202"]
    assert perm_id == firm.order(-1, 0)["perm_id"]


def test_client_0_may_take_them_as_they_come() -> None:
    firm = Firm(0, 1)
    firm.ask(asks.AutoOpenOrders(bind=True), 0)
    firm.doings.place_by_hand("AAPL", LIMIT, OPEN)
    assert words(firm.told(0)) == ["openOrder Submitted", "orderStatus Submitted 0/100"]
    assert codes(firm.ask(asks.AutoOpenOrders(bind=True), 1)) == [321]


def test_completed_orders_bear_no_order_id() -> None:
    firm = Firm()
    firm.place(a_ticket(order_ref="mine"))
    firm.place(LIMIT, 2)
    firm.place(LIMIT, 3)
    firm.cancel(2)
    firm.hour(1)
    told = firm.ask(asks.CompletedOrders(api_only=True))
    over = find(told, CompletedOrder)
    assert [(order.state.status, int(order.filled)) for order in over] == [("Filled", 100), ("Cancelled", 0)]
    assert (over[0].ticket.order_ref, over[0].perm_id) == ("mine", firm.order(1)["perm_id"])
    assert over[0].state.completed_time == "20240304 09:30:00 US/Eastern"
    assert words(told)[-1] == "CompletedOrdersEnd"


def test_completed_orders_placed_by_hand_are_left_out_on_demand() -> None:
    firm = Firm()
    firm.doings.place_by_hand("AAPL", a_ticket(), OPEN)
    firm.hour(1)
    assert len(find(firm.ask(asks.CompletedOrders(api_only=False)), CompletedOrder)) == 1
    assert find(firm.ask(asks.CompletedOrders(api_only=True)), CompletedOrder) == []


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 2),
        ({"symbol": "MSFT"}, 1),
        ({"side": "SELL"}, 1),
        ({"side": "BOT"}, 1),
        ({"client_id": 2}, 0),
        ({"client_id": 1}, 2),
        ({"account": "DU9"}, 0),
        ({"time": "20240304 09:30:00"}, 2),
        ({"time": "20240304 09:30:01 US/Eastern"}, 0),
        ({"time": "20240304-14:30:00"}, 2),
        ({"time": "20240304 14:30:01 UTC"}, 0),
        ({"exchange": "NASDAQ", "sec_type": "STK"}, 2),
    ],
)
def test_executions_by_filter(wanted: dict[str, str], count: int) -> None:
    firm = Firm()
    firm.place(a_ticket())
    firm.place(a_ticket("SELL"), 2, symbol="MSFT")
    firm.hour(1)
    firm.hour(1, symbol="MSFT")
    told = firm.ask(asks.Executions(request_id=4, **wanted))  # type: ignore[arg-type]
    assert [details.request_id for details in find(told, ExecutionDetails)] == [4] * count
    assert words(told)[1::2] == ["commission 0.000000"] * count
    assert words(told)[-1] == "ExecutionDetailsEnd"


@pytest.mark.parametrize("time", ["yesterday", "20240304 09:30:00 Nowhere/City"])
def test_a_filter_that_cannot_be_read(time: str) -> None:
    assert codes(Firm().ask(asks.Executions(request_id=4, time=time))) == [321]


def test_executions_and_ended_orders_are_those_of_the_session() -> None:
    firm = Firm()
    firm.place(a_ticket())
    firm.hour(1)
    firm.hour(1, day=1)
    assert words(firm.ask(asks.Executions(request_id=1))) == ["ExecutionDetailsEnd"]
    assert words(firm.ask(asks.CompletedOrders(api_only=False))) == ["CompletedOrdersEnd"]
    assert codes(firm.place(a_ticket(), 1)) == [103], "its id stays used"


def test_one_row_for_smart_and_one_an_exchange_for_none() -> None:
    firm = Firm()
    details, end = firm.ask(asks.ContractDetails(request_id=7, contract=AAPL_CONTRACT))
    assert isinstance(details, ContractData)
    assert (details.contract.con_id, details.long_name, details.min_tick) == (265598, "APPLE INC", Decimal("0.0001"))
    assert end == ContractDataEnd(request_id=7)
    told = firm.ask(asks.ContractDetails(request_id=8, contract=Contract(symbol="SPY")))
    exchanges = [one.contract.exchange for one in find(told, ContractData)]
    assert len(exchanges) == len(set(exchanges)) > 2
    assert {one.contract.con_id for one in find(told, ContractData)} == {756733}


def test_the_hours_of_a_contract() -> None:
    (details, _) = Firm().ask(asks.ContractDetails(request_id=7, contract=AAPL_CONTRACT))
    assert isinstance(details, ContractData)
    first, *_, last = details.liquid_hours.split(";")
    assert (first, last) == ("20240304:0930-20240304:1600", "20240309:CLOSED")
    assert details.trading_hours.startswith("20240304:0400-20240304:2000;")


def test_an_unknown_contract_is_an_error_and_no_end() -> None:
    firm = Firm()
    assert words(firm.ask(asks.ContractDetails(request_id=7, contract=Contract(symbol="NONE")))) == ["error 7 200"]


def test_con_ids_depend_on_the_symbol_alone() -> None:
    assert con_id_of("AAPL") == 265598
    assert con_id_of("XYZ") == con_id_of("XYZ") != con_id_of("XYY")


def test_symbols_and_rules() -> None:
    firm = Firm()
    (found,) = firm.ask(asks.MatchingSymbols(request_id=3, pattern="a"))
    assert isinstance(found, SymbolSamples)
    assert [one.symbol for one in found.contracts] == ["AAPL"]
    assert firm.ask(asks.MatchingSymbols(request_id=3, pattern="")) == [SymbolSamples(request_id=3, contracts=())]
    (rule,) = firm.ask(asks.MarketRule(rule_id=26))
    assert isinstance(rule, MarketRuleMessage)
    assert rule.increments == ((Decimal(0), Decimal("0.0001")), (Decimal(1), Decimal("0.01")))
    assert codes(firm.ask(asks.MarketRule(rule_id=1))) == [321]


def test_an_order_on_its_way_is_in_no_list() -> None:
    firm = Firm(answer_delay=100)
    firm.place(LIMIT)
    assert find(firm.ask(asks.AllOpenOrders()), OrderStatusMessage) == []


@pytest.mark.parametrize("spelled", ["BRK B", "BRK.B"])
def test_a_class_of_shares_is_spelled_with_a_space(spelled: str) -> None:
    firm = Firm()
    (details, _) = firm.ask(asks.ContractDetails(request_id=7, contract=Contract(symbol=spelled, exchange="SMART")))
    assert isinstance(details, ContractData)
    assert (details.contract.symbol, details.contract.primary_exchange) == ("BRK B", "NYSE")
    firm.place(a_ticket(), symbol=spelled)
    told = firm.hour(1, symbol="BRK.B")
    assert [one.contract.symbol for one in find(told, ExecutionDetails)] == ["BRK B"]
    assert [row["symbol"] for row in firm.rows("positions")] == ["BRK.B"]
