"""What a client is told of an order, message for message.

A thousand shares traded let an order have a hundred. The commission is a dollar an order.
"""

from decimal import Decimal

import pytest

from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.simulation.gateway.protocol.order_messages import (
    CommissionReport,
    ExecutionDetails,
    OpenOrder,
    OrderStatusMessage,
)
from robo_trader.simulation.gateway.protocol.requests import CancelAllOrders
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from tests.builders import CLOSE, HOUR, OPEN
from tests.unit.simulation.gateway.brokerage.firm import Firm, a_ticket, codes, find, numbers, words

DOLLAR = CommissionSchedule(per_share=Decimal(0), minimum=Decimal(1), maximum_fraction=Decimal(1))


def test_a_market_order_as_it_was_captured() -> None:
    firm = Firm(commissions=DOLLAR)
    assert words(firm.place(a_ticket(order_ref="mine"))) == ["openOrder Submitted", "orderStatus Submitted 0/100"]
    told = firm.hour(1)
    assert words(told) == [
        "execDetails -1 BOT 100 at 100.0",
        "openOrder Filled",
        "orderStatus Filled 100/100",
        "openOrder Filled 1.000000",
        "orderStatus Filled 100/100",
        "commission 1.000000",
    ]
    (execution,) = [details.execution for details in find(told, ExecutionDetails)]
    assert (execution.order_id, execution.client_id, execution.order_ref) == (1, 1, "mine")
    assert numbers(execution.cumulative, execution.average_price) == (100, 100)
    assert execution.at == OPEN
    assert find(told, CommissionReport)[0].realised is None, "an opening trade"


def test_a_closing_trade_reports_what_is_left_of_its_profit() -> None:
    firm = Firm(commissions=DOLLAR)
    firm.place(a_ticket())
    firm.hour(1)
    firm.place(a_ticket("SELL"), 2)
    (report,) = find(firm.hour(2, open_=110.0), CommissionReport)
    assert report.realised == 998, "1000 less a dollar each way"


def test_parts_keep_an_order_submitted_until_the_last() -> None:
    firm = Firm()
    firm.place(a_ticket(quantity=250))
    part = ["execDetails -1 BOT 100 at 100.0", "openOrder Submitted", "orderStatus Submitted 100/250"]
    assert words(firm.hour(1, volume=1_000.0))[:3] == part
    told = firm.hour(2, volume=5_000.0)
    assert words(told)[:3] == ["execDetails -1 BOT 150 at 100.0", "openOrder Filled", "orderStatus Filled 250/250"]
    assert len({details.execution.exec_id for details in find(told, ExecutionDetails)}) == 1


@pytest.mark.parametrize(
    ("ticket", "status"),
    [
        pytest.param(a_ticket(), "Submitted", id="market"),
        pytest.param(a_ticket(order_type="LMT", limit=90), "Submitted", id="limit"),
        pytest.param(a_ticket(order_type="STP", aux=110), "PreSubmitted", id="a stop is held"),
        pytest.param(a_ticket(order_type="STP LMT", aux=110, limit=111), "PreSubmitted", id="stop limit"),
        pytest.param(a_ticket(order_type="TRAIL", aux=5, trail_stop_price=Decimal(105)), "PreSubmitted", id="trail"),
        pytest.param(a_ticket(order_type="MOC"), "Submitted", id="at the close"),
        pytest.param(a_ticket(order_type="LOC", limit=99), "Submitted", id="limit at the close"),
        pytest.param(a_ticket(tif="OPG"), "PreSubmitted", id="at the open"),
        pytest.param(a_ticket(tif="GTC"), "Submitted", id="until canceled"),
    ],
)
def test_what_a_fresh_order_is(ticket: OrderTicket, status: str) -> None:
    assert words(Firm().place(ticket)) == [f"openOrder {status}", f"orderStatus {status} 0/100"]


