"""Holds a run's events to: every signal ends once, as an order, a refusal or a hold, or is pending; and truly so.

It knows nothing of the engine's own account of open signals: shares, orders and targets are recomputed from events.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.commands import Step
from robo_trader.core.domain.events import FillBooked, OrderDenied, OrderUpdated, SignalEmitted, TargetSet
from robo_trader.core.domain.orders import Order, OrderId, OrderPurpose
from robo_trader.core.domain.outcomes import Ending, Outcome, SignalSettled
from robo_trader.core.domain.signals import Signal, Sizing, Target
from robo_trader.core.execution.transitions import ENDED


class Story:
    """What a run's events say, up to one of them."""

    def __init__(self) -> None:
        self.signals: dict[str, Signal] = {}
        self.targets: dict[str, Target] = {}
        self.sizings: dict[str, Sizing | None] = {}
        self.settled: dict[str, SignalSettled] = {}
        self.orders: dict[OrderId, Order] = {}
        self.shares: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.denied: list[OrderDenied] = []

    @property
    def pending(self) -> set[str]:
        return self.signals.keys() - self.settled.keys()

    @property
    def endings(self) -> Counter[Ending]:
        return Counter(settled.outcome.ending for settled in self.settled.values())

    @property
    def outcomes(self) -> Counter[Outcome]:
        return Counter(settled.outcome for settled in self.settled.values())

    def take(self, step: Step) -> None:
        made, denied = set(self.orders), len(self.denied)
        for event in step.events:
            match event:
                case SignalEmitted(signal=signal):
                    assert signal.signal_id not in self.signals
                    self.signals[signal.signal_id] = signal
                case TargetSet(target=target, sizing=sizing):
                    self.targets[target.signal_id] = target
                    self.sizings[target.signal_id] = sizing
                case OrderUpdated(order=order):
                    self.orders[order.order_id] = order
                case OrderDenied():
                    self.denied.append(event)
                case FillBooked():
                    self._divide(event)
                case SharesCrossed(symbol=symbol, allotments=allotments):
                    for part in allotments:
                        self.shares[part.strategy, symbol] += part.quantity
                case SignalSettled():
                    self._check(event, new_orders=self.orders.keys() - made, denials=self.denied[denied:])

    def _divide(self, booked: FillBooked) -> None:
        fill = booked.fill
        if not booked.allotments:
            self.shares[self.orders[fill.order_id].intent.strategy, fill.symbol] += fill.side.sign * fill.quantity
        for part in booked.allotments:
            self.shares[part.strategy, fill.symbol] += part.quantity

    def _check(self, settled: SignalSettled, *, new_orders: set[OrderId], denials: list[OrderDenied]) -> None:
        signal, target = self.signals[settled.signal_id], self.targets[settled.signal_id]
        assert settled.signal_id not in self.settled, "a signal ends once"
        assert (settled.strategy, settled.symbol, settled.target) == (signal.strategy, signal.symbol, target.quantity)
        assert settled.occurred_at >= signal.as_of
        assert settled.held == self.shares[settled.strategy, settled.symbol]
        working = [order for order in self.orders.values() if _works_for(order, settled.symbol)]
        assert settled.working == sum((o.remaining * o.intent.side.sign for o in working), Decimal(0))
        self.settled[settled.signal_id] = settled
        needed = settled.target - settled.held
        match settled.outcome:
            case Outcome.ORDERED:
                assert settled.order_id in new_orders
                assert self.orders[settled.order_id].intent.side.sign * needed > 0
            case Outcome.DENIED:
                (denial,) = (one for one in denials if one.intent.symbol == settled.symbol)
                assert settled.violations == denial.violations and denial.intent.side.sign * needed > 0
            case Outcome.ZERO_SIZE | Outcome.NO_ROOM:
                sizing = self.sizings[settled.signal_id]
                assert signal.strength and not needed and not settled.target
                assert bool(sizing and sizing.asked) == (settled.outcome is Outcome.NO_ROOM)
            case Outcome.LATE:
                assert settled.occurred_at > signal.expires_at and abs(settled.target) > abs(settled.held)
            case Outcome.SUPERSEDED | Outcome.STOPPED:
                assert settled.replaced_by not in self.settled
            case Outcome.HELD:
                assert not needed or self.orders[settled.order_id or OrderId(0)] in working
            case Outcome.CROSSED:
                assert not needed and settled.crossed
        assert bool(settled.violations) == (settled.outcome is Outcome.DENIED)


def story_of(steps: Iterable[Step]) -> Story:
    """Return what a run's events say, each ending checked; signals = orders + refusals + holds + pending."""
    story = Story()
    for step in steps:
        story.take(step)
    assert len(story.signals) == sum(story.endings.values()) + len(story.pending)
    for settled in story.settled.values():
        assert not settled.replaced_by or story.signals[settled.replaced_by].symbol == settled.symbol
    for signal_id, sizing in story.sizings.items():
        target = story.targets[signal_id]
        assert target.quantity == (sizing.allowed if sizing else 0)
        if sizing is not None:
            assert abs(sizing.allowed) <= abs(sizing.asked) and sizing.asked == int(sizing.sized)
            assert (sizing.trimmed_by is None) == (sizing.allowed == sizing.asked) == (sizing.limit is None)
    return story


def _works_for(order: Order, symbol: str) -> bool:
    """Whether an order may still bring a symbol to its target; a protective one only rests."""
    is_leg = order.intent.purpose is OrderPurpose.PROTECTION
    return order.intent.symbol == symbol and order.status not in ENDED and not is_leg
