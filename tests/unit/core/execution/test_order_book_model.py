"""The order book against a model of a few dictionaries, under any sequence of reports a broker may think of."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.orders import OrderId, OrderStatus, Side
from robo_trader.core.execution.order_book import Moved, OrderBook, Quarantined
from tests.builders import (
    AAPL,
    MSFT,
    absent,
    accepted,
    an_approved_order,
    an_intent,
    cancel_rejected,
    canceled,
    charged,
    corrected,
    executed,
    expired,
    modified,
    modify_rejected,
    rejected,
    some_terms,
    unanswered,
)
from tests.examples import state_machine

S = OrderStatus
QUANTITY = st.integers(1, 50)
ANSWERS: dict[str, tuple[Callable[..., BrokerReport], OrderStatus]] = {
    "accept": (accepted, S.WORKING),
    "reject": (rejected, S.REJECTED),
    "cancel": (canceled, S.CANCELED),
    "expire": (expired, S.EXPIRED),
    "lose": (unanswered, S.UNKNOWN),
    "prove absent": (absent, S.REJECTED),
}
ALIVE = {S.SUBMITTED, S.UNKNOWN, S.WORKING, S.PARTIALLY_FILLED}
FITS = {
    "accept": {S.SUBMITTED, S.UNKNOWN, S.WORKING, S.PARTIALLY_FILLED, S.FILLED},
    "lose": {S.SUBMITTED},
    "prove absent": {S.UNKNOWN},
}
ORDER = st.integers(1, 6)  # some of them do not exist yet
EXECUTION = st.integers(1, 8)


class BrokerThatMayDoAnything(RuleBasedStateMachine):
    """Adds orders and reports at random; the model says what should have come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.book = OrderBook()
        self.side: dict[int, Side] = {}
        self.wanted: dict[int, int] = {}
        self.asked: dict[int, int] = {}
        self.status: dict[int, OrderStatus] = {}
        self.fills: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self.commissions: dict[str, int] = {}
        self.versions: set[str] = set()

    @precondition(lambda self: len(self.wanted) < 4)
    @rule(side=st.sampled_from(Side), quantity=QUANTITY)
    def add(self, side: Side, quantity: int) -> None:
        order_id = len(self.wanted) + 1
        assert self.book.next_id() == order_id
        self.book.add(an_approved_order(order_id=order_id, intent=an_intent(side=side, quantity=quantity)))
        self.side[order_id], self.wanted[order_id], self.status[order_id] = side, quantity, S.SUBMITTED

    @rule(order_id=ORDER, answer=st.sampled_from(sorted(ANSWERS)))
    def answer(self, order_id: int, answer: str) -> None:
        report, after = ANSWERS[answer]
        before = self.status.get(order_id)
        fits = before in FITS.get(answer, ALIVE)
        self.demand(report(order_id=order_id), applied=fits)
        if fits and not (answer == "accept" and before in (S.PARTIALLY_FILLED, S.FILLED)):
            self.become(order_id, after)

    @rule(order_id=ORDER, number=EXECUTION, quantity=QUANTITY)
    def execute(self, order_id: int, number: int, quantity: int) -> None:
        execution_id = f"E{number}"
        known, fresh = order_id in self.wanted, not self.is_booked(execution_id)
        report = executed(order_id=order_id, execution_id=execution_id, quantity=quantity)
        self.demand(report, applied=known and fresh, breaks_books=not known)
        if known and fresh:
            self.fills[order_id][execution_id] = quantity
            self.commissions.setdefault(execution_id, int(report.commission))
            if self.filled(order_id) >= self.worst(order_id):
                self.become(order_id, S.FILLED)
            elif self.status[order_id] in ALIVE:
                self.status[order_id] = S.PARTIALLY_FILLED

    @rule(number=EXECUTION, version=st.integers(2, 4), quantity=st.integers(0, 50))
    def restate(self, number: int, version: int, quantity: int) -> None:
        """Only what is booked: that a correction may come first has a test of its own."""
        execution_id, new = f"E{number}", f"E{number}.{version}"
        owners = [order_id for order_id, fills in self.fills.items() if execution_id in fills]
        if not owners:
            return
        (order_id,) = owners
        report = corrected(order_id=order_id, execution_id=new, corrects=execution_id, quantity=quantity, commission=3)
        fresh, before = new not in self.versions, self.filled(order_id)
        self.demand(report, applied=fresh)
        if fresh:
            self.versions.add(new)
            self.fills[order_id][execution_id] = quantity
            self.commissions[execution_id] = 3
            if self.filled(order_id) >= self.worst(order_id):
                self.become(order_id, S.FILLED)
            elif self.filled(order_id) < before and self.status[order_id] is S.FILLED:
                self.become(order_id, S.CANCELED)

    @rule(order_id=ORDER, number=EXECUTION, commission=st.integers(0, 9))
    def charge(self, order_id: int, number: int, commission: int) -> None:
        execution_id = f"E{number}"
        elsewhere = self.is_booked(execution_id) and execution_id not in self.fills[order_id]
        if order_id not in self.wanted or elsewhere:
            return
        self.demand(charged(order_id=order_id, execution_id=execution_id, commission=commission), applied=True)
        self.commissions[execution_id] = commission

    @precondition(lambda self: self.book.open)
    @rule(data=st.data(), more=QUANTITY)
    def ask(self, data: Any, more: int) -> None:  # noqa: ANN401 - hypothesis' own
        """For the end of an order, and then for other terms."""
        order_id = data.draw(st.sampled_from(sorted(self.book.open)))
        assert self.book.request_cancel(order_id, at=0).cancel_requested
        self.asked[order_id] = self.filled(order_id) + more
        order = self.book.request_modify(order_id, some_terms(quantity=self.asked[order_id]), at=0)
        assert order.remaining_at_worst == self.worst(order_id) - self.filled(order_id)

    @rule(order_id=ORDER, quantity=QUANTITY)
    def modify(self, order_id: int, quantity: int) -> None:
        """Whether it was asked for, or not."""
        status = self.status.get(order_id)
        fits = status in ALIVE | {S.FILLED}
        self.demand(modified(order_id=order_id, quantity=quantity), applied=fits)
        if fits:
            self.wanted[order_id] = max(quantity, self.filled(order_id))
            self.asked.pop(order_id, None)
            if status in (S.SUBMITTED, S.UNKNOWN):
                self.status[order_id] = S.WORKING
            self.settle(order_id)

    @rule(order_id=ORDER, of=st.sampled_from([modify_rejected, cancel_rejected]))
    def refuse(self, order_id: int, of: Callable[..., BrokerReport]) -> None:
        fits = order_id in self.status
        self.demand(of(order_id=order_id), applied=fits)
        if fits and of is modify_rejected:
            self.asked.pop(order_id, None)
            self.settle(order_id)

    def settle(self, order_id: int) -> None:
        if self.filled(order_id) >= self.wanted[order_id]:
            self.become(order_id, S.FILLED)

    def become(self, order_id: int, status: OrderStatus) -> None:
        self.status[order_id] = status
        if status not in ALIVE:
            self.asked.pop(order_id, None)

    def demand(self, report: BrokerReport, *, applied: bool, breaks_books: bool = False) -> None:
        result = self.book.apply(report)
        assert isinstance(result, Moved) is applied
        if isinstance(result, Quarantined):
            assert result.breaks_books is breaks_books
        elif result.fill is not None and result.restates is None:
            assert result.overfilled is (result.order.filled > self.worst(result.order.order_id))

    def is_booked(self, execution_id: str) -> bool:
        return any(execution_id in fills for fills in self.fills.values())

    def filled(self, order_id: int) -> int:
        return sum(self.fills[order_id].values())

    def worst(self, order_id: int) -> int:
        return max(self.wanted[order_id], self.asked.get(order_id, 0))

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
        assert not any(order.cancel_requested or order.modify_requested for order in self.book.ended.values())

    @invariant()
    def commissions_agree(self) -> None:
        for order_id, order in (self.book.open | self.book.ended).items():
            assert order.commission == sum(self.commissions[execution_id] for execution_id in self.fills[order_id])

    @invariant()
    def working_shares_agree(self) -> None:
        for place, side in enumerate(Side):  # buying first, as they are answered
            working = sum(
                self.worst(order_id) - self.filled(order_id)
                for order_id, order_side in self.side.items()
                if order_side is side and self.status[order_id] in ALIVE
            )
            assert self.book.working_shares(AAPL)[place] == working >= 0
            assert self.book.working_shares(MSFT)[place] == Decimal(0)
            ids = [order.order_id for order in self.book.open_for(AAPL)]
            assert ids == sorted(ids) == sorted(map(OrderId, self.book.open))


TestOrderBook = BrokerThatMayDoAnything.TestCase
TestOrderBook.settings = state_machine(60, 40)
