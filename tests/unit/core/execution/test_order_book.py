"""Orders as brokers really treat them: fills before the acceptance, after the end, twice, too many, and by strangers.

Worked by hand: 40 shares at 100 and 60 at 101 are 10,060 dollars, 100.60 a share.
"""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.orders import Order, OrderId, OrderPurpose, OrderStatus, Side
from robo_trader.core.execution.order_book import Moved, OrderBook, Quarantined
from tests.builders import (
    AAPL,
    MSFT,
    OPEN,
    a_fill,
    accepted,
    an_approved_order,
    an_intent,
    canceled,
    executed,
    expired,
    rejected,
)

FIRST, SECOND = executed(quantity=40, commission=1), executed(execution_id="E2", quantity=60, price=101, commission=2)
ONE = OrderId(1)


def a_book(*sides: Side) -> OrderBook:
    """One order of 100 shares a side, a purchase unless told otherwise."""
    book = OrderBook()
    for number, side in enumerate(sides or (Side.BUY,), start=1):
        book.add(an_approved_order(order_id=number, intent=an_intent(side=side)))
    return book


def follow(book: OrderBook, *reports: BrokerReport) -> Order:
    """The order after reports that all apply."""
    moved = [book.apply(report) for report in reports][-1]
    assert isinstance(moved, Moved)
    return moved.order


def test_a_new_order_is_submitted_and_empty() -> None:
    book = OrderBook()
    order = book.add(an_approved_order())
    assert order.status is OrderStatus.SUBMITTED and order.average_price is None
    assert order.filled == 0 and order.remaining == 100
    assert book.next_id() == 2


def test_ids_come_in_order() -> None:
    with pytest.raises(AssertionError):
        OrderBook().add(an_approved_order(order_id=2))


def test_fills_add_up() -> None:
    order = follow(a_book(), accepted(), FIRST, SECOND)
    assert order.status is OrderStatus.FILLED and order.broker_order_id == "B1"
    assert order.filled == 100 and order.remaining == 0
    assert order.average_price == Decimal("100.6") and order.commission == 3


def test_the_average_of_equal_prices_is_that_price() -> None:
    """Three times 10.01 is 30.03; dividing and multiplying again must not leave 10.00999."""
    fills = [executed(execution_id=f"E{n}", quantity=n, price="10.01") for n in (3, 7, 11, 13, 17)]
    assert follow(a_book(), *fills).average_price == Decimal("10.01")


def test_the_average_of_different_prices_is_exact_where_it_can_be() -> None:
    """10.00 + 2 * 10.02 = 30.04 over 3 has no end; with 3 * 10.02 more it is 60.10 over 6; 4 * 9.975 more: 10 even."""
    fills = [
        executed(execution_id="E1", quantity=1, price="10.00"),
        executed(execution_id="E2", quantity=2, price="10.02"),
        executed(execution_id="E3", quantity=3, price="10.02"),
        executed(execution_id="E4", quantity=4, price="9.975"),
    ]
    assert follow(a_book(), *fills).average_price == 10


def test_a_fill_tells_all_about_the_execution() -> None:
    moved = a_book(Side.SELL).apply(executed(quantity=40, price="99.5", commission="1.0066"))
    assert isinstance(moved, Moved)
    assert moved.fill == a_fill(side=Side.SELL, quantity=40, price="99.5", commission="1.0066")
    assert not moved.overfilled


def test_a_fill_may_come_before_the_acceptance() -> None:
    order = follow(a_book(), FIRST, accepted())
    assert order.status is OrderStatus.PARTIALLY_FILLED and order.broker_order_id == "B1"
    assert order.filled == 40


def test_all_fills_may_come_before_the_acceptance() -> None:
    order = follow(a_book(), FIRST, SECOND, accepted())
    assert (order.status, order.broker_order_id) == (OrderStatus.FILLED, "B1")


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (canceled(), OrderStatus.CANCELED),
        (expired(), OrderStatus.EXPIRED),
        (rejected(), OrderStatus.REJECTED),
    ],
    ids=["canceled", "expired", "rejected"],
)
def test_a_fill_after_the_end_is_booked_and_does_not_revive_the_order(end: BrokerReport, status: OrderStatus) -> None:
    book = a_book()
    order = follow(book, accepted(), end, FIRST)
    assert order.status is status and order.filled == 40
    assert not book.open
    assert follow(book, SECOND).status is OrderStatus.FILLED


def test_a_rejection_keeps_its_reason() -> None:
    assert follow(a_book(), rejected(reason="no permission")).reason == "no permission"


