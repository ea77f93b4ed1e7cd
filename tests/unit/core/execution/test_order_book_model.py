"""The order book against a model of three dictionaries, under any sequence of reports a broker may think of."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from robo_trader.core.domain.events import BrokerReport
from robo_trader.core.domain.orders import OrderId, OrderStatus, Side
from robo_trader.core.execution.order_book import Moved, OrderBook, Quarantined
from tests.builders import AAPL, MSFT, accepted, an_approved_order, an_intent, canceled, executed, expired, rejected

QUANTITY = st.integers(1, 50)
ANSWERS: dict[str, tuple[Callable[..., BrokerReport], OrderStatus]] = {
    "accept": (accepted, OrderStatus.WORKING),
    "reject": (rejected, OrderStatus.REJECTED),
    "cancel": (canceled, OrderStatus.CANCELED),
    "expire": (expired, OrderStatus.EXPIRED),
}
ALIVE = {OrderStatus.SUBMITTED, OrderStatus.WORKING, OrderStatus.PARTIALLY_FILLED}
ORDER = st.integers(1, 6)  # some of them do not exist yet


class BrokerThatMayDoAnything(RuleBasedStateMachine):
    """Adds orders and reports at random; the model says what should have come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.book = OrderBook()
        self.wanted: dict[int, tuple[Side, int]] = {}
        self.status: dict[int, OrderStatus] = {}
        self.fills: defaultdict[int, dict[str, int]] = defaultdict(dict)

    @precondition(lambda self: len(self.wanted) < 4)
    @rule(side=st.sampled_from(Side), quantity=QUANTITY)
    def add(self, side: Side, quantity: int) -> None:
        order_id = len(self.wanted) + 1
        assert self.book.next_id() == order_id
        self.book.add(an_approved_order(order_id=order_id, intent=an_intent(side=side, quantity=quantity)))
        self.wanted[order_id], self.status[order_id] = (side, quantity), OrderStatus.SUBMITTED

    @rule(order_id=ORDER, answer=st.sampled_from(sorted(ANSWERS)))
    def answer(self, order_id: int, answer: str) -> None:
        report, after = ANSWERS[answer]
        before = self.status.get(order_id)
        accepts = {OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED}
        fits = before in (accepts if answer == "accept" else ALIVE)
        self.demand(report(order_id=order_id), applied=fits)
        if fits and not (answer == "accept" and self.fills[order_id]):
            self.status[order_id] = after

    @rule(order_id=ORDER, number=st.integers(1, 8), quantity=QUANTITY)
    def execute(self, order_id: int, number: int, quantity: int) -> None:
        known = order_id in self.wanted
        execution_id = f"E{number}"
        fresh = all(execution_id not in fills for fills in self.fills.values())
        self.demand(
            executed(order_id=order_id, execution_id=execution_id, quantity=quantity),
            applied=known and fresh,
            breaks_books=not known,
        )
        if known and fresh:
            self.fills[order_id][execution_id] = quantity
            if self.filled(order_id) >= self.wanted[order_id][1]:
                self.status[order_id] = OrderStatus.FILLED
            elif self.status[order_id] in ALIVE:
                self.status[order_id] = OrderStatus.PARTIALLY_FILLED

    @precondition(lambda self: self.book.open)
    @rule(data=st.data())
    def ask_for_the_end(self, data: Any) -> None:  # noqa: ANN401 - hypothesis' own
        order_id = data.draw(st.sampled_from(sorted(self.book.open)))
        assert self.book.request_cancel(order_id, at=0).cancel_requested

    def demand(self, report: BrokerReport, *, applied: bool, breaks_books: bool = False) -> None:
        result = self.book.apply(report)
        assert isinstance(result, Moved) is applied
        if isinstance(result, Quarantined):
            assert result.breaks_books is breaks_books
        elif result.fill is not None:
            filled = result.order.filled
            assert result.overfilled is (filled > result.order.intent.quantity)

    def filled(self, order_id: int) -> int:
        return sum(self.fills[order_id].values())

    @invariant()
    def statuses_and_fills_agree(self) -> None:
        orders = self.book.open | self.book.ended
        assert {order_id: order.status for order_id, order in orders.items()} == self.status
        assert {order_id: order.filled for order_id, order in orders.items()} == {
            order_id: self.filled(order_id) for order_id in self.wanted
        }
        assert not self.book.open.keys() & self.book.ended.keys()
        assert {status for status in self.status.values() if status in ALIVE} == {
            order.status for order in self.book.open.values()
        }
        assert not any(order.cancel_requested for order in self.book.ended.values())

    @invariant()
    def working_shares_agree(self) -> None:
        for place, side in enumerate(Side):  # buying first, as they are answered
            working = sum(
                quantity - self.filled(order_id)
                for order_id, (order_side, quantity) in self.wanted.items()
                if order_side is side and self.status[order_id] in ALIVE
            )
            assert self.book.working_shares(AAPL)[place] == working >= 0
            assert self.book.working_shares(MSFT)[place] == Decimal(0)
            ids = [order.order_id for order in self.book.open_for(AAPL)]
            assert ids == sorted(ids) == sorted(map(OrderId, self.book.open))


TestOrderBook = BrokerThatMayDoAnything.TestCase
TestOrderBook.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
