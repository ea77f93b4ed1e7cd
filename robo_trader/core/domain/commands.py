"""To be done outside, asked by the engine: imperative, durable before it is carried out."""

from msgspec import Struct

from robo_trader.core.domain.events import DecisionEvent
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms


class SubmitOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Hand the order to the broker, once."""

    order: ApprovedOrder

    @property
    def occurred_at(self) -> int:
        """When the order was approved."""
        return self.order.approved_at


class CancelOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Ask the broker to take the rest of the order out of the market."""

    order_id: OrderId
    occurred_at: int


class ModifyOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Ask the broker to work the order under other terms."""

    order_id: OrderId
    terms: OrderTerms
    occurred_at: int


Command = SubmitOrder | CancelOrder | ModifyOrder

COMMAND_KINDS: dict[str, type[Command]] = {kind.__name__: kind for kind in Command.__args__}


class Step(Struct, frozen=True, gc=False):
    """What one event led to: decisions to be stored, commands to be carried out, both in order."""

    events: tuple[DecisionEvent, ...]
    commands: tuple[Command, ...]
