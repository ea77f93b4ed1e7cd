"""Clean runs raise no alarm, whatever is on its way; and two statements after faults stop, the books are the broker's.

Random walks as in `test_random_walks`. The venue's reports wait in a queue. In a clean run they are late, but no later
than the next statement but one, and a statement may overtake any of them or be overtaken. With faults they are also
lost, told twice or told in another order, orders never arrive, and somebody trades by hand. A statement tells of its
session alone, so two are taken at the end of each.
"""

from collections.abc import Iterator
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.commands import CancelOrder, SubmitOrder
from robo_trader.core.domain.discrepancies import (
    UNASSIGNED,
    Discrepancy,
    DiscrepancyFound,
    DiscrepancyKind,
    SymbolBlocked,
)
from robo_trader.core.domain.events import BrokerClaim, InputEvent, SliceClosed
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.orders import OrderStatus, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.statements import ForeignExecution, StatedExecution, StatementReceived
from robo_trader.core.engine.engine import Engine
from robo_trader.core.execution.reconciliation import compare
from robo_trader.core.execution.reconciliation_policy import DEFAULT_POLICY
from robo_trader.core.execution.statement_schedule import EVERYTHING
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue
from tests.builders import AAPL, MINUTE, MSFT, engine_settings, unanswered, venue_settings
from tests.examples import examples
from tests.unit.core.engine.desk import CASH, an_engine, only
from tests.unit.core.engine.test_random_walks import HOURS, LIMITS, Moves, a_walk

CLEAN = st.sampled_from(["deliver", "deliver", "hold", "state", "overtaken"])
FAULTY = st.sampled_from([
    "deliver", "deliver", "hold", "state", "overtaken", "lose", "repeat", "swap", "by hand", "unanswered", "drop order"
])  # fmt: skip


class LatePost:
    """Engine and venue with a slow way between them. Time goes on a minute with each statement."""

    def __init__(self, *, is_clean: bool) -> None:
        self.is_clean = is_clean
        self.waited = 0  # reports in the queue when the last statement was made
        self.drops_next = False  # the next order gets lost
        self.engine: Engine = an_engine(engine_settings(symbols=(AAPL, MSFT), limits=LIMITS))
        self.venue = Venue(venue_settings())
        self.account = VenueAccount(CASH)
        self.queue: list[BrokerReport | BrokerClaim] = []
        self.inputs: list[InputEvent] = []
        self.found: list[DiscrepancyFound | SymbolBlocked] = []
        self.now = 0
        self.trades_by_hand = 0

    def play(self, hours: list[tuple[Moves, Moves]], acts: Iterator[str]) -> None:
        last = ""
        for slice_ in a_walk(hours):
            if last != slice_.session.date and not self.is_clean:
                self.reconcile()
            last = slice_.session.date
            self.now = max(self.now, slice_.ended_at)
            self.account.begin(slice_)
            self.venue.observe(slice_)
            self.collect()
            self.account.end(slice_)
            self.do(next(acts))
            self.take(SliceClosed(slice=slice_))
            self.do(next(acts))

    def collect(self) -> None:
        for report in self.venue.take_reports():
            self.account.note(report)
            self.queue.append(report)

    def do(self, act: str) -> None:
        self.collect()
        if act == "deliver":
            self.deliver()
        elif act == "state":
            self.take(self.statement())
        elif act == "overtaken":  # the statement was made first, and comes after everything that was on its way
            statement = self.statement()
            self.deliver()
            self.take(statement)
        elif act == "lose":
            self.queue.clear()
        elif act == "repeat":
            self.queue.extend(self.queue)
        elif act == "swap":
            self.queue.reverse()
        elif act == "by hand":
            self.trade_by_hand()
        elif act == "unanswered":
            self.give_up_waiting()
        elif act == "drop order":
            self.drops_next = True

    def give_up_waiting(self) -> None:
        """Say of every order that was not answered that it was not."""
        for order in list(self.engine.account.orders.open.values()):
            if order.status is OrderStatus.SUBMITTED:
                self.take(unanswered(order_id=order.order_id, at=self.now))

    def reconcile(self) -> None:
        self.give_up_waiting()
        for _ in range(2):
            self.take(self.statement())

    def deliver(self) -> None:
        queue, self.queue, self.waited = self.queue, [], 0
        for report in queue:
            self.take(report)

    def statement(self) -> StatementReceived:
        if self.is_clean:
            due, self.queue = self.queue[: self.waited], self.queue[self.waited :]
            for report in due:
                self.take(report)
        self.waited = len(self.queue)
        self.now += MINUTE
        return StatementReceived(
            statement=self.account.statement(EVERYTHING), asked_at=self.now, occurred_at=self.now
        )  # fmt: skip

    def trade_by_hand(self) -> None:
        """Ten shares of AAPL at 90 dollars, known to the broker at once."""
        self.trades_by_hand += 1
        trade = StatedExecution(
            execution_id=ExecutionId(f"H{self.trades_by_hand}"), order_id=None, broker_order_id="X", symbol=AAPL,
            side=Side.BUY, quantity=Decimal(10), price=Decimal(90), commission=Decimal(1), occurred_at=self.now,
        )  # fmt: skip
        self.account.note_foreign(trade)
        self.queue.append(ForeignExecution(execution=trade))

    def take(self, event: InputEvent) -> None:
        self.inputs.append(event)
        step = self.engine.process(event)
        self.decided = step.events
        self.found.extend(one for one in step.events if isinstance(one, (DiscrepancyFound, SymbolBlocked)))
        for command in step.commands:
            if isinstance(command, SubmitOrder) and self.drops_next:
                self.drops_next = False
            elif isinstance(command, SubmitOrder):
                self.account.note_order(command.order)
                self.venue.submit(command.order)
            elif isinstance(command, CancelOrder):
                self.venue.cancel(command.order_id, at=command.occurred_at)

    def differences(self) -> tuple[Discrepancy, ...]:
        return compare(self.engine._reconciliation._book(), self.statement().statement, DEFAULT_POLICY)


