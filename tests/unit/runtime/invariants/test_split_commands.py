"""A batch's commands go to the steps that asked for them, also where one sends an order and the next cancels it."""

from msgspec.structs import replace

from robo_trader.core.domain.commands import CancelOrder, Command, ModifyOrder, SubmitOrder
from robo_trader.core.domain.events import OrderUpdated
from robo_trader.core.domain.orders import OrderId
from robo_trader.runtime.invariants.checker import split_commands
from tests.builders import an_approved_order, an_order, some_terms

SENT = OrderUpdated(order=an_order(order_id=1))
CANCELED = OrderUpdated(order=replace(an_order(order_id=1), cancel_requested=True))
TERMS = some_terms()
CHANGED = OrderUpdated(order=replace(an_order(order_id=1), modify_requested=TERMS))
SUBMIT = SubmitOrder(order=an_approved_order(order_id=1))
CANCEL = CancelOrder(order_id=OrderId(1), occurred_at=7)
MODIFY = ModifyOrder(order_id=OrderId(1), terms=TERMS, occurred_at=7)


def test_each_step_has_its_own() -> None:
    commands: tuple[Command, ...] = (SUBMIT, MODIFY, CANCEL)
    assert split_commands([(SENT,), (), (CHANGED,), (CANCELED,)], commands) == [(SUBMIT,), (), (MODIFY,), (CANCEL,)]


def test_what_one_step_does_stays_together() -> None:
    assert split_commands([(CANCELED,), ()], (CANCEL,)) == [(CANCEL,), ()]
    assert split_commands([(SENT, CANCELED)], (SUBMIT, CANCEL)) == [(SUBMIT, CANCEL)]


def test_what_nobody_asked_for_is_left_to_the_last() -> None:
    assert split_commands([(SENT,), ()], (CANCEL,)) == [(), (CANCEL,)]
