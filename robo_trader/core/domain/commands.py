"""To be done outside, asked by the engine: imperative, durable before it is carried out."""

from dataclasses import dataclass

from robo_trader.core.domain.events import DecisionEvent
from robo_trader.core.domain.orders import ApprovedOrder, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitOrder:
    """Hand the order to the broker, once."""

    order: ApprovedOrder

    @property
    def occurred_at(self) -> int:
        """When the order was approved."""
        return self.order.approved_at


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Ask the broker to take the rest of the order out of the market."""

    order_id: OrderId
    occurred_at: int


Command = SubmitOrder | CancelOrder

COMMAND_KINDS: dict[str, type[Command]] = {kind.__name__: kind for kind in Command.__args__}


@dataclass(frozen=True, slots=True)
class Step:
    """What one event led to: decisions to be stored, commands to be carried out, both in order."""

    events: tuple[DecisionEvent, ...]
    commands: tuple[Command, ...]