@given(HOURS, st.data())
@settings(deadline=None, max_examples=examples(80))
def test_a_clean_run_raises_no_alarm(hours: list[tuple[Moves, Moves]], data: st.DataObject) -> None:
    post = LatePost(is_clean=True)
    post.play(hours, iter(lambda: data.draw(CLEAN), ""))
    assert post.found == []
    post.do("deliver")
    assert post.differences() == ()
    assert post.engine.account.tally.quarantined == 0


@given(HOURS, st.data())
@settings(deadline=None, max_examples=examples(80))
def test_two_statements_after_the_faults_the_books_are_the_brokers(
    hours: list[tuple[Moves, Moves]], data: st.DataObject
) -> None:
    post = LatePost(is_clean=False)
    post.play(hours, iter(lambda: data.draw(FAULTY), ""))
    post.queue.clear()
    post.reconcile()
    differing = [one for one in post.differences() if one.kind is not DiscrepancyKind.AVERAGE_COST]
    assert differing == [], "the average cost alone depends on the order in which trades became known"
    account, desk = post.engine.account, post.engine._strategy
    assert not [order for order in account.orders.open.values() if order.status is OrderStatus.UNKNOWN]
    assert account.trading_state is not TradingState.HALTED
    assert desk.ownership.unassigned(AAPL) == 10 * post.trades_by_hand
    if post.trades_by_hand:
        assert desk.ownership.sub_accounts.shares(AAPL) == account.ledger.position(AAPL).quantity
        assert UNASSIGNED in account.blocks.by_symbol[AAPL]


@given(HOURS, st.data())
@settings(deadline=None, max_examples=examples(15))
def test_the_same_inputs_lead_to_the_same_state(hours: list[tuple[Moves, Moves]], data: st.DataObject) -> None:
    post = LatePost(is_clean=False)
    post.play(hours, iter(lambda: data.draw(FAULTY), ""))
    again = an_engine(engine_settings(symbols=(AAPL, MSFT), limits=LIMITS))
    found = [one for event in post.inputs for one in only(DiscrepancyFound, again.process(event).events)]
    assert again.state_hash() == post.engine.state_hash()
    assert found == only(DiscrepancyFound, post.found)
