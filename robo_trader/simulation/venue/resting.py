"""An order in the venue's book, and what the venue remembers of it."""

from decimal import Decimal
from math import isnan, nan

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import ApprovedOrder, OrderIntent, OrderTerms, OrderType, TimeInForce
from robo_trader.core.rules.matching import trailed_stop

_PRICED = (OrderType.MARKET, OrderType.LIMIT)
_LASTING = (TimeInForce.DAY, TimeInForce.GTC)
STOPS = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)


class RestingOrder(Struct):
    """An order that may still fill."""

    order: ApprovedOrder
    intent: OrderIntent  # the order's, under the terms it works under now
    remaining: Decimal  # shares not filled yet
    lapses_at: int | None = None  # close of its session; known once a slice of that session arrives
    value: Decimal = ZERO  # dollars filled so far
    charged: Decimal = ZERO
    executions: int = 0
    is_plain: bool = True  # a market or limit order that works for a day, or until canceled, and has no relatives
    stop: float = nan  # dollars a share, of an order that has one
    is_triggered: bool = False  # its stop was reached
    awake: Decimal | None = None  # of a bracket's leg whose parent lives: the shares the parent has filled
    awake_at: int = 0  # when it last did
    cancels_group: bool = False  # with its first fill the others of its group end, not only lose as much

    @property
    def filled(self) -> Decimal:
        """Shares filled so far."""
        return self.intent.quantity - self.remaining

    @property
    def awaits_trigger(self) -> bool:
        """Whether it is no order yet for the market to see."""
        return self.intent.order_type in STOPS and not self.is_triggered

    @property
    def is_at_once(self) -> bool:
        """Whether it fills when first shown to the market, or lapses."""
        return self.intent.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)

    @property
    def has_one_chance(self) -> bool:
        """Whether it ends with the first fill, or the first price it is shown."""
        return self.is_at_once or self.intent.time_in_force is TimeInForce.AT_THE_OPENING

    def sleeps(self, at: int) -> bool:
        """Return whether the market may not see it at a time: a leg of a bracket, before its parent's fill."""
        return at < self.awake_at or (self.awake is not None and self.awake <= self.filled)

    def modify(self, terms: OrderTerms) -> None:
        """Work under other terms from now on. A stop that trails goes on from its new place."""
        filled = self.filled
        self.intent = replace(
            self.intent, quantity=terms.quantity, limit_price=terms.limit_price, stop_price=terms.stop_price
        )
        self.remaining = terms.quantity - filled
        if terms.stop_price is not None and not self.is_triggered:
            self.stop = float(terms.stop_price)

    def replace(self, order: ApprovedOrder) -> None:
        """Become another order under the same id: what is filled stays filled, and a stop waits anew."""
        filled, fresh = self.filled, rest(order, None)
        self.order, self.intent, self.remaining = order, order.intent, order.intent.quantity - filled
        self.is_plain, self.stop, self.is_triggered, self.lapses_at = fresh.is_plain, fresh.stop, False, None

    def begin_to_trail(self, price: float) -> None:
        """Let a leg that trails and has no stop yet begin at its distance from the price of its parent's fill."""
        if self.intent.trail is not None and isnan(self.stop):
            self.stop = price + self.intent.side.sign * float(self.intent.trail)

    def follow(self, low: float, high: float) -> None:
        """Let a trailing stop follow the prices of a bar it was shown, or of a quote."""
        if self.intent.trail is not None and not self.is_triggered:
            self.stop = trailed_stop(self.stop, low, high, float(self.intent.trail), self.intent.side.sign)


def rest(order: ApprovedOrder, lapses_at: int | None) -> RestingOrder:
    """Return an order as it enters the book."""
    intent = order.intent
    plain = intent.order_type in _PRICED and intent.time_in_force in _LASTING
    return RestingOrder(
        order,
        intent,
        intent.quantity,
        lapses_at,
        is_plain=plain and not intent.oca_group and intent.parent_id is None,
        stop=nan if intent.stop_price is None else float(intent.stop_price),
    )
