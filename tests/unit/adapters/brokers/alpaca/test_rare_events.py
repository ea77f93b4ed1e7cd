"""What Alpaca may say and seldom does: refusals after the fact, replacements that fail, events without a name here."""

from decimal import Decimal
from typing import Any

import pytest

from robo_trader.adapters.brokers.alpaca.statements import stated_orders
from robo_trader.adapters.brokers.alpaca.wire import TradeUpdate, WireOrder, read
from robo_trader.core.domain.order_reports import (
    CancelRejected,
    ModifyRejected,
    OrderAccepted,
    OrderExecuted,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import OrderId, OrderStatus
from robo_trader.core.domain.statements import ForeignExecution
from tests.builders import OPEN, an_approved_order, an_intent, some_terms
from tests.unit.adapters.brokers.alpaca.test_following import Told

ONE = OrderId(1)
AT = "2024-03-04T14:30:00Z"


def an_order(alpaca_id: str = "A", status: str = "new", **changes: Any) -> WireOrder:  # noqa: ANN401 - fields of any kind
    fields = {
        "id": alpaca_id, "client_order_id": "testtest.1.1", "status": status, "submitted_at": AT, "updated_at": AT,
        "symbol": "AAPL", "side": "buy", "type": "limit", "time_in_force": "day", "qty": "100", "filled_qty": "0",
        "limit_price": "90",
    }  # fmt: skip
    return read(fields | changes, WireOrder)


def an_update(event: str, order: WireOrder, **fill: str) -> TradeUpdate:
    numbers = {name: Decimal(value) for name, value in fill.items()}
    return TradeUpdate(event=event, order=order, timestamp=AT, **numbers)


@pytest.fixture
def following() -> Told:
    """Order 1 is at Alpaca, as A, and works."""
    one = Told()
    one.begin(an_approved_order(order_id=1, intent=an_intent(limit=90)))
    one.take_update(an_update("new", an_order()))
    (accepted,) = one.take_reports()
    assert accepted == OrderAccepted(order_id=ONE, broker_order_id="A", occurred_at=OPEN)
    return one


def kinds(following: Told) -> list[type[Any]]:
    return [type(report) for report in following.take_reports()]


def test_an_order_may_be_rejected_after_it_was_taken(following: Told) -> None:
    rejected = an_order(status="rejected")
    following.take_update(an_update("rejected", rejected))
    following.take_update(an_update("rejected", rejected))
    assert kinds(following) == [OrderRejected]


def test_an_order_may_be_rejected_before_anything_else_is_told() -> None:
    following = Told()
    following.begin(an_approved_order(order_id=1))
    following.take_update(an_update("rejected", an_order(status="rejected")))
    assert kinds(following) == [OrderRejected]


def test_a_cancel_may_be_refused_by_the_exchange(following: Told) -> None:
    following.ask_cancel(ONE)
    following.take_update(an_update("order_cancel_rejected", an_order()))
    assert kinds(following) == [CancelRejected]


def test_new_terms_may_be_refused_by_the_exchange_and_are_refused_once(following: Told) -> None:
    following.ask_modify(ONE)
    following.take_order(an_order("B", "pending_new", client_order_id="testtest.1.1~5", replaces="A"), at=OPEN)
    following.take_update(an_update("order_replace_rejected", an_order()))
    following.take_update(
        an_update("rejected", an_order("B", "rejected", client_order_id="testtest.1.1~5", replaces="A"))
    )
    assert kinds(following) == [ModifyRejected]
    following.take_update(an_update("fill", an_order(status="filled", filled_qty="100"), price="90", qty="100"))
    assert kinds(following) == [OrderExecuted]


def test_a_replacement_that_comes_too_late_refuses_the_terms_and_not_the_order(following: Told) -> None:
    following.ask_modify(ONE)
    following.take_update(an_update("fill", an_order(status="filled", filled_qty="100"), price="90", qty="100"))
    late = an_order("B", "rejected", client_order_id="testtest.1.1~5", replaces="A")
    following.take_update(an_update("rejected", late))
    following.take_listing([an_order(status="filled", filled_qty="100"), late], [], at=OPEN)
    assert kinds(following) == [OrderExecuted, ModifyRejected]
    (stated,) = stated_orders([an_order(status="filled", filled_qty="100"), late], following)
    assert (stated.status, int(stated.filled), stated.broker_order_id) == (OrderStatus.FILLED, 100, "A")


def test_a_replacement_is_in_place_whichever_of_its_updates_comes_first(following: Told) -> None:
    old = an_order(status="replaced", replaced_by="B")
    new = an_order("B", client_order_id="testtest.1.1~5", replaces="A", qty="70", limit_price="91")
    doubts = []
    for update in (an_update("replaced", old), an_update("new", new)):
        following.take_update(update)
        doubts.append(following.needs_look)
    assert doubts == [True, False]
    (modified,) = following.take_reports()
    assert isinstance(modified, OrderModified)
    assert modified.terms == some_terms(quantity=70, limit=91)
    following.take_update(an_update("replaced", old))
    assert following.take_reports() == []


def test_an_answer_that_names_the_replacement_suffices_for_its_terms(following: Told) -> None:
    following.take_order(
        an_order("B", "pending_new", client_order_id="testtest.1.1~5", replaces="A", qty="70"), at=OPEN
    )
    assert following.take_reports() == []
    following.take_update(an_update("replaced", an_order(status="replaced", replaced_by="B")))
    assert kinds(following) == [OrderModified]


@pytest.mark.parametrize(
    "event", ["pending_cancel", "done_for_day", "stopped", "suspended", "calculated", "restated", "?"]
)
def test_events_that_end_nothing_are_reported_as_nothing(following: Told, event: str) -> None:
    following.take_update(an_update(event, an_order(status=event)))
    assert following.take_reports() == []


def test_what_a_stranger_trades_is_told_as_his_once(following: Told) -> None:
    his = an_order("X", "filled", client_order_id="by-hand", filled_qty="5", qty="5")
    for _ in range(2):
        following.take_update(an_update("fill", his, price="100", qty="5"))
    assert kinds(following) == [ForeignExecution]


def test_an_order_that_the_journal_has_lost_is_told_as_lost(following: Told) -> None:
    lost = an_order("L", "filled", client_order_id="testtest.2.7", filled_qty="5", qty="5")
    following.take_update(an_update("fill", lost, price="100", qty="5"))
    (told,) = following.take_reports()
    assert isinstance(told, ForeignExecution)
    assert (told.execution.order_id, told.execution.lost_reference) == (None, "testtest.2.7")
    (stated,) = stated_orders([lost], following)
    assert (stated.order_id, stated.lost_reference) == (None, "testtest.2.7")
