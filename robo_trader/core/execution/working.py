"""What a parent order does next: which child leaves, which is canceled, whose limit moves.

Plain functions of the parent, its children and the market; who calls them sends what they answer. Whatever happens,
a child is never larger than what its parent still misses after everything that works, at its worst: so fills and
working children together never exceed the parent.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import isnan

from msgspec import Struct

from robo_trader.core.domain.money import ZERO, price_from_float, shares_from_float
from robo_trader.core.domain.orders import BUY, Order, OrderStatus, OrderType
from robo_trader.core.domain.parent_orders import Algorithm, ParentOrder, ParentStatus
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.execution.activity import MINUTE_NANOS
from robo_trader.core.execution.planner import limit_price
from robo_trader.core.execution.policy import ExecutionPolicy, Peg
from robo_trader.core.rules.quotes import mid_update
from robo_trader.core.rules.schedules import due_shares, share_of_volume, slice_number, time_part, volume_part

_SCHEDULED = (Algorithm.TWAP, Algorithm.VWAP, Algorithm.POV)
_ALIVE = (OrderStatus.WORKING, OrderStatus.PARTIALLY_FILLED)


class Seen(Struct, frozen=True, kw_only=True, gc=False):
    """What a parent order goes by. Times are nanoseconds."""

    now: int
    price: Decimal  # the last one
    quote: Quote | None
    opens_at: int  # of the session
    step: int  # to the next time it is asked: the length of a bar, 0 where quotes come
    traded: float  # shares since the run began
    profile: list[float]  # usual shares of each minute; nothing where not known


class Progress(Struct, frozen=True, gc=False):
    """How far a parent order has come. Shares are counted at their worst."""

    working: tuple[Order, ...]  # children that may still fill
    filled: Decimal
    left: Decimal  # shares that no child stands for; below 0 after a fill that came too late to be stopped


class Work(Struct, frozen=True, kw_only=True, gc=False):
    """What to do now. A child without a limit of its own is priced as every order is."""

    release: Decimal = ZERO
    limit: Decimal | None = None
    cancels: tuple[Order, ...] = ()
    moved: Order | None = None  # whose limit becomes `limit`


NOTHING = Work()


def progress(parent: ParentOrder, children: Sequence[Order], is_open: Sequence[bool]) -> Progress:
    """Return how far a parent has come. is_open: of each child, whether it may still fill."""
    working = tuple(order for order, alive in zip(children, is_open, strict=True) if alive)
    filled = sum((order.filled for order in children), ZERO)
    at_work = sum((order.remaining_at_worst for order in working), ZERO)
    return Progress(working, filled, parent.quantity - filled - at_work)


def next_work(parent: ParentOrder, come: Progress, seen: Seen, policy: ExecutionPolicy) -> Work:
    """Return what a parent order does now."""
    if parent.status is ParentStatus.CANCELING or come.left < 0:
        return Work(cancels=_not_asked(come.working))
    if parent.status is ParentStatus.CROSSING:
        return _cross(parent, come, seen)
    return _by_algorithm(parent, come, seen, policy)


def _by_algorithm(parent: ParentOrder, come: Progress, seen: Seen, policy: ExecutionPolicy) -> Work:
    if parent.algorithm is Algorithm.PEGGED and come.working:
        return _follow(parent, come.working, seen, policy)
    if come.left <= 0 or (parent.children and seen.now < parent.released_at + policy.interval):
        return NOTHING
    if parent.algorithm in _SCHEDULED:
        return _scheduled(parent, come, seen, policy)
    if come.working:
        return NOTHING
    shares = min(come.left, policy.display_shares) if parent.algorithm is Algorithm.ICEBERG else come.left
    return Work(release=shares, limit=resting_price(parent, seen, policy))


def resting_price(parent: ParentOrder, seen: Seen, policy: ExecutionPolicy) -> Decimal:
    """Return where a limit rests that does not take: our side of the quote, or its middle where it is pegged there.

    Among bars it is the last price. On the tick, and never beyond it.
    """
    side, quote = parent.side, seen.quote
    if quote is None:
        return limit_price(seen.price, side, ZERO)
    near = quote.bid if side is BUY else quote.ask
    if parent.algorithm is Algorithm.PEGGED and policy.peg is Peg.MID:
        near = mid_update([], quote.bid, quote.ask)
    return limit_price(price_from_float(near), side, ZERO)


def slices_begun(parent: ParentOrder, seen: Seen, policy: ExecutionPolicy) -> int:
    """Return the number of the slice that a time lies in. None is shorter than the time between two questions."""
    return slice_number(seen.now, parent.begins_at, max(policy.interval, seen.step))


def _scheduled(parent: ParentOrder, come: Progress, seen: Seen, policy: ExecutionPolicy) -> Work:
    number = slices_begun(parent, seen, policy)
    if number <= parent.slice_number:
        return NOTHING
    due = _due(parent, seen, policy, number)
    shares = min(due - (parent.quantity - come.left), come.left)
    if shares <= 0 or (shares < policy.child_shares_min and shares < come.left):
        return NOTHING
    return Work(release=shares)


def _due(parent: ParentOrder, seen: Seen, policy: ExecutionPolicy, number: int) -> Decimal:
    """Return the shares that should be filled or working by the end of the slice that begins now."""
    if parent.algorithm is Algorithm.POV:
        return shares_from_float(share_of_volume(seen.traded - parent.traded_before, policy.participation))
    begins, ends = parent.begins_at, parent.ends_at
    until = begins + (number + 1) * max(policy.interval, seen.step)
    part = float("nan")
    if parent.algorithm is Algorithm.VWAP and seen.profile:
        since = seen.opens_at
        part = volume_part(seen.profile, MINUTE_NANOS, begins - since, ends - since, until - since)
    if isnan(part):
        part = time_part(begins, ends, until)
    return shares_from_float(due_shares(float(parent.quantity), part))


def _follow(parent: ParentOrder, working: tuple[Order, ...], seen: Seen, policy: ExecutionPolicy) -> Work:
    """Move the limit of a pegged child to where the market has gone."""
    order = working[0]
    is_busy = order.cancel_requested or order.modify_requested is not None or order.status not in _ALIVE
    if is_busy or parent.modifies >= policy.modifies_max or seen.now < order.updated_at + policy.interval:
        return NOTHING
    limit = resting_price(parent, seen, policy)
    return NOTHING if limit == order.intent.limit_price else Work(limit=limit, moved=order)


def _cross(parent: ParentOrder, come: Progress, seen: Seen) -> Work:
    """Take what rests out of the market; once it is out, take what is left at what the market asks."""
    resting = tuple(
        order
        for order in come.working
        if order.created_at < parent.crossing_since and order.intent.order_type is OrderType.LIMIT
    )
    if resting:
        return Work(cancels=_not_asked(resting))
    if come.left <= 0 or (parent.children and seen.now <= parent.released_at):
        return NOTHING
    return Work(release=come.left)


def _not_asked(orders: tuple[Order, ...]) -> tuple[Order, ...]:
    return tuple(order for order in orders if not order.cancel_requested)
