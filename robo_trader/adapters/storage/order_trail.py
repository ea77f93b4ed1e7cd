"""Reads what became of the orders of one journal: their moves and fills, and what the broker calls them."""

from collections.abc import Sequence

from sqlalchemy import select

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.read_transaction import ReadTransaction
from robo_trader.core.domain.order_references import OrderReference
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.ports.order_trail import OrderMoveRow
from robo_trader.core.ports.projections import FillRow, OrderRow

_ORDERS, _MOVES, _FILLS = schema.orders.c, schema.order_moves.c, schema.fills.c


class SqlOrderTrail:
    """The trail that orders left, within the read transaction of whoever asks."""

    def __init__(self, reading: ReadTransaction) -> None:
        self._reading = reading

    def order(self, order_id: int) -> OrderRow | None:
        """As OrderTrail.order."""
        return self._reading.one(select(schema.orders).where(_ORDERS.order_id == order_id), OrderRow)

    def broker_order(self, broker_order_id: str) -> OrderRow | None:
        """As OrderTrail.broker_order."""
        found = self._reading.row(select(_MOVES.order_id).where(_MOVES.broker_order_id == broker_order_id))
        return None if found is None or not broker_order_id else self.order(found.order_id)

    def reference(self, order_id: int) -> OrderReference | None:
        """As OrderTrail.reference. An order is written down in the very batch that sends it."""
        journal = schema.journal.c
        moves = select(journal.epoch).join(schema.order_moves, _MOVES.seq == journal.seq)
        first = self._reading.row(moves.where(_MOVES.order_id == order_id).order_by(journal.seq).limit(1))
        install = self._reading.facts.identity.install
        return None if first is None else OrderReference(install, first.epoch, OrderId(order_id))

    def orders_of(self, signal_id: str) -> Sequence[OrderRow]:
        """As OrderTrail.orders_of."""
        found = select(schema.orders).where(_ORDERS.signal_id == signal_id)
        return self._reading.all(found.order_by(_ORDERS.order_id), OrderRow)

    def moves(self, order_id: int) -> Sequence[OrderMoveRow]:
        """As OrderTrail.moves."""
        found = select(schema.order_moves).where(_MOVES.order_id == order_id)
        return self._reading.all(found.order_by(_MOVES.seq), OrderMoveRow)

    def fill(self, execution_id: str) -> FillRow | None:
        """As OrderTrail.fill."""
        return self._reading.one(select(schema.fills).where(_FILLS.execution_id == execution_id), FillRow)

    def fills_of(self, order_id: int) -> Sequence[FillRow]:
        """As OrderTrail.fills_of."""
        return self._reading.all(select(schema.fills).where(_FILLS.order_id == order_id).order_by(_FILLS.seq), FillRow)

    def fills_in(self, symbol: str) -> Sequence[FillRow]:
        """As OrderTrail.fills_in."""
        return self._reading.all(select(schema.fills).where(_FILLS.symbol == symbol).order_by(_FILLS.seq), FillRow)
