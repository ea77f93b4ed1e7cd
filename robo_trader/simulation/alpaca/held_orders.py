"""An order as the server holds it, and as it writes it.

A replaced order is over: the order that replaces it has an id of its own, and counts what it fills from nothing.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import OrderId, OrderIntent
from robo_trader.simulation.alpaca.wording import (
    ORDER_TYPES,
    OVER,
    SIDES,
    TIMES_IN_FORCE,
    asset_id,
    written_number,
    written_time,
)

_TYPE_WORDS = {kind: word for word, kind in ORDER_TYPES.items()}
_SIDE_WORDS = {side: word for word, side in SIDES.items()}
_FORCE_WORDS = {force: word for word, force in TIMES_IN_FORCE.items()}


@dataclass(slots=True)
class HeldOrder:
    """One order of the account. Times are UTC nanoseconds."""

    id: str
    client_order_id: str
    venue_id: OrderId  # the same for an order and for what replaces it
    intent: OrderIntent  # with the shares of this order alone
    created_at: int
    updated_at: int
    status: str = "pending_new"
    filled: Decimal = ZERO
    filled_value: Decimal = ZERO
    filled_before: Decimal = ZERO  # by the orders this one replaced
    replaces: str | None = None
    replaced_by: str | None = None
    ended: dict[str, int] = field(default_factory=dict)  # filled_at, canceled_at, and so on

    @property
    def is_open(self) -> bool:
        """Whether it may still fill."""
        return self.status not in OVER

    @property
    def remaining(self) -> Decimal:
        """Shares not filled yet."""
        return self.intent.quantity - self.filled

    @property
    def side_word(self) -> str:
        """The side, as Alpaca writes it."""
        return _SIDE_WORDS[self.intent.side]

    @property
    def force_word(self) -> str:
        """The time in force, as Alpaca writes it."""
        return _FORCE_WORDS[self.intent.time_in_force]

    def move(self, status: str, at: int) -> None:
        """Come to another status."""
        self.status = status
        self.updated_at = at
        if status in OVER:
            self.ended["failed_at" if status == "rejected" else f"{status}_at"] = at

    def fill(self, quantity: Decimal, price: Decimal, at: int) -> None:
        """Take an execution."""
        self.filled += quantity
        self.filled_value += quantity * price
        self.move("filled" if not self.remaining else "partially_filled", at)

    def body(self) -> dict[str, Any]:
        """Return the order object of Alpaca's API."""
        intent = self.intent
        water_mark = None if intent.trail is None else intent.reference_price
        kind = _TYPE_WORDS[intent.order_type]
        average = self.filled_value / self.filled if self.filled else None
        return {
            "id": self.id, "client_order_id": self.client_order_id, "created_at": written_time(self.created_at),
            "updated_at": written_time(self.updated_at), "submitted_at": written_time(self.created_at),
            **{name: self._ended_at(name) for name in ("filled_at", "expired_at", "canceled_at", "failed_at")},
            "replaced_at": self._ended_at("replaced_at"), "replaced_by": self.replaced_by, "replaces": self.replaces,
            "asset_id": asset_id(intent.symbol), "symbol": intent.symbol, "asset_class": "us_equity", "notional": None,
            "qty": written_number(intent.quantity), "filled_qty": written_number(self.filled),
            "filled_avg_price": written_number(average), "order_class": "", "order_type": kind,
            "type": kind, "side": self.side_word, "time_in_force": self.force_word,
            "limit_price": written_number(intent.limit_price), "stop_price": written_number(intent.stop_price),
            "status": self.status, "extended_hours": intent.outside_hours, "legs": None, "trail_percent": None,
            "trail_price": written_number(intent.trail), "hwm": written_number(water_mark),
        }  # fmt: skip

    def _ended_at(self, name: str) -> str | None:
        at = self.ended.get(name)
        return None if at is None else written_time(at)
