"""Which epoch sent which orders of one journal: enough to name them all, and to find them by name.

Ids of orders only go up, and so do epochs. So the first order of each epoch tells the epoch of every order, and what
is kept does not grow with the orders.
"""

from bisect import bisect_right

from msgspec import Struct

from robo_trader.core.domain.order_references import (
    ForeignOrder,
    LostOrder,
    NamedOrder,
    OrderReference,
    OurOrder,
    parse_reference,
)
from robo_trader.core.domain.orders import OrderId


class ReferenceTable(Struct, kw_only=True):
    """The names of one journal's orders. May be handed to another process."""

    install: str
    last_id: int = 0
    first_ids: list[int] = []  # of each epoch that sent an order
    epochs: list[int] = []

    def note(self, order_id: OrderId, epoch: int) -> None:
        """Take in an order that is sent under an epoch; ids go up."""
        assert order_id > self.last_id, (order_id, self.last_id)
        self.last_id = order_id
        if not self.epochs or self.epochs[-1] != epoch:
            self.first_ids.append(order_id)
            self.epochs.append(epoch)

    def reference_of(self, order_id: OrderId) -> OrderReference:
        """Return the name of an order that was noted."""
        assert 0 < order_id <= self.last_id, f"order {order_id} is in no batch so far"
        return OrderReference(self.install, self._epoch_of(order_id), order_id)

    def read(self, text: str) -> NamedOrder:
        """Return whose order bears a text. The number of our order with another epoch is none of this journal's."""
        reference = parse_reference(text)
        if reference is None or reference.install != self.install:
            return ForeignOrder()
        order_id = reference.sequence
        if order_id <= self.last_id and self._epoch_of(order_id) == reference.epoch:
            return OurOrder(order_id)
        return LostOrder(reference)

    def _epoch_of(self, order_id: OrderId) -> int:
        """Return the epoch of an order that is not newer than the last; of an id below the first, which is none, 0."""
        place = bisect_right(self.first_ids, order_id)
        return self.epochs[place - 1] if place else 0
