"""What guards an open position at the broker, and when it may go without.

Every open share has a resting protective order, or a written waiver. The order is a stop: it stands where the nearest
of the strategies' stops does, or, where none has a price, `fallback_fraction` beyond what was paid.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float
from robo_trader.core.domain.orders import BUY, SELL, Order, OrderTerms, Side
from robo_trader.core.domain.positions import Position
from robo_trader.core.rules.stops import stop_level


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionPolicy:
    """How positions are protected. Fractions are of the price: 0.10 is 10 %."""

    fallback_fraction: float = 0.10  # lost from the average price paid, where no stop of a strategy has a price
    step_fraction: Decimal = Decimal("0.001")  # a resting stop is moved by no less
    flattens: bool = True  # whether a position is left whose protective order failed twice; else a person must look
    waivers: Mapping[Symbol, str] = field(default_factory=dict)  # symbols that need none, and why


def protective_price(position: Position, levels: list[float], policy: ProtectionPolicy) -> Decimal:
    """Return where the stop of an open position belongs, dollars a share.

    levels: of the strategies' stops; NaN for one that has no price.
    """
    quantity = float(position.quantity)
    known = [level for level in levels if not math.isnan(level)]
    if known:
        return price_from_float(max(known) if quantity > 0 else min(known))
    cost = float(position.cost) / quantity
    return price_from_float(stop_level([0.0], quantity, cost, policy.fallback_fraction, 0.0, 0.0, 0.0))


def side_of_leg(position: Position) -> Side:
    """Return the side of the order that protects a position."""
    return SELL if position.quantity > 0 else BUY


def can_guard(leg: Order, position: Position) -> bool:
    """Return whether a leg is one for this position: of its other side, and, as the broker has it, with a stop."""
    return leg.intent.side is side_of_leg(position) and leg.intent.stop_price is not None


def unprotected_shares(position: Position, leg: Order | None) -> Decimal:
    """Return the shares of a position that no working leg stands for."""
    held = abs(position.quantity)
    if leg is None or not can_guard(leg, position):
        return held
    return max(held - leg.remaining, ZERO)


def better_terms(
    position: Position, leg: Order, price: Decimal, policy: ProtectionPolicy, *, may_shrink: bool
) -> OrderTerms | None:
    """Return the terms a leg should have instead of those it has; None where they will do.

    A stop moves towards the price only, never back, unless the position grew and with it what was paid.
    may_shrink: whether a leg for more shares than are held is made smaller. Just after an exit of its group filled it
    is not: the broker takes those shares from it by itself.
    """
    standing = leg.intent.stop_price
    if standing is None:
        return None  # it guards nothing (`can_guard`): no terms make it better
    quantity = leg.filled + abs(position.quantity)
    grows = quantity > leg.intent.quantity
    if not may_shrink:
        quantity = max(quantity, leg.intent.quantity)
    nearer = (price - standing) * (1 if position.quantity > 0 else -1)
    moves = (nearer > 0 and nearer >= price * policy.step_fraction) or (grows and nearer != 0)
    if quantity == leg.intent.quantity and not moves:
        return None
    return OrderTerms(quantity=quantity, limit_price=leg.intent.limit_price, stop_price=price if moves else standing)
