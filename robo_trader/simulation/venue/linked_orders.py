"""Orders that live and die with others: one-cancels-other groups, and the legs of a bracket.

What an order of a group fills, the others of the group lose at once, the ones not shown the bar yet included; so a
group never fills more than its largest order; where one was told to cancel its group, the others end at its first
fill, however small. A leg sleeps until its parent fills; what has woken of it is never more
than the parent has filled. A leg is shown no bar that began before its parent's last fill: whether the price came to
the leg before or after it, no bar tells. When the parent ends, its legs keep what has woken, or end with it.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_reports import BrokerReport, OrderCanceled, OrderModified
from robo_trader.core.domain.orders import OrderId
from robo_trader.simulation.venue.resting import RestingOrder

Book = dict[OrderId, RestingOrder]


def awake_shares(resting: RestingOrder) -> Decimal:
    """Return the shares of an order that the market may see."""
    return resting.remaining if resting.awake is None else min(resting.remaining, resting.awake - resting.filled)


def begin_to_sleep(resting: RestingOrder, book: Book) -> None:
    """Let a leg sleep, if its parent is in the book and has not filled."""
    parent = book.get(resting.intent.parent_id) if resting.intent.parent_id is not None else None
    if parent is not None:
        resting.awake = parent.filled


def note_fill(resting: RestingOrder, fill: tuple[Decimal, Decimal], book: Book, at: int) -> Iterator[BrokerReport]:
    """Wake the legs of an order that filled, and take from its group what it filled. fill: shares, dollars a share."""
    quantity, price = fill
    for leg in _legs(resting, book):
        leg.begin_to_trail(float(price))
        leg.awake = (leg.awake or ZERO) + quantity
        leg.awake_at = at
    group = resting.intent.oca_group
    for other in list(book.values()):
        if group and other is not resting and other.intent.oca_group == group:
            yield _lose(other, other.remaining if resting.cancels_group else quantity, book, at)


def note_end(resting: RestingOrder, book: Book, at: int) -> Iterator[BrokerReport]:
    """Let the legs of an order that is out of the book keep what has woken of them."""
    for leg in _legs(resting, book):
        asleep = leg.intent.quantity - (leg.awake or ZERO)
        leg.awake = None
        if asleep > 0:
            yield _lose(leg, asleep, book, at)


def _legs(resting: RestingOrder, book: Book) -> list[RestingOrder]:
    return [one for one in book.values() if one.intent.parent_id == resting.order.order_id and one.awake is not None]


def _lose(resting: RestingOrder, quantity: Decimal, book: Book, at: int) -> BrokerReport:
    order_id, intent = resting.order.order_id, resting.intent
    if quantity >= resting.remaining:
        del book[order_id]
        return OrderCanceled(order_id=order_id, occurred_at=at)
    terms = replace(intent.terms, quantity=intent.quantity - quantity)
    stop = resting.stop
    resting.modify(terms)
    resting.stop = stop  # fewer shares are no reason for a stop that trails to go back to where it began
    if resting.awake is not None:
        resting.awake -= quantity  # the shares that the parent brought are gone with the other leg
    return OrderModified(order_id=order_id, terms=terms, occurred_at=at)
