"""The names of all orders in one journal: given to the broker with an order, and read again in what he says.

Ids of orders only go up, and so do epochs. So the first order of each epoch tells the epoch of every order, and what
is kept does not grow with the orders.
"""

from bisect import bisect_right

from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.order_references import (
    ForeignOrder,
    LostOrder,
    NamedOrder,
    OrderReference,
    OurOrder,
    parse_reference,
)
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.ports.journal import Batch, JournalIdentity


class OrderReferences:
    """Must be told every batch of the journal, from the first on, each before its commands are carried out."""

    def __init__(self, identity: JournalIdentity) -> None:
        """identity: of the journal, with the epoch that new batches are written under."""
        self._identity = identity
        self._newest_epoch = 0
        self._last_id = 0
        self._first_ids: list[int] = []  # of each epoch that sent an order
        self._epochs: list[int] = []

    def note(self, batch: Batch) -> None:
        """Take in a batch: one of the journal's, or one that this program has just stored.

        Raises JournalDamaged if it was written under an older epoch than one before it, or sends an older order again.
        """
        epoch = batch.epoch or self._identity.epoch
        _demand(self._newest_epoch <= epoch, f"a batch of epoch {epoch} follows one of epoch {self._newest_epoch}")
        self._newest_epoch = epoch
        for command in batch.commands:
            if isinstance(command, SubmitOrder):
                self._note_order(command.order.order_id, epoch)

    def reference_of(self, order_id: OrderId) -> OrderReference:
        """As References.reference_of."""
        assert 0 < order_id <= self._last_id, f"order {order_id} is in no batch so far"
        return OrderReference(self._identity.install, self._epoch_of(order_id), order_id)

    def read(self, text: str) -> NamedOrder:
        """As References.read. A reference with the number of our order and another epoch is none of this journal's."""
        reference = parse_reference(text)
        if reference is None or reference.install != self._identity.install:
            return ForeignOrder()
        order_id = reference.sequence
        if order_id <= self._last_id and self._epoch_of(order_id) == reference.epoch:
            return OurOrder(order_id)
        return LostOrder(reference)

    def _note_order(self, order_id: OrderId, epoch: int) -> None:
        _demand(order_id > self._last_id, f"order {order_id} is sent after order {self._last_id}")
        self._last_id = order_id
        if not self._epochs or self._epochs[-1] != epoch:
            self._first_ids.append(order_id)
            self._epochs.append(epoch)

    def _epoch_of(self, order_id: OrderId) -> int:
        """Return the epoch of an order that is not newer than the last; of an id below the first, which is none, 0."""
        place = bisect_right(self._first_ids, order_id)
        return self._epochs[place - 1] if place else 0


def _demand(holds: bool, finding: str) -> None:  # noqa: FBT001 - reads as a sentence at both calls
    if not holds:
        raise JournalDamaged(
            f"the journal contradicts itself: {finding}",
            next_step="Do not trade on it: restore a backup, or begin a new session with --database.",
        )
