"""What happens at a broker without the client's doing: told as it would be, and booked as it truly is."""

from decimal import Decimal

import pytest

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.corporate_actions import StockSplit
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.account_messages import PositionMessage
from robo_trader.simulation.gateway.protocol.order_messages import (
    CommissionReport,
    ExecutionDetails,
    OpenOrder,
    OrderStatusMessage,
)
from tests.builders import AAPL, CLOSE, FREE, a_session
from tests.unit.simulation.gateway.brokerage.firm import Firm, a_ticket, codes, find, numbers, words

DOLLAR = CommissionSchedule(per_share=Decimal(0), minimum=Decimal(1), maximum_fraction=Decimal(1))
LIMIT = a_ticket(order_type="LMT", limit=90, tif="GTC")


def a_holder(commissions: CommissionSchedule = FREE) -> Firm:
    """A firm whose client bought 100 AAPL at 100, and follows positions."""
    firm = Firm(commissions=commissions)
    firm.ask(asks.Positions())
    firm.place(a_ticket())
    firm.hour(1)
    return firm


def last_execution(firm: Firm) -> str:
    return str(firm.rows("executions")[-1]["exec_id"])


def held(firm: Firm) -> list[str]:
    return [row["quantity"] for row in firm.rows("positions")]


def test_a_trade_made_elsewhere() -> None:
    firm = Firm(0, 1, 2, master_client_id=2)
    firm.ask(asks.Positions(), 1)
    firm.doings.trade_elsewhere("AAPL", "SELL", Decimal(30), Decimal(99), firm.at)
    told = firm.all_told()
    assert [client for client, one in told if isinstance(one, ExecutionDetails)] == [0, 2]
    assert [one.quantity for client, one in told if isinstance(one, PositionMessage) and client == 1] == [-30]
    (row,) = firm.rows("executions")
    assert (row["order_id"], row["client_id"], row["side"]) == (0, 0, "SLD")


def test_a_trade_of_the_first_minutes_is_of_that_session_though_no_bar_of_it_has_ended() -> None:
    firm = Firm()
    firm.hour(0)
    firm.at = a_session(day=1).opens_at + 47 * NANOS_PER_SECOND
    firm.doings.trade_elsewhere("AAPL", "SELL", Decimal(5), Decimal(99), firm.at)
    firm.hour(0, day=1)
    assert [row["shares"] for row in firm.rows("executions")] == ["5"]


def test_a_liquidation() -> None:
    firm = a_holder()
    firm.brokerage.attach(0, firm.at)
    firm.doings.liquidate("AAPL", firm.at)
    told = firm.told(0)
    (details,) = find(told, ExecutionDetails)
    assert details.execution.liquidation
    assert (details.execution.side, int(details.execution.shares)) == ("SLD", 100)
    assert held(firm) == []
    with pytest.raises(InvalidConfig, match="no shares"):
        firm.doings.liquidate("AAPL", firm.at)


def test_a_correction_replaces_what_it_corrects() -> None:
    firm = a_holder(commissions=DOLLAR)
    old = last_execution(firm)
    new = firm.doings.correct(old, Decimal(80), Decimal("99.5"), firm.at)
    assert (old[-3:], new[-3:]) == (".01", ".02")
    assert old[:-3] == new[:-3]
    told = firm.told()
    (details,) = find(told, ExecutionDetails)
    execution = details.execution
    assert numbers(execution.shares, execution.price, execution.cumulative) == (80, 99.5, 80)
    assert [report.exec_id for report in find(told, CommissionReport)] == [new]
    assert [one.quantity for one in find(told, PositionMessage)] == [80]
    assert [row["exec_id"] for row in firm.rows("executions")] == [new]
    assert Decimal(str(firm.brokerage.book()["cash"])) == 100_000 - 80 * Decimal("99.5") - 1
    versions = find(firm.ask(asks.Executions(request_id=2)), ExecutionDetails)
    assert [one.execution.exec_id for one in versions] == [old, new], "who asks sees both, as at the real one"


def test_a_bust_never_was() -> None:
    firm = a_holder(commissions=DOLLAR)
    firm.doings.bust(last_execution(firm), firm.at)
    assert held(firm) == []
    assert Decimal(str(firm.brokerage.book()["cash"])) == 100_000
    firm.doings.correct(last_execution(firm), Decimal(100), Decimal(100), firm.at)
    assert last_execution(firm).endswith(".03")
    assert held(firm) == ["100"]


