"""The names of all orders in one journal: given to the broker with an order, and read again in what he says."""

from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.order_references import NamedOrder, OrderReference
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.ports.journal import Batch, JournalIdentity


class OrderReferences:
    """Must be told every batch of the journal, from the first on, each before its commands are carried out."""

    def __init__(self, identity: JournalIdentity) -> None:
        """identity: of the journal, with the epoch that new batches are written under."""
        self._epoch = identity.epoch
        self._newest_epoch = 0
        self.table = ReferenceTable(install=identity.install)

    def note(self, batch: Batch) -> None:
        """Take in a batch: one of the journal's, or one that this program has just stored.

        Raises JournalDamaged if it was written under an older epoch than one before it, or sends an older order again.
        """
        epoch = batch.epoch or self._epoch
        _demand(self._newest_epoch <= epoch, f"a batch of epoch {epoch} follows one of epoch {self._newest_epoch}")
        self._newest_epoch = epoch
        for command in batch.commands:
            if isinstance(command, SubmitOrder):
                order_id, last = command.order.order_id, self.table.last_id
                _demand(order_id > last, f"order {order_id} is sent after order {last}")
                self.table.note(order_id, epoch)

    def memory(self) -> tuple[int, ReferenceTable]:
        """Return what the batches so far have led to, for `recall`."""
        return self._newest_epoch, self.table

    def recall(self, memory: tuple[int, ReferenceTable]) -> None:
        """Take over what batches have led to that are not told again, before anybody is given the table."""
        self._newest_epoch, self.table = memory

    def reference_of(self, order_id: OrderId) -> OrderReference:
        """As References.reference_of."""
        return self.table.reference_of(order_id)

    def read(self, text: str) -> NamedOrder:
        """As References.read. A reference with the number of our order and another epoch is none of this journal's."""
        return self.table.read(text)


def _demand(holds: bool, finding: str) -> None:  # noqa: FBT001 - reads as a sentence at both calls
    if not holds:
        raise JournalDamaged(
            f"the journal contradicts itself: {finding}",
            next_step="Do not trade on it: restore a backup, or begin a new session with --database.",
        )
