"""What an account has asked of orders that work already: other terms, or their end, against what has filled.

Brokers watch the ratio, and charge or throttle who changes much and trades little.
"""

from decimal import Decimal

from robo_trader.core.domain.orders import OrderId


class OrderChanges:
    """Replaces of each open order, and the counts of a session."""

    def __init__(self) -> None:
        self._replaces: dict[OrderId, int] = {}  # of open orders that were asked to change
        self._refused: set[OrderId] = set()  # open orders of which that was refused once
        self.asked = 0  # replaces and cancels in this session
        self.fills = 0  # in this session
        self._is_told = False  # whether this session's ratio was told already

    def replaces(self, order_id: OrderId) -> int:
        """Return how often an open order was asked to change."""
        return self._replaces.get(order_id, 0)

    def note_replace(self, order_id: OrderId) -> None:
        """An order is asked to change."""
        self._replaces[order_id] = self.replaces(order_id) + 1
        self.asked += 1

    def note_cancel(self) -> None:
        """An order is asked to end."""
        self.asked += 1

    def note_fill(self) -> None:
        """Shares changed hands."""
        self.fills += 1

    def note_ended(self, order_id: OrderId) -> None:
        """An order came to its end."""
        self._replaces.pop(order_id, None)
        self._refused.discard(order_id)

    def is_first_refusal(self, order_id: OrderId) -> bool:
        """Return whether a change of an order is refused for the first time; it is noted."""
        if order_id in self._refused:
            return False
        self._refused.add(order_id)
        return True

    def enter_session(self) -> None:
        """Begin to count anew. What open orders were asked stays theirs."""
        self.asked = self.fills = 0
        self._is_told = False

    def excess(self, most: Decimal | None) -> Decimal | None:
        """Return what was asked for each fill once it is more than `most`, the first time in a session; else None."""
        if most is None or self._is_told or self.asked <= most * max(self.fills, 1):
            return None
        self._is_told = True
        return Decimal(self.asked) / max(self.fills, 1)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._replaces, sorted(self._refused), self.asked, self.fills, self._is_told
