"""How a broker's adapter names our orders, and finds them again."""

from typing import Protocol

from robo_trader.core.domain.order_references import NamedOrder, OrderReference
from robo_trader.core.domain.orders import OrderId


class References(Protocol):
    """The names of all orders in one journal."""

    def reference_of(self, order_id: OrderId) -> OrderReference:
        """Return what an order is called at the broker. It must be in the journal: it is durable before it is sent."""
        ...

    def read(self, text: str) -> NamedOrder:
        """Return whose order it is that bears a text; any text may come from a broker, also none."""
        ...