def test_every_type_of_order_fills_where_it_should() -> None:
    firm = Firm(participation=1.0)
    orders = {
        1: a_ticket(order_type="LMT", limit=98),
        2: a_ticket(order_type="STP", aux=104),
        3: a_ticket(order_type="STP LMT", aux=104, limit=105),
        4: a_ticket("SELL", order_type="TRAIL", aux=5, trail_stop_price=Decimal(95)),
        5: a_ticket(order_type="MOC"),
        6: a_ticket("SELL", order_type="LOC", limit=90),
        7: a_ticket(tif="IOC"),
        8: a_ticket(order_type="LMT", limit=101, tif="FOK"),
    }
    for order_id, ticket in orders.items():
        firm.place(ticket, order_id)
    firm.hour(1, low=97.0, high=105.0)
    firm.hour(2, low=99.0, high=100.0)
    firm.hour(7, open_=99.0)
    prices = {row["order_id"]: float(row["price"]) for row in firm.rows("executions")}
    assert prices == {1: 98.0, 2: 104.0, 3: 104.0, 4: 100.0, 5: 99.0, 6: 99.0, 7: 100.0, 8: 100.0}


def test_a_stop_limit_that_is_reached_works() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="STP LMT", aux=104, limit=103))
    assert words(firm.hour(1, high=105.0)) == ["openOrder Submitted", "orderStatus Submitted 0/100"]


def test_an_order_outside_its_hours_waits_for_the_open() -> None:
    firm = Firm(at=OPEN - HOUR)
    told = firm.place(a_ticket())
    assert words(told) == ["openOrder PreSubmitted", "orderStatus PreSubmitted 0/100", "error 1 399"]
    assert words(firm.hour(1))[:3] == [
        "openOrder Submitted",
        "orderStatus Submitted 0/100",
        "execDetails -1 BOT 100 at 100.0",
    ]


def test_what_cannot_fill_at_once_is_canceled() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=90, tif="IOC"))
    assert words(firm.hour(1)) == ["orderStatus Cancelled 0/100", "error 1 202"]


def test_a_day_order_ends_with_its_session() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=90))
    assert words(firm.hour(6)) == []
    assert words(firm.hour(7)) == ["orderStatus Cancelled 0/100", "error 1 202"]


def test_a_cancel() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=90))
    assert words(firm.cancel()) == ["orderStatus Cancelled 0/100", "error 1 202"]
    assert firm.order()["status"] == "Cancelled"


def test_a_cancel_whose_error_comes_first() -> None:
    firm = Firm(error_precedes_cancel=True)
    firm.place(a_ticket(order_type="LMT", limit=90))
    assert words(firm.cancel()) == ["error 1 202", "orderStatus Cancelled 0/100"]


def test_cancels_of_what_is_not_there() -> None:
    firm = Firm(1, 2)
    assert words(firm.cancel(7)) == ["error 7 10147"]
    firm.place(a_ticket())
    assert words(firm.cancel(1, client=2)) == ["error 1 10147"], "somebody else's"
    firm.hour(1)
    assert words(firm.cancel()) == ["error 1 10148"]


