"""From what we want to hold to what must be ordered or canceled."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.money import price_from_float
from robo_trader.core.domain.orders import BUY, SELL, Order, OrderIntent, OrderType, Side, TimeInForce
from robo_trader.core.domain.signals import Signal, Target
from robo_trader.core.rules.rounding import limit_beyond

_LIMIT, _DAY = OrderType.LIMIT, TimeInForce.DAY  # as BUY: quicker by its own name


class OrderStyle(Struct, frozen=True, kw_only=True, gc=False):
    """How orders are priced. A limit stands `limit_offset_bps` hundredths of a percent beyond the last price."""

    order_type: OrderType
    limit_offset_bps: Decimal

    def limit(self, price: Decimal, side: Side) -> Decimal | None:
        """Return the limit of an order decided at `price`, None for a market order."""
        return limit_price(price, side, self.limit_offset_bps) if self.order_type is _LIMIT else None


class Plan(Struct, frozen=True, gc=False):
    """What to do for one symbol now: open orders in the way, or the order that is missing. Never both."""

    cancels: tuple[Order, ...] = ()
    intent: OrderIntent | None = None


NOTHING = Plan()


def plan_orders(
    target: Target,
    signal: Signal,
    *,
    position: Decimal,
    working: Sequence[Order],
    price: Decimal,
    style: OrderStyle,
) -> Plan:
    """Return what brings `position` to the target, given the orders that already work.

    Orders that work against the target are canceled first, and the rest waits for the broker's answer: buying
    and selling the same symbol at once is never right.
    """
    missing = target.quantity - position
    for order in working:
        missing -= order.remaining * order.intent.side.sign
    if not missing:
        return NOTHING
    side = BUY if missing > 0 else SELL
    if working:
        opposed = tuple(order for order in working if order.intent.side is not side)
        if opposed:
            return Plan(cancels=tuple(order for order in opposed if not order.cancel_requested))
    return Plan(intent=_intent(target, signal, side, abs(missing), price=price, style=style))


def limit_price(price: Decimal, side: Side, offset_bps: Decimal) -> Decimal:
    """Return the limit `offset_bps` beyond the last price, rounded to the tick towards the price: never worse."""
    return price_from_float(limit_beyond(float(price), side.sign, float(offset_bps)))


def _intent(
    target: Target, signal: Signal, side: Side, quantity: Decimal, *, price: Decimal, style: OrderStyle
) -> OrderIntent:
    return OrderIntent(
        signal_id=target.signal_id,
        strategy=signal.strategy,
        symbol=target.symbol,
        side=side,
        quantity=quantity,
        order_type=style.order_type,
        limit_price=style.limit(price, side),
        time_in_force=_DAY,
        reference_price=price,
    )