def test_an_execution_counts_once() -> None:
    book = a_book()
    before = follow(book, FIRST)
    result = book.apply(FIRST)
    assert isinstance(result, Quarantined) and not result.breaks_books
    assert book.open == {ONE: before}


def test_an_overfill_is_kept_as_it_is_and_told() -> None:
    book = a_book()
    result = book.apply(executed(quantity=130))
    assert isinstance(result, Moved) and result.overfilled
    assert result.order.status is OrderStatus.FILLED
    assert result.order.filled == 130 and result.order.remaining == -30
    again = book.apply(executed(execution_id="E2", quantity=1))
    assert isinstance(again, Moved) and again.overfilled


@pytest.mark.parametrize(
    ("report", "breaks_books"),
    [
        pytest.param(accepted(order_id=9), False, id="an acceptance"),
        pytest.param(canceled(order_id=9), False, id="a cancellation"),
        pytest.param(executed(order_id=9), True, id="an execution: shares changed hands"),
    ],
)
def test_an_order_that_is_not_ours(report: BrokerReport, breaks_books: bool) -> None:
    book = a_book()
    result = book.apply(report)
    assert result == Quarantined("order 9 is not ours", breaks_books=breaks_books)
    assert not book.executions.latest


def test_an_execution_of_another_symbol_breaks_the_books_and_its_id_stays_free() -> None:
    book = a_book()
    result = book.apply(executed(symbol=MSFT))
    assert isinstance(result, Quarantined) and result.breaks_books
    assert isinstance(book.apply(executed()), Moved)
    assert set(book.executions.latest) == {ExecutionId("E1")}


@pytest.mark.parametrize(("quantity", "price"), [(0, 100), (-5, 100), (5, 0), (5, -1)])
def test_an_execution_of_nothing_breaks_the_books_and_moves_nothing(quantity: int, price: int) -> None:
    book = a_book()
    before = dict(book.open)
    verdict = book.apply(executed(quantity=quantity, price=price))
    assert isinstance(verdict, Quarantined) and verdict.breaks_books
    assert book.open == before and not book.executions.latest


def test_what_we_asked_for_stands_apart_from_what_the_order_is() -> None:
    book = a_book()
    follow(book, accepted())
    asked = book.request_cancel(ONE, at=OPEN + 5)
    assert (asked.status, asked.cancel_requested, asked.updated_at) == (OrderStatus.WORKING, True, OPEN + 5)
    assert follow(book, FIRST).cancel_requested
    ended = follow(book, canceled(at=OPEN + 6))
    assert ended.status is OrderStatus.CANCELED and ended.filled == 40
    assert not ended.cancel_requested


def test_a_fill_that_overtakes_the_cancel_ends_the_wish() -> None:
    book = a_book()
    book.request_cancel(ONE, at=OPEN)
    assert not follow(book, executed()).cancel_requested


def test_time_never_runs_backwards() -> None:
    assert follow(a_book(), accepted(at=OPEN + 9), executed(at=OPEN + 3)).updated_at == OPEN + 9


def test_working_shares_by_side_until_the_cancel_is_answered() -> None:
    book = a_book(Side.BUY, Side.BUY, Side.SELL)
    follow(book, FIRST)
    book.request_cancel(OrderId(2), at=OPEN)
    assert book.working_shares(AAPL) == (Decimal(160), Decimal(100))
    follow(book, canceled(order_id=2))
    assert book.working_shares(AAPL) == (Decimal(60), Decimal(100))
    assert book.working_shares(MSFT) == (Decimal(0), Decimal(0))
    assert [order.order_id for order in book.open_for(AAPL)] == [1, 3]


def test_orders_for_targets_are_counted_by_symbol_and_legs_are_not() -> None:
    book = a_book(Side.BUY, Side.BUY)
    leg = replace(an_intent(symbol=MSFT, side=Side.SELL), purpose=OrderPurpose.PROTECTION)
    for intent in (an_intent(symbol=MSFT), leg):
        book.add(an_approved_order(order_id=book.next_id(), intent=intent))
    assert book.targeting_by_symbol() == {AAPL: 2, MSFT: 1}
    follow(book, canceled(order_id=1), canceled(order_id=3))
    assert book.targeting_by_symbol() == {AAPL: 1}


def test_whoever_follows_the_changes_sees_each_order_that_moved() -> None:
    book = a_book(Side.BUY)
    assert book.changed == [AAPL]
    follow(book, accepted())
    book.request_cancel(ONE, at=OPEN)
    follow(book, canceled())
    assert book.changed == [AAPL] * 4
