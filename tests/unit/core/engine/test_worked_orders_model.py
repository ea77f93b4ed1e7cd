"""Worked orders before a broker that may do anything, held against a reference of one line of sums.

The broker fills in parts, rejects, lets cancels cross fills, refuses them, fills after the end, and the program is
started again from its inputs at any time. Whatever happens: what is filled of a parent and what may still fill of it
never exceed it by more than the broker itself filled too late; no child is sent while that could be broken; and an
engine that is told the same inputs once more is in the same state and sent the same.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from robo_trader.core.domain.commands import CancelOrder, Command, ModifyOrder, SubmitOrder
from robo_trader.core.domain.events import InputEvent, ParentOrderUpdated, SessionStarted, SliceClosed
from robo_trader.core.domain.order_reports import BrokerReport, OrderModified
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.parent_orders import Algorithm, ParentOrder, ParentOrderId
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from tests.builders import (
    AAPL,
    MINUTE,
    OPEN,
    accepted,
    an_execution_policy,
    cancel_rejected,
    canceled,
    executed,
    expired,
    modify_rejected,
    rejected,
    unanswered,
)
from tests.examples import state_machine
from tests.unit.core.engine.minutes import minutes, settings_of

ALGORITHMS = [one for one in Algorithm if one is not Algorithm.AT_ONCE] + [None]
STRENGTHS = st.dictionaries(st.integers(1, 60), st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=1, max_size=6)
SHARES = st.integers(1, 120)


class Working:
    """What the broker knows of one order. Shares are whole."""

    def __init__(self, quantity: Decimal) -> None:
        self.quantity, self.filled = int(quantity), 0
        self.is_over = False
        self.was_asked = False  # to be canceled
        self.modify: OrderModified | None = None


class BrokerThatMayDoAnything(RuleBasedStateMachine):
    """Slices go on; between them the broker reports what it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[InputEvent] = []
        self.sent: list[Command] = []
        self.orders: dict[int, Working] = {}
        self.of: dict[int, ParentOrderId] = {}  # the parent of each child
        self.quantities: dict[ParentOrderId, Decimal] = {}
        self.too_late: dict[int, int] = {}  # shares of an order that filled after its end
        self.minute = 0
        self.executions = 0

    @initialize(
        algorithm=st.sampled_from(ALGORITHMS), wants=STRENGTHS, crosses=st.booleans(), window=st.integers(1, 20)
    )
    def open(self, algorithm: Algorithm | None, wants: dict[int, float], crosses: bool, window: int) -> None:
        policy = an_execution_policy(
            algorithm, window=window * MINUTE, crosses_rest=crosses, modifies_max=3, participation=0.02
        )
        self.settings: EngineSettings = settings_of(policy, wants=wants, shares=100.0)
        self.engine = Engine(self.settings)
        self.tell(SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(100_000)))

    def tell(self, event: InputEvent) -> None:
        self.inputs.append(event)
        step = self.engine.process(event)
        parents: dict[ParentOrderId, ParentOrder] = {
            one.parent.parent_id: one.parent for one in step.events if isinstance(one, ParentOrderUpdated)
        }
        parents.update({one.parent_id: one for one in self.parents().values()})
        for parent in parents.values():
            self.quantities[parent.parent_id] = parent.quantity
            self.of.update(dict.fromkeys(parent.children, parent.parent_id))
        for command in step.commands:
            self.sent.append(command)
            self.note(command)

    def note(self, command: Command) -> None:
        if isinstance(command, SubmitOrder):
            self.orders[command.order.order_id] = Working(command.order.intent.quantity)
        elif isinstance(command, CancelOrder):
            assert not self.orders[command.order_id].was_asked, "an order is asked to end once until it is refused"
            self.orders[command.order_id].was_asked = True
        elif isinstance(command, ModifyOrder):
            self.orders[command.order_id].modify = OrderModified(
                order_id=command.order_id, terms=command.terms, occurred_at=self.now
            )

    def parents(self) -> dict[str, ParentOrder]:
        return {str(symbol): parent for symbol, parent in self.engine.parent_orders.items()}

    @property
    def now(self) -> int:
        return OPEN + self.minute * MINUTE

    @property
    def alive(self) -> list[int]:
        return [number for number, order in self.orders.items() if not order.is_over]

    @rule(price=st.sampled_from([19.9, 20.0, 20.1, 20.5]))
    def a_minute(self, price: float) -> None:
        self.minute += 1
        (slice_,) = minutes(self.minute, self.minute, price=price, volume=2_000.0)
        self.tell(SliceClosed(slice=slice_))

    def an_order(self, data: st.DataObject, among: Sequence[int]) -> int:
        return data.draw(st.sampled_from(list(among)))

    @precondition(lambda self: self.alive)
    @rule(data=st.data(), shares=SHARES)
    def it_fills(self, data: st.DataObject, shares: int) -> None:
        number = self.an_order(data, self.alive)
        order = self.orders[number]
        shares = min(shares, order.quantity - order.filled)
        order.filled += shares
        order.is_over = order.filled == order.quantity
        self.execute(number, shares)

    @precondition(lambda self: any(o.is_over and o.filled < o.quantity for o in self.orders.values()))
    @rule(data=st.data(), shares=SHARES)
    def it_fills_after_its_end(self, data: st.DataObject, shares: int) -> None:
        number = self.an_order(data, [n for n, o in self.orders.items() if o.is_over and o.filled < o.quantity])
        order = self.orders[number]
        shares = min(shares, order.quantity - order.filled)
        order.filled += shares
        self.too_late[number] = self.too_late.get(number, 0) + shares
        self.execute(number, shares)

    def execute(self, number: int, shares: int) -> None:
        self.executions += 1
        self.tell(executed(execution_id=f"E{self.executions}", order_id=number, quantity=shares, price=20, at=self.now))

    @precondition(lambda self: self.alive)
    @rule(data=st.data(), report=st.sampled_from([rejected, canceled, expired]))
    def it_ends(self, data: st.DataObject, report: Callable[..., BrokerReport]) -> None:
        number = self.an_order(data, self.alive)
        self.orders[number].is_over = True
        self.tell(report(order_id=number, at=self.now))

    @precondition(lambda self: self.alive)
    @rule(data=st.data(), report=st.sampled_from([accepted, unanswered]))
    def it_is_answered_or_not(self, data: st.DataObject, report: Callable[..., BrokerReport]) -> None:
        self.tell(report(order_id=self.an_order(data, self.alive), at=self.now))

    @precondition(lambda self: any(o.was_asked and not o.is_over for o in self.orders.values()))
    @rule(data=st.data())
    def a_cancel_is_refused(self, data: st.DataObject) -> None:
        number = self.an_order(data, [n for n, o in self.orders.items() if o.was_asked and not o.is_over])
        self.orders[number].was_asked = False
        self.tell(cancel_rejected(order_id=number, at=self.now))

    @precondition(lambda self: any(o.modify is not None and not o.is_over for o in self.orders.values()))
    @rule(data=st.data(), is_granted=st.booleans())
    def a_modify_is_answered(self, data: st.DataObject, is_granted: bool) -> None:
        number = self.an_order(data, [n for n, o in self.orders.items() if o.modify is not None and not o.is_over])
        order = self.orders[number]
        assert order.modify is not None
        report, order.modify = order.modify, None
        self.tell(report if is_granted else modify_rejected(order_id=number, at=self.now))

    @rule()
    def it_is_started_again(self) -> None:
        reborn = Engine(self.settings)
        sent: list[Command] = []
        for event in self.inputs:
            sent.extend(reborn.process(event).commands)
        assert sent == self.sent
        assert reborn.state_hash() == self.engine.state_hash()
        self.engine = reborn

    @invariant()
    def no_parent_is_exceeded(self) -> None:
        for parent, quantity in self.quantities.items():
            children = {number: self.orders[number] for number, of in self.of.items() if of == parent}
            filled = sum(order.filled for order in children.values())
            working = sum(order.quantity - order.filled for order in children.values() if not order.is_over)
            late = sum(self.too_late.get(number, 0) for number in children)
            assert filled + working <= quantity + late, (parent, quantity, filled, working, late)

    @invariant()
    def the_book_knows_what_the_broker_knows(self) -> None:
        if not self.orders:
            return
        book = self.engine.account.orders
        for number, order in self.orders.items():
            known = book.order(OrderId(number))
            assert known is not None and known.filled == order.filled
        bought = sum(
            known.intent.side.sign * known.filled
            for number in self.orders
            if (known := book.order(OrderId(number))) is not None
        )
        assert self.engine.account.ledger.position(AAPL).quantity == bought
        # Two orders that nobody answers within a minute leave only exits.
        assert self.engine.account.trading_state is not TradingState.HALTED


BrokerThatMayDoAnything.TestCase.settings = settings(
    state_machine(60, 50), suppress_health_check=[HealthCheck.too_slow]
)
TestWorkedOrdersAreNeverMoreThanTheirParent = BrokerThatMayDoAnything.TestCase
