"""From messages to reports: each thing once, whatever the order in which it is said, and however often."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.tracking import OrderTracker
from robo_trader.core.domain.order_reports import (
    CancelRejected,
    CommissionReported,
    ExecutionCorrected,
    ModifyRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.statements import ForeignExecution
from tests.builders import an_intent, some_terms
from tests.examples import examples
from tests.unit.adapters.brokers.interactive_brokers.messages import (
    CLIENT,
    PERM,
    a_commission,
    a_tracker,
    an_execution,
    shown,
    state,
    stock,
)

Say = Callable[[OrderTracker], None]
FIRST, SECOND = "00a1.0001.01", "00a1.0002.01"


def status(word: str, *, held: str = "", wire_id: int = 1, perm: int = PERM, client: int = CLIENT) -> Say:
    return lambda tracker: tracker.hear_status(wire_id, word, perm, held, client)


def opened(word: str) -> Say:
    return lambda tracker: tracker.hear_open_order(stock(), shown(), state(word))


def traded(family: str, version: int = 1, *, shares: float = 50) -> Say:
    return lambda tracker: tracker.hear_execution(stock(), an_execution(family, version, shares=shares))


def charged(family: str, version: int = 1) -> Say:
    return lambda tracker: tracker.hear_commission(a_commission(family, version))


def erred(code: int) -> Say:
    return lambda tracker: tracker.hear_error(1, code, "in words")


# An order that was accepted, filled in two parts of which the second was corrected, and charged.
LIFE: tuple[Say, ...] = (
    opened("PreSubmitted"), status("PreSubmitted"), erred(399), status("Submitted"),
    traded(FIRST), charged(FIRST), traded(SECOND), traded(SECOND, 2, shares=40), charged(SECOND, 2),
    opened("Filled"), status("Filled"),
)  # fmt: skip


def reports_of(says: list[Say]) -> list[object]:
    tracker = a_tracker(1)
    for say in says:
        say(tracker)
    return list(tracker.take_reports())


def books_of(reports: list[object]) -> dict[str, tuple[Decimal, Decimal]]:
    """Shares and commission of each execution, as whoever books the reports in their order has them in the end."""
    books: dict[str, tuple[Decimal, Decimal]] = {}
    for one in reports:
        if isinstance(one, (OrderExecuted, ExecutionCorrected)):
            books[one.execution_id.rpartition(".")[0]] = (one.quantity, one.commission)
        elif isinstance(one, CommissionReported):
            family = one.execution_id.rpartition(".")[0]
            books[family] = (books[family][0], one.commission)
    return books


@settings(max_examples=examples(300))
@given(st.lists(st.sampled_from(range(len(LIFE))), max_size=30), st.randoms(use_true_random=False))
def test_whatever_the_order_and_the_repetitions_the_books_are_the_same(again: list[int], random: object) -> None:
    says = [*LIFE, *(LIFE[index] for index in again)]
    random.shuffle(says)  # type: ignore[attr-defined]
    reports = reports_of(says)
    assert books_of(reports) == {FIRST: (Decimal(50), Decimal("0.35")), SECOND: (Decimal(40), Decimal("0.35"))}
    assert len(reports) == len({str(report) for report in reports}), "something was said twice"
    told = Counter(kinds(reports))
    assert told[OrderAccepted] == 1 and set(told) <= {
        OrderAccepted, OrderExecuted, ExecutionCorrected, CommissionReported,
    }  # fmt: skip


def kinds(reports: Sequence[object]) -> tuple[type, ...]:
    return tuple(type(one) for one in reports)


ENDS: dict[str, tuple[tuple[Say, ...], type]] = {
    "canceled": ((status("Cancelled"), opened("Cancelled")), OrderExpired),
    "refused": ((erred(201), status("Inactive"), status("Cancelled")), OrderRejected),
}


@settings(max_examples=examples(100))
@given(st.sampled_from(sorted(ENDS)), st.integers(1, 3), st.randoms(use_true_random=False))
def test_an_order_ends_once(name: str, times: int, random: object) -> None:
    says, end = ENDS[name]
    every = list(says) * times
    random.shuffle(every)  # type: ignore[attr-defined]
    ends = [one for one in reports_of(every) if isinstance(one, (OrderExpired, OrderRejected, OrderCanceled))]
    assert len(ends) == 1
    assert isinstance(ends[0], end) or name == "refused"  # where the cancellation came before its reason


def test_a_cancellation_that_was_asked_for_is_one_and_a_refusal_that_ends_as_canceled_is_none() -> None:
    tracker = a_tracker(1, 2)
    asked = tracker.order(tracker.open_orders()[0].order_id)
    assert asked is not None
    asked.is_cancel_asked = True
    status("Cancelled")(tracker)
    opened("Submitted")(tracker)
    tracker.hear_error(2, 201, "no margin")
    tracker.hear_status(2, "Cancelled", PERM + 1, "", CLIENT)
    reports = tracker.take_reports()
    assert kinds(reports) == (OrderCanceled, OrderRejected)
    assert isinstance(reports[1], OrderRejected) and "no margin" in reports[1].reason


@pytest.mark.parametrize("word", ["PreSubmitted", "Submitted", "Cancelled", "Inactive", "Filled"])
def test_f35_numbers_of_other_clients_are_theirs(word: str) -> None:
    tracker = a_tracker(1)
    status(word, client=2, perm=PERM + 5)(tracker)
    tracker.hear_open_order(stock(), shown(named="", client=2, perm=PERM + 5), state(word))
    assert not tracker.take_reports() and not tracker.alarms
    opened("Submitted")(tracker)
    status("Cancelled", client=2, perm=PERM + 5)(tracker)
    assert kinds(tracker.take_reports()) == (OrderAccepted,)


def test_f35_our_number_with_another_identity_is_an_alarm_and_nothing_else() -> None:
    tracker = a_tracker(1)
    opened("Submitted")(tracker)
    tracker.take_reports()
    status("Cancelled", perm=PERM + 5)(tracker)
    tracker.hear_open_order(stock(), shown(perm=PERM + 5), state("Cancelled"))
    tracker.hear_open_order(stock("MSFT"), shown(), state("Cancelled"))
    tracker.hear_open_order(stock(), shown(action="SELL"), state("Cancelled"))
    assert not tracker.take_reports() and len(tracker.alarms) == 4


def test_an_order_is_known_by_its_permanent_number_where_another_client_placed_it() -> None:
    tracker = a_tracker(1)
    opened("Submitted")(tracker)
    status("Cancelled", client=9, wire_id=44)(tracker)
    assert kinds(tracker.take_reports()) == (OrderAccepted, OrderExpired)


def test_f32_an_order_held_for_shares_to_borrow_is_accepted() -> None:
    assert [type(one) for one in reports_of([erred(404), status("Inactive", held="locate")])] == [OrderAccepted]


def test_f31_an_error_about_a_change_refuses_the_change_and_not_the_order() -> None:
    tracker = a_tracker(1)
    opened("Submitted")(tracker)
    tracker.open_orders()[0].asked = some_terms(quantity=150, limit=100)
    erred(201)(tracker)
    assert kinds(tracker.take_reports()) == (OrderAccepted, ModifyRejected)
    erred(201)(tracker)
    assert not tracker.take_reports()


def test_f30_a_change_is_made_when_it_is_shown_and_lost_when_the_old_terms_are_shown_anew() -> None:
    tracker = a_tracker(1, 2)
    asked = some_terms(quantity=150, limit=101)
    for order in tracker.open_orders():
        order.asked = asked
    tracker.hear_open_order(stock(), shown(1, quantity=150, limit=101.0), state("Submitted"))
    tracker.forget_wire()
    tracker.settle_changes()
    assert kinds(tracker.take_reports()) == (OrderModified, OrderAccepted), "2 was not shown yet"
    tracker.hear_open_order(stock(), shown(2, perm=PERM + 1), state("Submitted"))
    tracker.settle_changes()
    tracker.settle_changes()
    assert kinds(tracker.take_reports()) == (OrderAccepted, ModifyRejected)


@pytest.mark.parametrize(
    ("group", "told"), [("AAPL-1", [Decimal(40)]), ("", [])], ids=["of a group", "alone: not our doing"]
)
def test_shares_that_another_order_of_the_group_took_are_told_once(group: str, told: list[Decimal]) -> None:
    tracker = a_tracker(1, intent=replace(an_intent(limit=100), oca_group=group))
    for quantity in (100, 40, 40, 100):
        tracker.hear_open_order(stock(), shown(quantity=quantity), state("Submitted"))
    reports = tracker.take_reports()
    assert [one.terms.quantity for one in reports if isinstance(one, OrderModified)] == told


def test_f39_a_refused_cancel_is_said_once_and_only_if_one_was_asked_for() -> None:
    tracker = a_tracker(1)
    erred(161)(tracker)
    assert not tracker.take_reports()
    tracker.open_orders()[0].is_cancel_asked = True
    erred(161)(tracker)
    erred(161)(tracker)
    assert kinds(tracker.take_reports()) == (CancelRejected,)


def test_what_was_told_before_is_not_told_again_but_its_commission_is_if_that_was_missed() -> None:
    tracker = a_tracker(1)
    tracker.know_executions({f"{FIRST}.01": Decimal("0.35"), f"{SECOND}.01": None})
    for say in (traded(FIRST), charged(FIRST), traded(SECOND), charged(SECOND)):
        say(tracker)
    [missed] = tracker.take_reports()
    assert isinstance(missed, CommissionReported) and missed.execution_id == f"{SECOND}.01"


def test_an_execution_of_nobody_is_told_as_such() -> None:
    tracker = a_tracker()
    traded(FIRST)(tracker)
    foreign = an_execution(SECOND)
    foreign.orderRef = "by hand"
    tracker.hear_execution(stock(), foreign)
    told = tracker.take_reports()
    assert [type(one) for one in told] == [ForeignExecution, ForeignExecution]
    assert isinstance(told[0], ForeignExecution) and told[0].execution.lost_reference, "it bears our journal's name"
    assert isinstance(told[1], ForeignExecution) and not told[1].execution.lost_reference
