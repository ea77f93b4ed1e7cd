"""Every report on an order in every state: allowed as the table says, or quarantined and nothing changed.

The table below is written out once more by hand, so that a slip in the code's own table shows. An order is for 100
shares; a part is 40 of them.
"""

from copy import deepcopy

import pytest

from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.orders import OrderId, OrderStatus
from robo_trader.core.execution.order_book import Moved, OrderBook, Quarantined
from robo_trader.core.execution.transitions import ENDED, TRANSITIONS, Move
from tests.builders import (
    absent,
    accepted,
    an_approved_order,
    canceled,
    executed,
    expired,
    modified,
    modify_rejected,
    rejected,
    unanswered,
)

S = OrderStatus
LIFE: dict[OrderStatus, list[BrokerReport]] = {
    S.SUBMITTED: [],
    S.UNKNOWN: [unanswered()],
    S.WORKING: [accepted()],
    S.PARTIALLY_FILLED: [accepted(), executed(execution_id="E0", quantity=10)],
    S.FILLED: [accepted(), executed(execution_id="E0")],
    S.CANCELED: [accepted(), canceled()],
    S.EXPIRED: [accepted(), expired()],
    S.REJECTED: [rejected()],
}
REPORTS: dict[Move, BrokerReport] = {
    Move.ACCEPT: accepted(),
    Move.FILL_PART: executed(quantity=40),
    Move.FILL_REST: executed(quantity=100),
    Move.REJECT: rejected(),
    Move.CANCEL: canceled(),
    Move.EXPIRE: expired(),
    Move.MODIFY: modified(quantity=200),
    Move.REFUSE: modify_rejected(),
    Move.LOSE: unanswered(),
    Move.PROVE_ABSENT: absent(),
}
NO = None
PART = S.PARTIALLY_FILLED
ALIVE = (S.REJECTED, S.CANCELED, S.EXPIRED)  # REJECT, CANCEL, EXPIRE, as long as it lives
OVER = (NO, NO, NO)
#             ACCEPT      FILL_PART  FILL_REST  and its end  MODIFY  REFUSE  LOSE  PROVE_ABSENT
BY_HAND: dict[OrderStatus, tuple[OrderStatus | None, ...]] = {
    S.SUBMITTED: (S.WORKING, PART, S.FILLED, *ALIVE, S.WORKING, S.SUBMITTED, S.UNKNOWN, NO),
    S.UNKNOWN:   (S.WORKING, PART, S.FILLED, *ALIVE, S.WORKING, S.UNKNOWN, NO, S.REJECTED),
    S.WORKING:   (S.WORKING, PART, S.FILLED, *ALIVE, S.WORKING, S.WORKING, NO, NO),
    PART:        (PART, PART, S.FILLED, *ALIVE, PART, PART, NO, NO),
    S.FILLED:    (S.FILLED, S.FILLED, S.FILLED, *OVER, S.FILLED, S.FILLED, NO, NO),
    S.CANCELED:  (NO, S.CANCELED, S.FILLED, *OVER, NO, S.CANCELED, NO, NO),
    S.EXPIRED:   (NO, S.EXPIRED, S.FILLED, *OVER, NO, S.EXPIRED, NO, NO),
    S.REJECTED:  (NO, S.REJECTED, S.FILLED, *OVER, NO, S.REJECTED, NO, NO),
}  # fmt: skip
MOVES = list(REPORTS)
PAIRS = [(status, move) for status in OrderStatus for move in MOVES]


def a_book(status: OrderStatus) -> OrderBook:
    """A book with one order that has come to this status the usual way."""
    book = OrderBook()
    book.add(an_approved_order())
    for report in LIFE[status]:
        assert isinstance(book.apply(report), Moved)
    assert (book.open | book.ended)[OrderId(1)].status is status
    return book


def facts(book: OrderBook) -> tuple[object, ...]:
    return book.open, book.ended, book.executions.state(), book.last_id


@pytest.mark.parametrize(("status", "move"), PAIRS, ids=lambda member: member.value)
def test_every_pair(status: OrderStatus, move: Move) -> None:
    book = a_book(status)
    before = deepcopy(facts(book))
    after = BY_HAND[status][MOVES.index(move)]
    result = book.apply(REPORTS[move])
    if after is None:
        assert isinstance(result, Quarantined) and not result.breaks_books
        assert status.value in result.reason
        assert facts(book) == before, "what is quarantined changes nothing"
    else:
        assert isinstance(result, Moved)
        assert result.order.status is after
        where, elsewhere = (book.ended, book.open) if after in ENDED else (book.open, book.ended)
        assert where == {OrderId(1): result.order}
        assert not elsewhere
        assert (result.fill is not None) == (move in (Move.FILL_PART, Move.FILL_REST))


def test_the_table_is_the_one_worked_by_hand() -> None:
    """But for a filled order's fills: the book adds those itself, because an overfill counts too."""
    table = {(status, move): TRANSITIONS[status].get(move) for status, move in PAIRS}
    by_hand = {(status, move): BY_HAND[status][MOVES.index(move)] for status, move in PAIRS}
    differences = {pair for pair in PAIRS if table[pair] is not by_hand[pair]}
    assert differences == {(S.FILLED, Move.FILL_PART), (S.FILLED, Move.FILL_REST)}


@pytest.mark.parametrize("status", OrderStatus)
def test_only_a_bust_ends_an_order_that_filled(status: OrderStatus) -> None:
    assert TRANSITIONS[status].get(Move.BUST) is (S.CANCELED if status is S.FILLED else None)


def test_an_order_has_ended_when_nothing_but_late_fills_may_move_it() -> None:
    lively = {
        status
        for status, moves in TRANSITIONS.items()
        if any(after is not status and move not in (Move.FILL_REST, Move.BUST) for move, after in moves.items())
    }
    assert lively | ENDED == set(OrderStatus)
    assert not lively & ENDED