def test_a_cancel_on_its_way_can_be_overtaken_by_a_fill() -> None:
    firm = Firm(answer_delay=HOUR // 2)
    assert firm.place(a_ticket(order_type="LMT", limit=98, tif="GTC")) == []
    assert words(firm.hour(1)) == ["openOrder Submitted", "orderStatus Submitted 0/100"]
    assert words(firm.cancel()) == ["orderStatus PendingCancel 0/100"]
    assert words(firm.cancel()) == ["error 1 10148"], "once is enough"
    told = words(firm.hour(2, low=97.0))
    assert told[1:3] == ["openOrder Filled", "orderStatus Filled 100/100"]
    assert told[-1] == "error 1 10148"


def test_a_cancel_on_its_way_arrives() -> None:
    firm = Firm(answer_delay=HOUR // 2)
    firm.place(a_ticket(order_type="LMT", limit=98))
    firm.hour(1)
    firm.cancel()
    assert words(firm.hour(2)) == ["orderStatus Cancelled 0/100", "error 1 202"]


def test_nothing_is_said_of_an_order_before_it_is_acknowledged() -> None:
    firm = Firm(answer_delay=100)
    assert firm.place(a_ticket()) == []
    firm.brokerage.pass_time(firm.at + 99)
    assert firm.told() == []
    firm.brokerage.pass_time(firm.at + 100)
    (order,) = find(firm.told(), OpenOrder)
    assert order.perm_id > 0


def test_a_commission_may_come_late() -> None:
    firm = Firm(commissions=DOLLAR, commission_delay=2 * HOUR)
    firm.place(a_ticket())
    assert words(firm.hour(1)) == ["execDetails -1 BOT 100 at 100.0", "openOrder Filled", "orderStatus Filled 100/100"]
    assert words(firm.hour(2)) == ["openOrder Filled 1.000000", "orderStatus Filled 100/100", "commission 1.000000"]


def test_a_change_of_price_and_size() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=90))
    told = firm.place(a_ticket(quantity=150, order_type="LMT", limit=100))
    assert words(told) == ["openOrder Submitted", "orderStatus Submitted 0/150"]
    assert words(firm.hour(1))[2] == "orderStatus Filled 150/150"


def test_a_change_of_type() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=90))
    (order,) = find(firm.place(a_ticket()), OpenOrder)
    assert order.ticket.order_type == "MKT"
    assert words(firm.hour(1))[1] == "openOrder Filled"


def test_a_change_keeps_what_was_filled() -> None:
    firm = Firm()
    firm.place(a_ticket(quantity=250))
    firm.hour(1, volume=1_000.0)
    assert codes(firm.place(a_ticket(quantity=100))) == [105], "no more than is filled"
    assert words(firm.place(a_ticket(quantity=120)))[1] == "orderStatus Submitted 100/120"
    assert words(firm.hour(2))[0] == "execDetails -1 BOT 20 at 100.0"


def test_changes_that_are_none() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=90))
    assert codes(firm.place(a_ticket("SELL", order_type="LMT", limit=90))) == [105]
    assert codes(firm.place(a_ticket(order_type="LMT", limit=90), symbol="MSFT")) == [105]
    assert codes(firm.place(a_ticket(order_type="LMT", limit="90.005"))) == [110]
    assert firm.order()["status"] == "Submitted", "the old order works on"


def test_ids_are_used_once() -> None:
    firm = Firm()
    firm.place(a_ticket(), 5)
    assert codes(firm.place(a_ticket(), 4)) == [103], "below one that was used"
    firm.hour(1)
    assert codes(firm.place(a_ticket(), 5)) == [104]
    firm.place(a_ticket(order_type="LMT", limit=90), 6)
    firm.cancel(6)
    assert codes(firm.place(a_ticket(), 6)) == [103]


def test_everything_can_be_canceled_at_once() -> None:
    firm = Firm(1, 2)
    firm.place(a_ticket(order_type="LMT", limit=90))
    firm.place(a_ticket(order_type="LMT", limit=91), client=2)
    firm.ask(CancelAllOrders())
    assert {row["status"] for row in firm.rows("orders")} == {"Cancelled"}


def test_perm_ids_are_everybodys() -> None:
    firm = Firm(1, 2)
    mine = find(firm.place(a_ticket(order_type="LMT", limit=90)), OrderStatusMessage)[0]
    theirs = find(firm.place(a_ticket(order_type="LMT", limit=90), client=2), OrderStatusMessage)[0]
    assert mine.order_id == theirs.order_id
    assert mine.perm_id != theirs.perm_id


def test_it_is_too_late_for_the_closing_auction() -> None:
    firm = Firm(at=CLOSE - HOUR // 60)
    assert codes(firm.place(a_ticket(order_type="MOC"))) == [201]
