"""Looks at every fill after it is booked (C32): one that should not be blocks its symbol until a person has looked.

A fill far from where it was decided may be an error that is taken back, and one that opens a position after a halt
shows that something still works which should not. Its shares are in the books either way.
"""

from decimal import Decimal

from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import Order, OrderPurpose
from robo_trader.core.domain.positions import Position, TradingState
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account
from robo_trader.core.rules.comparison import exceeds


def look_at_fill(account: Account, order: Order, fill: Fill, position: Position, *, at: int) -> None:
    """Block the fill's symbol if it broke a limit. position: after it; at: when it, or its correction, was told."""
    limits = account.limits.rules_for(order.intent.strategy, order.intent.symbol).limits
    if limits.fill_collar_fraction is None and limits.fills_after_halt:
        return
    reason = _far_away(order, fill, limits.fill_collar_fraction)
    if reason is None and not limits.fills_after_halt:
        reason = _after_halt(account, order, fill, position)
    if reason is not None:
        account.blocks.add(fill.symbol, f"fill {fill.execution_id}", Control.POST_TRADE, reason, at=at)


def _far_away(order: Order, fill: Fill, collar: Decimal | None) -> str | None:
    decided, quantity = order.intent.decision_price, fill.quantity
    if collar is None or order.intent.trail is not None:  # where a trailing stop has come to is the broker's to know
        return None
    if not quantity or not exceeds(abs(fill.price - decided), collar * decided):
        return None
    return f"order {order.order_id} filled at {fill.price}, decided at {decided}: further than {collar:%} of it"


def _after_halt(account: Account, order: Order, fill: Fill, position: Position) -> str | None:
    halted_at, opens = account.halted_at, fill.change * position.quantity > 0
    if account.trading_state is not TradingState.HALTED or halted_at is None or fill.occurred_at <= halted_at:
        return None
    if order.intent.purpose is OrderPurpose.PROTECTION or not opens:
        return None
    return f"order {order.order_id} opened {fill.change} shares after trading was halted"
