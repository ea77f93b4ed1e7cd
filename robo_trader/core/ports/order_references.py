"""How a broker's adapter names our orders, and finds them again.

What bears a lost order's name is told as nobody's, with the name as its `lost_reference`: in statements, and as a
`ForeignExecution`. Other reports of it are left out; the next statement tells what they would have.
"""

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
