"""Follows our orders through what Alpaca tells of them, and says in reports what is new.

Alpaca tells things twice: a stream of updates, and lists that may be read again. Both end here, and each says "this is
the order now" and "these are its executions", so that it does not matter which came first, or whether one was lost.

- An execution is reported once, under an id that both sources yield (`execution_id_of`). An update whose quantity does
  not continue what was reported before it is not believed: something was missed, and the lists are to be read
  (`needs_look`), unless the stream tells it first.
- An end is reported once, and after all executions the order claims.
- A replaced order and the one in its place are one order of ours: `OrderModified` when the new one works.
  `broker_order_id` stays the first one's.

Nothing here waits or asks; it is told, and tells.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from robo_trader.adapters.brokers.alpaca.wire import (
    FillActivity,
    TradeUpdate,
    WireOrder,
    execution_id_of,
    nanos_of,
    symbol_of,
)
from robo_trader.adapters.brokers.alpaca.words import NOT_YET_WORKING, end_of, side_of
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_references import LostOrder, OurOrder
from robo_trader.core.domain.order_reports import (
    CancelRejected,
    ModifyRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderStatus, OrderTerms
from robo_trader.core.domain.statements import ForeignExecution, StatedExecution
from robo_trader.core.ports.order_references import References

REPLACEMENT_MARK = "~"  # what follows it in a reference tells the replacements of one order apart


@dataclass(slots=True)
class Followed:
    """One order of ours, and what has been reported of it."""

    order_id: OrderId
    first_id: str = ""  # Alpaca's id of the order as it was submitted; empty while it is not known
    working_id: str = ""  # of that order, or of the last that took its place
    trails: bool = False  # whether its stop moves by itself
    is_announced: bool = False
    is_over: bool = False
    is_cancel_asked: bool = False
    is_modify_asked: bool = False
    ids: set[str] = field(default_factory=set)  # all of Alpaca's ids that it has had
    replaced: list[str] = field(default_factory=list)  # Alpaca's ids of those that worked before
    refused: set[str] = field(default_factory=set)  # replacements that never came into place
    replacements: dict[str, WireOrder] = field(default_factory=dict)  # not in place yet, by Alpaca's id


class Following:
    """All orders of ours that Alpaca has told of. references: how they are called; tell: called with each report."""

    def __init__(self, references: References, tell: Callable[[FromBroker], None]) -> None:
        self._references = references
        self._tell = tell
        self._orders: dict[OrderId, Followed] = {}
        self._seen: dict[str, OrderId | None] = {}  # Alpaca's ids, and whose they are
        self._lost: dict[str, str] = {}  # Alpaca's ids of orders that this journal has lost, and their references
        self._filled: dict[str, Decimal] = {}  # by Alpaca's id, as reported
        self._claimed: dict[str, Decimal] = {}  # and as Alpaca says
        self._known: set[ExecutionId] = set()
        self._doubtful: set[str] = set()  # Alpaca's ids of orders of which something was not told
        self._is_silent = False

    @property
    def needs_look(self) -> bool:
        """Whether something was not told, so that the lists are to be read."""
        return bool(self._doubtful)

    def order(self, order_id: OrderId) -> Followed | None:
        """Return what is known of an order of ours."""
        return self._orders.get(order_id)

    def owner_of(self, order: WireOrder) -> OrderId | None:
        """Return whose order Alpaca's is: ours by its reference, None if a stranger's."""
        named = self._references.read(order.client_order_id.partition(REPLACEMENT_MARK)[0])
        if isinstance(named, LostOrder):
            self._lost[order.id] = str(named.reference)
        return named.order_id if isinstance(named, OurOrder) else None

    def lost_reference(self, alpaca_id: str) -> str:
        """Return the name of an order that this journal has lost, nothing for any other."""
        return self._lost.get(alpaca_id, "")

    def first_id_of(self, order_id: OrderId) -> str | None:
        """Return the id by which our order is known to the broker, None if it is not yet."""
        followed = self._orders.get(order_id)
        return (followed.first_id or None) if followed is not None else None

    def filled(self, order_id: OrderId) -> Decimal:
        """Return the shares reported as filled of an order of ours."""
        followed = self._orders[order_id]
        return sum((self._filled.get(alpaca_id, ZERO) for alpaca_id in followed.ids), ZERO)

    def trails(self, order_id: OrderId) -> bool:
        """Return whether the stop of an order of ours moves by itself."""
        return self._orders[order_id].trails

    def unseen(self, activities: Iterable[FillActivity]) -> set[str]:
        """Return Alpaca's ids of orders that executions name and that were never shown."""
        return {activity.order_id for activity in activities} - self._seen.keys()

    def unfinished(self) -> set[str]:
        """Return Alpaca's ids of our orders that may still change."""
        return {one.working_id for one in self._orders.values() if one.working_id and not one.is_over}

    # ---- what we do ------------------------------------------------------------------------------

    def begin(self, order: ApprovedOrder) -> None:
        """Follow an order from before it is sent."""
        self._orders.setdefault(order.order_id, Followed(order.order_id, trails=order.intent.trail is not None))

    def refuse(self, order_id: OrderId, reason: str, *, at: int) -> None:
        """Take in that an order was refused, by Alpaca or on the way."""
        followed = self._orders.setdefault(order_id, Followed(order_id))
        if not followed.is_over:
            followed.is_over = followed.is_announced = True
            self._report(OrderRejected(order_id=order_id, reason=reason, occurred_at=at))

    def ask_cancel(self, order_id: OrderId) -> None:
        """Note that we ask for an order's end."""
        self._orders[order_id].is_cancel_asked = True

    def ask_modify(self, order_id: OrderId) -> None:
        """Note that we ask for other terms."""
        self._orders[order_id].is_modify_asked = True

    def refuse_cancel(self, order_id: OrderId, reason: str, *, at: int) -> None:
        """Take in that a cancel was refused."""
        self._report_refused_cancel(self._orders.get(order_id), order_id, reason, at)

    def refuse_modify(self, order_id: OrderId, reason: str, *, at: int) -> None:
        """Take in that new terms were refused."""
        followed = self._orders.get(order_id)
        if followed is not None:
            followed.is_modify_asked = False
        self._report(ModifyRejected(order_id=order_id, reason=reason, occurred_at=at))

    # ---- what Alpaca tells -----------------------------------------------------------------------

    def start_from(self, orders: Iterable[WireOrder], activities: Iterable[FillActivity], *, at: int) -> None:
        """Take all there is as known: what came before us, a statement tells."""
        listed = tuple(orders)
        for order in listed:
            self._filled[order.id] = order.filled
        for activity in activities:
            self._known.add(execution_id_of(activity.order_id, activity.cum_qty))
            self._filled[activity.order_id] = max(self._filled.get(activity.order_id, ZERO), activity.cum_qty)
        self._is_silent = True
        self.take_listing(listed, (), at=at)
        self._is_silent = False
        self._doubtful.clear()

    def take_listing(self, orders: Iterable[WireOrder], activities: Iterable[FillActivity], *, at: int) -> None:
        """Take lists in: orders first asked for, executions asked for after them."""
        listed = sorted(orders, key=lambda order: (nanos_of(order.submitted_at), order.replaces is not None))
        for order in listed:
            self._place(order, at)
        for activity in sorted(activities, key=lambda one: (nanos_of(one.transaction_time), one.cum_qty)):
            self._take_activity(activity)
        for order in listed:
            self._settle(order, at)

    def take_order(self, order: WireOrder, *, at: int) -> None:
        """Take in an order as it is, or was, at some time: the answer to a request."""
        self._place(order, at)
        self._settle(order, at)

    def take_update(self, update: TradeUpdate) -> None:
        """Take in a message of the stream."""
        order, at = update.order, update.occurred_at
        followed = self._place(order, at)
        if update.qty is not None and update.price is not None:
            self._take_fill(update, update.qty, update.price)
        if followed is not None and update.event == "order_cancel_rejected":
            reason = "Alpaca refused to cancel; the order goes on"
            self._report_refused_cancel(followed, followed.order_id, reason, at)
        elif followed is not None and update.event == "order_replace_rejected":
            self._refuse_replacement(followed, at)
        self._settle(order, at)

    # ---- whose it is, and which order of a chain -------------------------------------------------

    def _place(self, order: WireOrder, at: int) -> Followed | None:
        order_id = self._seen[order.id] = self.owner_of(order)
        self._claimed[order.id] = max(order.filled, self._claimed.get(order.id, ZERO))
        if order_id is None:
            return None
        followed = self._orders.get(order_id)
        if followed is None:  # of a run before this one: the engine has heard of it by its own means
            followed = self._orders[order_id] = Followed(
                order_id, trails=order.type == "trailing_stop", is_announced=True
            )
        followed.ids.add(order.id)
        if not followed.working_id:
            followed.first_id = order.replaces or order.id
            followed.working_id = order.id
        elif order.replaces == followed.working_id:
            self._take_replacement(followed, order, at)
        if not followed.is_announced and order.status != "rejected":
            followed.is_announced = True
            report = OrderAccepted(order_id=order_id, broker_order_id=followed.first_id, occurred_at=at)
            self._report(report)
        return followed

    def _take_replacement(self, followed: Followed, new: WireOrder, at: int) -> None:
        if new.id in followed.refused:
            return
        if new.status == "rejected":
            followed.refused.add(new.id)
            self._refuse_replacement(followed, at)
            return
        followed.replacements[new.id] = new
        if new.status not in NOT_YET_WORKING:
            self._put_in_place(followed, new, at)

    def _put_in_place(self, followed: Followed, new: WireOrder, at: int) -> None:
        old = followed.working_id
        if self._claimed.get(old, ZERO) <= self._filled.get(old, ZERO):
            self._doubtful.discard(old)  # else executions of it are still to be heard of
        followed.replaced.append(old)
        before = sum((self._claimed.get(alpaca_id, ZERO) for alpaca_id in followed.replaced), ZERO)
        followed.working_id = new.id
        followed.replacements.clear()
        followed.is_modify_asked = False
        terms = OrderTerms(quantity=before + new.quantity, limit_price=new.limit_price, stop_price=new.stop_price)
        self._report(OrderModified(order_id=followed.order_id, terms=terms, occurred_at=at))

    def _refuse_replacement(self, followed: Followed, at: int) -> None:
        if followed.is_modify_asked:
            self.refuse_modify(followed.order_id, "Alpaca refused the new terms; the old ones go on", at=at)

    def _report_refused_cancel(self, followed: Followed | None, order_id: OrderId, reason: str, at: int) -> None:
        if followed is not None:
            followed.is_cancel_asked = False
        self._report(CancelRejected(order_id=order_id, reason=reason, occurred_at=at))

    # ---- executions ------------------------------------------------------------------------------

    def _take_fill(self, update: TradeUpdate, quantity: Decimal, price: Decimal) -> None:
        order = update.order
        execution_id = execution_id_of(order.id, order.filled)
        if execution_id in self._known:
            return
        if self._filled.get(order.id, ZERO) + quantity != order.filled:
            self._doubtful.add(order.id)
            return
        self._execute(
            StatedExecution(
                execution_id=execution_id, order_id=self._seen[order.id], broker_order_id=order.id,
                symbol=symbol_of(order.symbol), side=side_of(order.side), quantity=quantity, price=price,
                occurred_at=update.occurred_at, commission=ZERO, lost_reference=self.lost_reference(order.id),
            )
        )  # fmt: skip

    def _take_activity(self, activity: FillActivity) -> None:
        execution = self.stated(activity)
        if execution.execution_id not in self._known:
            self._execute(execution)

    def stated(self, activity: FillActivity) -> StatedExecution:
        """Return an execution of the account's history as a statement tells it."""
        order_id = self._seen.get(activity.order_id)
        first_id = None if order_id is None else self.first_id_of(order_id)
        return StatedExecution(
            execution_id=execution_id_of(activity.order_id, activity.cum_qty), order_id=order_id,
            broker_order_id=first_id or activity.order_id, symbol=symbol_of(activity.symbol),
            side=side_of(activity.side), quantity=activity.qty, price=activity.price,
            occurred_at=nanos_of(activity.transaction_time), commission=ZERO,
            lost_reference=self.lost_reference(activity.order_id),
        )  # fmt: skip

    def _execute(self, execution: StatedExecution) -> None:
        alpaca_id = execution.execution_id.partition("/")[0]
        self._known.add(execution.execution_id)
        self._filled[alpaca_id] = self._filled.get(alpaca_id, ZERO) + execution.quantity
        if execution.order_id is None:
            self._report(ForeignExecution(execution=execution))
            return
        self._report(
            OrderExecuted(
                execution_id=execution.execution_id, order_id=execution.order_id, symbol=execution.symbol,
                quantity=execution.quantity, price=execution.price, commission=execution.commission or ZERO,
                occurred_at=execution.occurred_at,
            )
        )  # fmt: skip

    # ---- ends ------------------------------------------------------------------------------------

    def _settle(self, order: WireOrder, at: int) -> None:
        """Report an order's end, once all it has filled is reported."""
        order_id, filled = self._seen[order.id], self._filled.get(order.id, ZERO)
        if order.filled > filled:
            self._doubtful.add(order.id)
            return
        self._doubtful.discard(order.id)
        followed = None if order_id is None else self._orders[order_id]
        if followed is None or order.id != followed.working_id:
            return
        if order.status == "replaced":
            new = followed.replacements.get(order.replaced_by or "")
            if new is None:
                self._doubtful.add(order.id)
            else:
                self._put_in_place(followed, new, at)
            return
        end = end_of(order.status, order.time_in_force, cancel_asked=followed.is_cancel_asked)
        if end is not None and not followed.is_over:
            followed.is_over = True
            self._report_end(followed.order_id, end, at)

    def _report_end(self, order_id: OrderId, end: OrderStatus, at: int) -> None:
        """Report an end; what is filled ended by its executions."""
        if end is OrderStatus.CANCELED:
            self._report(OrderCanceled(order_id=order_id, occurred_at=at))
        elif end is OrderStatus.EXPIRED:
            self._report(OrderExpired(order_id=order_id, occurred_at=at))
        elif end is OrderStatus.REJECTED:
            reason = "Alpaca took the order and rejected it later; nothing more of it will trade"
            self._report(OrderRejected(order_id=order_id, reason=reason, occurred_at=at))

    def _report(self, report: FromBroker) -> None:
        if not self._is_silent:
            self._tell(report)
