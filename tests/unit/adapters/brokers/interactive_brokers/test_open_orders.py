"""What a new process is told: orders that are not over, as far as they are heard to be, and known executions."""

from decimal import Decimal

from robo_trader.adapters.brokers.interactive_brokers.open_orders import OpenOrders
from robo_trader.core.domain.commands import CancelOrder, ModifyOrder, SubmitOrder
from robo_trader.core.domain.order_reports import BrokerReport, CancelRejected
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.ports.journal import Batch, StepRecord
from tests.builders import (
    OPEN,
    accepted,
    an_approved_order,
    cancel_rejected,
    canceled,
    charged,
    corrected,
    executed,
    modified,
    modify_rejected,
    rejected,
    some_terms,
)
from tests.statements import a_statement, received, stated_execution, stated_order

NEVER = 1e18


def with_orders(*order_ids: int, answer_by: float = NEVER) -> OpenOrders:
    orders = OpenOrders()
    for order_id in order_ids:
        orders.add(an_approved_order(order_id=order_id), f"0123abcd.1.{order_id}", answer_by=answer_by)
    return orders


def heard(orders: OpenOrders, *reports: BrokerReport) -> OpenOrders:
    for report in reports:
        orders.note(report)
    return orders


def test_an_order_is_told_as_far_as_it_was_heard_to_be() -> None:
    orders = heard(with_orders(1, 2), accepted())
    orders.ask_cancel(OrderId(1))
    orders.ask_change(OrderId(2), some_terms(quantity=150))
    first, second = orders.known()
    assert (first.is_accepted, first.is_cancel_asked, first.asked) == (True, True, None)
    assert (second.is_accepted, second.is_cancel_asked, second.asked) == (False, False, some_terms(quantity=150))
    heard(orders, cancel_rejected(), modified(order_id=2, quantity=150))
    first, second = orders.known()
    assert not first.is_cancel_asked and second.asked is None and second.terms == some_terms(quantity=150)
    orders.ask_change(OrderId(2), some_terms(quantity=10))
    [*_, second] = heard(orders, modify_rejected(order_id=2)).known()
    assert second.asked is None and second.terms == some_terms(quantity=150)


def test_an_order_that_has_ended_is_told_no_more() -> None:
    ends: tuple[BrokerReport, ...] = (rejected(), canceled(order_id=2), executed(order_id=3))
    orders = heard(with_orders(1, 2, 3, 4), *ends, executed(order_id=4, execution_id="E4.01", quantity=60))
    assert [known.order.order_id for known in orders.known()] == [4]
    heard(orders, corrected(order_id=4, execution_id="E4.02", corrects="E4.01", quantity=100))
    assert not orders.known(), "corrected to all that it was for"


def test_executions_are_told_with_their_commissions_as_far_as_those_are_known() -> None:
    orders = heard(with_orders(1), charged(execution_id="E0"), executed(execution_id="E1", quantity=10))
    assert orders.executions() == {"E1": None}, "a commission alone is no execution"
    heard(orders, charged(execution_id="E1", commission="0.35"))
    orders.note(
        received(a_statement(executions=(stated_execution(execution_id="E1"), stated_execution(execution_id="E2"))))
    )
    assert orders.executions() == {"E1": Decimal("0.35"), "E2": None}


def test_an_order_becomes_unknown_once_and_not_if_anybody_named_it() -> None:
    orders = heard(with_orders(1, 2, 3, answer_by=10.0), accepted(order_id=2))
    orders.note(received(a_statement(open_orders=(stated_order(order_id=3),))))
    assert not orders.overdue(9.9)
    assert [one.order_id for one in orders.overdue(10.0)] == [1]
    assert not orders.overdue(11.0)


def test_a_journal_tells_the_same_as_the_life_it_holds() -> None:
    commands = (
        SubmitOrder(order=an_approved_order()), SubmitOrder(order=an_approved_order(order_id=2)),
        CancelOrder(order_id=OrderId(1), occurred_at=OPEN),
        ModifyOrder(order_id=OrderId(2), terms=some_terms(quantity=150), occurred_at=OPEN),
    )  # fmt: skip
    batches = [Batch((), commands), Batch((StepRecord(accepted(), ()), StepRecord(executed(quantity=5), ())), ())]
    restored = OpenOrders()
    restored.restore(batches, lambda order_id: f"0123abcd.1.{order_id}", answer_by=10.0)
    lived = with_orders(1, 2)
    lived.ask_cancel(OrderId(1))
    lived.ask_change(OrderId(2), some_terms(quantity=150))
    heard(lived, accepted(), executed(quantity=5))
    assert restored.known() == lived.known() and restored.executions() == lived.executions()
    assert [one.order_id for one in restored.overdue(10.0)] == [2]


def test_a_refused_cancel_answers_no_order() -> None:
    """An order that never arrived cannot be canceled either: it becomes unknown as it would have."""
    refused = CancelRejected(order_id=OrderId(1), reason="10147: not found", occurred_at=1)
    orders = heard(with_orders(1, answer_by=10.0), refused)
    assert len(orders.overdue(10.0)) == 1
