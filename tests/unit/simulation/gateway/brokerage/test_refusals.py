"""What the brokerage does not take, and in which code it says so."""

from decimal import Decimal

import pytest

from robo_trader.simulation.gateway.protocol.order_messages import OpenOrder
from robo_trader.simulation.gateway.protocol.requests import PlaceOrder
from robo_trader.simulation.gateway.protocol.values import Contract, OrderTicket
from tests.unit.simulation.gateway.brokerage.firm import Firm, a_ticket, codes, find, numbers, words


@pytest.mark.parametrize(
    ("ticket", "code"),
    [
        pytest.param(a_ticket("HOLD"), 321, id="no side"),
        pytest.param(a_ticket(account="DU9"), 321, id="another account"),
        pytest.param(a_ticket(quantity=0), 434, id="no shares"),
        pytest.param(a_ticket(quantity="1.5"), 10243, id="a part of a share"),
        pytest.param(a_ticket(order_type="MIT", aux=90), 387, id="a type the venue does not know"),
        pytest.param(a_ticket(order_type="LMT"), 321, id="a limit order without a limit"),
        pytest.param(a_ticket(order_type="STP"), 321, id="a stop without a stop price"),
        pytest.param(a_ticket(order_type="TRAIL"), 321, id="a trail without a distance"),
        pytest.param(a_ticket(order_type="LMT", limit="100.005"), 110, id="off the tick above a dollar"),
        pytest.param(a_ticket(order_type="LMT", limit="0.50005"), 110, id="off the tick below a dollar"),
        pytest.param(a_ticket(order_type="STP", aux="100.001"), 110, id="a stop off the tick"),
        pytest.param(a_ticket(order_type="STP", aux=90, tif="IOC"), 111, id="a stop at once"),
        pytest.param(a_ticket(order_type="MOC", tif="GTC"), 113, id="an auction until canceled"),
        pytest.param(a_ticket(tif="GTD", good_till_date="20240401"), 201, id="good till a date"),
        pytest.param(a_ticket(all_or_none=True), 201, id="all or none"),
        pytest.param(a_ticket(algo_strategy="Adaptive"), 201, id="an algorithm"),
        pytest.param(a_ticket(condition_count=1), 201, id="conditions"),
        pytest.param(a_ticket(unheeded=("hedge",)), 201, id="a hedge"),
        pytest.param(a_ticket(order_type="TRAIL", trailing_percent=Decimal(2)), 201, id="a trailing percentage"),
        pytest.param(a_ticket(oca_group="g", oca_type=7), 201, id="an unknown kind of group"),
    ],
)
def test_an_order_refused_by_itself(ticket: OrderTicket, code: int) -> None:
    firm = Firm()
    assert words(firm.place(ticket)) == [f"error 1 {code}"]
    assert firm.rows("orders") == []
    assert codes(firm.place(a_ticket())) == [], "its id is free again"


def test_a_cheap_stock_has_finer_steps() -> None:
    assert codes(Firm().place(a_ticket(order_type="LMT", limit="0.5001"))) == []


@pytest.mark.parametrize(
    "contract",
    [
        Contract(symbol="NONE", exchange="SMART"),
        Contract(symbol="AAPL", exchange="LSE"),
        Contract(symbol="AAPL", exchange="SMART", currency="EUR"),
        Contract(symbol="AAPL", exchange="SMART", sec_type="OPT"),
        Contract(symbol="MSFT", exchange="SMART", con_id=265598),
        Contract(symbol="", exchange="SMART", con_id=5),
    ],
)
def test_an_order_for_what_does_not_exist(contract: Contract) -> None:
    firm = Firm()
    assert codes(firm.ask(PlaceOrder(order_id=1, contract=contract, ticket=a_ticket()))) == [200]


def test_the_official_client_s_defaults_are_refused_where_a_newer_server_would() -> None:
    ticket = a_ticket(e_trade_only=True, firm_quote_only=True)
    assert codes(Firm().place(ticket)) == []
    assert codes(Firm(refuses_e_trade_only=True).place(ticket)) == [10268]


def test_a_rejection_is_an_error_then_the_order_then_its_status() -> None:
    firm = Firm(cash=1_000)
    firm.trade(100.0)
    assert words(firm.place(a_ticket())) == ["error 1 201", "openOrder Inactive", "orderStatus Inactive 0/100"]
    assert firm.order()["is_over"]
    assert codes(firm.cancel()) == [10148]


def test_leaving_a_position_needs_no_margin() -> None:
    firm = Firm(cash=10_000)
    firm.place(a_ticket(quantity=100))
    firm.hour(1)
    firm.place(a_ticket("SELL"), 2)
    assert words(firm.hour(2, open_=30.0))[1] == "openOrder Filled"


def test_a_trail_needs_a_price_to_begin_at() -> None:
    firm = Firm()
    trail = a_ticket("SELL", order_type="TRAIL", aux=5)
    assert codes(firm.place(trail)) == [201]
    firm.place(a_ticket(order_type="LMT", limit=90), 2)
    assert codes(firm.place(a_ticket(order_type="TRAIL", aux=5), 2)) == [201], "nor can an order become one"
    firm.trade(100.0)
    assert words(firm.place(trail, 3)) == ["openOrder PreSubmitted", "orderStatus PreSubmitted 0/100"]
    firm.hour(1, low=94.0)
    assert [row["price"] for row in firm.rows("executions")] == ["95.0"]


def test_a_leg_without_its_parent() -> None:
    firm = Firm()
    assert codes(firm.place(a_ticket("SELL", parent_id=9))) == [10006]
    firm.place(a_ticket(order_type="LMT", limit=90), 2)
    firm.cancel(2)
    told = firm.place(a_ticket("SELL", parent_id=2), 3)
    assert codes(told) == [10006]


def test_what_if_changes_nothing() -> None:
    firm = Firm()
    firm.trade(100.0)
    (answer,) = firm.place(a_ticket(what_if=True))
    assert isinstance(answer, OpenOrder)
    assert answer.state.status == "PreSubmitted"
    assert numbers(answer.state.init_margin_before, answer.state.init_margin_change) == (0, 5_000)
    assert numbers(answer.state.maint_margin_after, answer.state.equity_with_loan_after) == (2_500, 100_000)
    assert firm.rows("orders") == []
    assert find(firm.place(a_ticket()), OpenOrder)[0].order_id == 1, "the id is still free"
    assert codes(firm.place(a_ticket(order_type="LMT", what_if=True), 2)) == [321]