def test_too_many_shares() -> None:
    firm = Firm()
    firm.place(LIMIT)
    perm_id = firm.order()["perm_id"]
    firm.doings.over_fill(perm_id, Decimal(7), Decimal(90), firm.at)
    statuses = find(firm.told(), OrderStatusMessage)
    assert [numbers(one.filled, one.remaining) for one in statuses][-1] == (107, 0)
    assert held(firm) == ["107"]


def test_fewer_shares_than_the_status_says() -> None:
    firm = Firm()
    firm.place(LIMIT)
    firm.doings.under_fill(firm.order()["perm_id"], Decimal(60), Decimal(90), firm.at)
    last = find(firm.told(), OrderStatusMessage)[-1]
    assert (last.status, *numbers(last.filled, last.remaining)) == ("Filled", 100, 0)
    assert (firm.order()["filled"], held(firm)) == ("60", ["60"])
    firm.hour(1, low=80.0)
    assert held(firm) == ["60"]


def test_a_fill_after_the_end() -> None:
    firm = Firm()
    firm.place(LIMIT)
    firm.cancel()
    firm.doings.fill_late(firm.order()["perm_id"], Decimal(40), Decimal(90), firm.at)
    assert words(firm.told())[:3] == [
        "execDetails -1 BOT 40 at 90", "openOrder Cancelled", "orderStatus Cancelled 40/100",
    ]  # fmt: skip


def test_a_fill_by_decree_while_nobody_is_connected() -> None:
    firm = Firm()
    firm.place(LIMIT)
    firm.brokerage.detach(1, firm.at)
    firm.doings.fill(firm.order()["perm_id"], Decimal(40), Decimal(90), firm.at)
    assert firm.all_told() == []
    firm.brokerage.attach(1, firm.at)
    assert words(firm.ask(asks.Executions(request_id=1)))[-3:] == [
        "execDetails 1 BOT 40 at 90", "commission 0.000000", "ExecutionDetailsEnd",
    ]  # fmt: skip


def test_the_next_order_is_refused() -> None:
    firm = Firm()
    firm.doings.reject_next(201, "Order rejected - reason: no")
    assert words(firm.place(LIMIT)) == ["error 1 201", "openOrder Inactive", "orderStatus Inactive 0/100"]
    assert words(firm.place(LIMIT, 2))[0] == "openOrder Submitted"


@pytest.mark.parametrize("code", [399, 404, 10349])
def test_advice_harms_nothing(code: int) -> None:
    firm = Firm()
    firm.doings.advise_next(code, "be told")
    assert words(firm.place(LIMIT))[-1] == f"error 1 {code}"
    assert firm.order()["status"] == "Submitted"


def test_shares_to_borrow_are_looked_for() -> None:
    firm = Firm()
    firm.doings.hold_next()
    told = firm.place(a_ticket("SELL"))
    assert words(told) == ["openOrder Inactive", "orderStatus Inactive 0/100", "error 1 404"]
    assert find(told, OrderStatusMessage)[0].why_held == "locate"
    assert firm.hour(1) == []
    assert len(find(firm.ask(asks.OpenOrders()), OpenOrder)) == 1, "it is still open"
    firm.doings.release(firm.order()["perm_id"], firm.at)
    firm.hour(2)
    assert held(firm) == ["-100"]


def test_an_order_that_is_held_can_be_canceled() -> None:
    firm = Firm()
    firm.doings.hold_next()
    firm.place(a_ticket("SELL"))
    assert words(firm.cancel()) == ["orderStatus Cancelled 0/100", "error 1 202"]


def test_an_execution_told_twice_counts_once() -> None:
    firm = a_holder()
    firm.doings.repeat(last_execution(firm))
    assert words(firm.told()) == ["execDetails -1 BOT 100 at 100.0"]
    assert held(firm) == ["100"]


def test_a_commission_told_before_its_execution() -> None:
    firm = Firm(commissions=DOLLAR)
    firm.doings.tell_next_commission_first()
    firm.place(a_ticket())
    assert words(firm.hour(1))[:3] == [
        "commission 1.000000",
        "execDetails -1 BOT 100 at 100.0",
        "openOrder Filled 1.000000",
    ]


def test_messages_that_never_come() -> None:
    firm = Firm()
    firm.doings.mute("OrderStatusMessage", 2)
    assert words(firm.place(a_ticket())) == ["openOrder Submitted"]
    assert words(firm.hour(1)) == [
        "execDetails -1 BOT 100 at 100.0", "openOrder Filled", "openOrder Filled", "orderStatus Filled 100/100",
        "commission 0.000000",
    ]  # fmt: skip


