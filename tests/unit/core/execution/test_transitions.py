"""Every report on an order in every state: allowed as the table says, or quarantined and nothing changed.

The table below is written out once more by hand, so that a slip in the code's own table shows. An order is for 100
shares; a part is 40 of them.
"""

from copy import deepcopy

import pytest

from robo_trader.core.domain.events import BrokerReport
from robo_trader.core.domain.orders import OrderId, OrderStatus
from robo_trader.core.execution.order_book import Moved, OrderBook, Quarantined
from robo_trader.core.execution.transitions import ENDED, TRANSITIONS, Move
from tests.builders import accepted, an_approved_order, canceled, executed, expired, rejected

S = OrderStatus
LIFE: dict[OrderStatus, list[BrokerReport]] = {
    S.SUBMITTED: [],
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
}
NO = None
#                      ACCEPT              FILL_PART           FILL_REST REJECT      CANCEL      EXPIRE
BY_HAND: dict[OrderStatus, tuple[OrderStatus | None, ...]] = {
    S.SUBMITTED:        (S.WORKING,          S.PARTIALLY_FILLED, S.FILLED, S.REJECTED, S.CANCELED, S.EXPIRED),
    S.WORKING:          (NO,                 S.PARTIALLY_FILLED, S.FILLED, S.REJECTED, S.CANCELED, S.EXPIRED),
    S.PARTIALLY_FILLED: (S.PARTIALLY_FILLED, S.PARTIALLY_FILLED, S.FILLED, S.REJECTED, S.CANCELED, S.EXPIRED),
    S.FILLED:           (S.FILLED,           S.FILLED,           S.FILLED, NO,         NO,         NO),
    S.CANCELED:         (NO,                 S.CANCELED,         S.FILLED, NO,         NO,         NO),
    S.EXPIRED:          (NO,                 S.EXPIRED,          S.FILLED, NO,         NO,         NO),
    S.REJECTED:         (NO,                 S.REJECTED,         S.FILLED, NO,         NO,         NO),
}  # fmt: skip
PAIRS = [(status, move) for status in OrderStatus for move in Move]


def a_book(status: OrderStatus) -> OrderBook:
    """A book with one order that has come to this status the usual way."""
    book = OrderBook()
    book.add(an_approved_order())
    for report in LIFE[status]:
        assert isinstance(book.apply(report), Moved)
    assert (book.open | book.ended)[OrderId(1)].status is status
    return book


@pytest.mark.parametrize(("status", "move"), PAIRS, ids=lambda member: member.value)
def test_every_pair(status: OrderStatus, move: Move) -> None:
    book = a_book(status)
    before = deepcopy(vars(book))
    after = BY_HAND[status][list(Move).index(move)]
    result = book.apply(REPORTS[move])
    if after is None:
        assert isinstance(result, Quarantined) and not result.breaks_books
        assert status.value in result.reason
        assert vars(book) == before, "what is quarantined changes nothing"
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
    by_hand = {(status, move): BY_HAND[status][list(Move).index(move)] for status, move in PAIRS}
    differences = {pair for pair in PAIRS if table[pair] is not by_hand[pair]}
    assert differences == {(S.FILLED, Move.FILL_PART), (S.FILLED, Move.FILL_REST)}


def test_an_order_has_ended_when_nothing_but_late_fills_may_move_it() -> None:
    lively = {
        status
        for status, moves in TRANSITIONS.items()
        if any(after is not status and move is not Move.FILL_REST for move, after in moves.items())
    }
    assert lively | ENDED == set(OrderStatus)
    assert not lively & ENDED
