"""Brackets and groups, as clients send them and as they are told of them."""

from decimal import Decimal

import pytest

from robo_trader.simulation.gateway.protocol.order_messages import OpenOrder
from robo_trader.simulation.gateway.protocol.requests import OpenOrders
from tests.builders import HOUR
from tests.unit.simulation.gateway.brokerage.firm import Firm, a_ticket, find, words


def place_bracket(firm: Firm, quantity: int = 100, limit: int = 99) -> None:
    """A parent and two legs, of which only the last transmits."""
    firm.place(a_ticket(quantity=quantity, order_type="LMT", limit=limit, transmit=False), 1)
    firm.place(a_ticket("SELL", quantity, "LMT", limit=110, parent_id=1, transmit=False, tif="GTC"), 2)
    firm.place(a_ticket("SELL", quantity, "STP", aux=90, parent_id=1, tif="GTC"), 3)


def statuses(firm: Firm) -> dict[int, str]:
    return {row["order_id"]: row["status"] for row in firm.rows("orders")}


def test_nothing_works_until_the_last_leg_transmits() -> None:
    firm = Firm()
    assert firm.place(a_ticket(order_type="LMT", limit=100, transmit=False), 1) == []
    assert firm.hour(1) == []
    (waiting,) = find(firm.ask(OpenOrders()), OpenOrder)
    assert (waiting.state.status, waiting.perm_id) == ("Inactive", 0)
    told = firm.place(a_ticket("SELL", order_type="LMT", limit=110, parent_id=1), 2)
    assert [(order.order_id, order.state.status) for order in find(told, OpenOrder)] == [
        (1, "Submitted"), (2, "PreSubmitted"),
    ]  # fmt: skip


def test_an_order_that_waits_can_be_changed_transmitted_or_given_up() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=90, transmit=False), 1)
    assert words(firm.place(a_ticket(order_type="LMT", limit=91), 1))[0] == "openOrder Submitted"
    firm.place(a_ticket(transmit=False), 2)
    assert words(firm.cancel(2)) == ["orderStatus ApiCancelled 0/100", "error 2 202"]


def test_the_legs_of_a_bracket_share_a_group() -> None:
    firm = Firm()
    place_bracket(firm)
    groups = [row["oca_group"] for row in firm.rows("orders")]
    assert groups == ["", str(firm.order(1)["perm_id"]), str(firm.order(1)["perm_id"])]


def test_a_bracket_to_its_profit() -> None:
    firm = Firm()
    place_bracket(firm)
    firm.hour(1, low=98.0, high=120.0)
    assert statuses(firm) == {1: "Filled", 2: "Submitted", 3: "PreSubmitted"}, "the bar tells not which came first"
    told = words(firm.hour(2, high=111.0))
    assert told[0] == "execDetails -1 SLD 100 at 110.0"
    assert told[-2:] == ["orderStatus Cancelled 0/100", "error 3 202"]
    assert firm.rows("positions") == []


def test_canceling_the_parent_cancels_its_legs() -> None:
    firm = Firm()
    place_bracket(firm)
    assert words(firm.cancel(1)) == [
        "orderStatus Cancelled 0/100", "error 1 202", "orderStatus Cancelled 0/100", "error 2 202",
        "orderStatus Cancelled 0/100", "error 3 202",
    ]  # fmt: skip


def test_a_parent_partly_filled_and_canceled_leaves_legs_of_its_size() -> None:
    firm = Firm()
    place_bracket(firm, 250, 100)
    firm.hour(1, volume=1_000.0)
    firm.cancel(1)
    assert {row["order_id"]: row["quantity"] for row in firm.rows("orders")} == {1: "250", 2: "100", 3: "100"}
    assert statuses(firm) == {1: "Cancelled", 2: "Submitted", 3: "PreSubmitted"}


def test_legs_of_a_parent_that_is_refused_end_with_it() -> None:
    firm = Firm(cash=100)
    firm.trade(100.0)
    place_bracket(firm)
    assert statuses(firm) == {1: "Inactive", 2: "Cancelled", 3: "Cancelled"}


def test_legs_of_a_parent_that_is_held_wait_with_it() -> None:
    firm = Firm()
    firm.doings.hold_next()
    place_bracket(firm)
    assert statuses(firm) == {1: "Inactive", 2: "PreSubmitted", 3: "PreSubmitted"}
    firm.hour(1, low=80.0, high=120.0)
    assert firm.rows("executions") == []
    firm.doings.release(firm.order(1)["perm_id"], firm.at)
    assert statuses(firm) == {1: "Submitted", 2: "PreSubmitted", 3: "PreSubmitted"}
    firm.cancel(1)
    assert statuses(firm) == {1: "Cancelled", 2: "Cancelled", 3: "Cancelled"}


def test_a_bracket_on_its_way_keeps_its_order() -> None:
    firm = Firm(answer_delay=HOUR // 2)
    place_bracket(firm)
    assert [order.order_id for order in find(firm.hour(1), OpenOrder)] == [1, 2, 3]


@pytest.mark.parametrize(("oca_type", "left"), [(1, "Cancelled"), (2, "Submitted"), (3, "Submitted"), (0, "Submitted")])
def test_what_a_group_does_at_the_first_part(oca_type: int, left: str) -> None:
    firm = Firm()
    for order_id, limit in ((1, 100), (2, 90)):
        firm.place(a_ticket(quantity=250, order_type="LMT", limit=limit, oca_group="g", oca_type=oca_type), order_id)
    firm.hour(1, volume=1_000.0)
    assert statuses(firm) == {1: "Submitted", 2: left}
    assert Decimal(firm.order(2)["quantity"]) == (250 if oca_type == 1 else 150)


def test_a_leg_that_trails_begins_at_its_parent_s_fill() -> None:
    firm = Firm()
    firm.trade(120.0)
    firm.place(a_ticket(order_type="LMT", limit=99, tif="GTC", transmit=False), 1)
    assert words(firm.place(a_ticket("SELL", order_type="TRAIL", aux=4, tif="GTC", parent_id=1), 2))[2:] == [
        "openOrder PreSubmitted", "orderStatus PreSubmitted 0/100",
    ]  # fmt: skip
    firm.hour(1, open_=119.0, low=98.0, high=120.0)
    assert statuses(firm) == {1: "Filled", 2: "PreSubmitted"}
    firm.hour(2, open_=97.0, low=96.0)
    firm.hour(3, open_=97.0, low=94.0)
    assert [(row["side"], row["price"]) for row in firm.rows("executions")] == [("BOT", "99.0"), ("SLD", "95.0")]


def test_a_leg_that_trails_can_be_placed_before_any_price_is_known() -> None:
    firm = Firm()
    firm.place(a_ticket(order_type="LMT", limit=99, tif="GTC"), 1)
    assert words(firm.place(a_ticket("SELL", order_type="TRAIL", aux=4, parent_id=1), 2))[0] == "openOrder PreSubmitted"
    assert words(firm.place(a_ticket("SELL", order_type="TRAIL", aux=5, parent_id=1), 2))[0] == "openOrder PreSubmitted"
