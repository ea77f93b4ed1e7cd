"""What follows from an order that was never answered: nothing else leaves in its symbol, and two are a warning."""

from robo_trader.core.domain.orders import Order, OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account

CLOSE_TOGETHER = 60 * 1_000_000_000  # nanoseconds: two within it mean that the broker, or the way to it, is ill


def watch_unknown(account: Account, order: Order, before: OrderStatus, *, at: int) -> None:
    """Block the symbol of an order that became UNKNOWN, and release it once the order is anything else.

    before: what the order was.
    """
    symbol, cause = order.intent.symbol, f"order {order.order_id}"
    if order.status is not OrderStatus.UNKNOWN:
        account.blocks.lift(symbol, cause, at=at)
        return
    if before is OrderStatus.UNKNOWN:
        return
    account.blocks.add(symbol, cause, Control.UNKNOWN_ORDER, f"{cause} was never answered", at=at)
    last, account.last_unknown_at = account.last_unknown_at, at
    is_second = last is not None and at - last <= CLOSE_TOGETHER
    if is_second and account.trading_state is TradingState.ACTIVE:
        account.enter_state(TradingState.REDUCING, "two orders within 60 seconds were never answered", at=at)