def test_what_cannot_be_done_is_refused_in_words() -> None:
    firm = Firm()
    one = Decimal(1)
    for doing in (
        lambda: firm.doings.fill(7, one, one, firm.at),
        lambda: firm.doings.fill_late(7, one, one, firm.at),
        lambda: firm.doings.bust("nothing.01", firm.at),
        lambda: firm.doings.repeat("nothing.01"),
        lambda: firm.doings.place_by_hand("AAPL", a_ticket(order_type="MIT"), firm.at),
        lambda: firm.doings.trade_elsewhere("NONE", "BUY", one, one, firm.at),
        lambda: firm.doings.trade_elsewhere("AAPL", "HOLD", one, one, firm.at),
        lambda: firm.doings.trade_elsewhere("AAPL", "BUY", Decimal("0.5"), one, firm.at),
        lambda: firm.doings.trade_elsewhere("AAPL", "BUY", one, -one, firm.at),
    ):
        with pytest.raises(InvalidConfig):
            doing()
    firm.place(LIMIT)
    perm_id = firm.order()["perm_id"]
    for doing in (
        lambda: firm.doings.fill(perm_id, Decimal(101), one, firm.at),
        lambda: firm.doings.under_fill(perm_id, Decimal(100), one, firm.at),
        lambda: firm.doings.fill_late(perm_id, one, one, firm.at),
        lambda: firm.doings.release(perm_id, firm.at),
    ):
        with pytest.raises(InvalidConfig):
            doing()
    firm.cancel()
    with pytest.raises(InvalidConfig, match="does not work"):
        firm.doings.fill(perm_id, one, one, firm.at)


def test_an_execution_in_shares_that_were_split_cannot_be_corrected() -> None:
    firm = a_holder()
    firm.brokerage.show(StockSplit(symbol=AAPL, new=2, old=1, ex_date="2024-03-05", occurred_at=CLOSE))
    with pytest.raises(InvalidConfig, match="restructured"):
        firm.doings.bust(last_execution(firm), CLOSE)
    assert held(firm) == ["200"]


def test_doings_by_name() -> None:
    firm = Firm()
    ticket = {"action": "BUY", "quantity": "10", "order_type": "LMT", "limit_price": 90}
    perm_id = firm.brokerage.do({"doing": "place_by_hand", "symbol": "AAPL", "ticket": ticket}, firm.at)
    firm.brokerage.do({"doing": "over_fill", "perm_id": perm_id, "extra": 5, "price": "90.5"}, firm.at)
    assert held(firm) == ["15"]
    firm.brokerage.do({"doing": "mute", "kind": "OrderStatusMessage"}, firm.at)
    assert firm.doings.arming.muted == {"OrderStatusMessage": 1}


@pytest.mark.parametrize(
    ("entry", "words_of_it"),
    [
        ({}, "no doing None"),
        ({"doing": "_come_to", "at": 5}, "no doing '_come_to'"),
        ({"doing": "fill", "perm_id": 1}, "fill: .*shares"),
        ({"doing": "liquidate", "symbol": "AAPL", "at": 5}, "liquidate: .*at"),
        ({"doing": "mute", "kind": "OrderStatusMessage", "count": "many"}, "mute: .*count"),
    ],
)
def test_doings_that_there_are_not(entry: dict[str, object], words_of_it: str) -> None:
    firm = Firm()
    with pytest.raises(InvalidConfig, match=words_of_it):
        firm.brokerage.do(entry, firm.at)


def test_a_working_order_ends_although_a_part_of_it_was_corrected() -> None:
    firm = Firm()
    firm.place(a_ticket(quantity=150, tif="GTC"))
    firm.hour(1, volume=1_000.0)
    firm.doings.correct(last_execution(firm), Decimal(60), Decimal(100), firm.at)
    firm.hour(2)
    assert (firm.order()["status"], firm.order()["filled"]) == ("Filled", "110")
    assert codes(firm.cancel()) == [10148]


def test_a_working_order_whose_part_was_corrected_upwards_works_on() -> None:
    firm = Firm()
    firm.place(a_ticket(quantity=150, tif="GTC"))
    firm.hour(1, volume=1_000.0)
    firm.doings.correct(last_execution(firm), Decimal(160), Decimal(100), firm.at)
    assert firm.order()["status"] == "Submitted"
    firm.hour(2)
    assert (firm.order()["status"], firm.order()["filled"], held(firm)) == ("Filled", "210", ["210"])
