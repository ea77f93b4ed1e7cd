"""The end of a session in order: journaled, open orders as the settings say, and the broker's answers heard."""

import asyncio
import contextlib
import time

import structlog

from robo_trader.app.settings import Settings
from robo_trader.core.domain.orders import OrderPurpose, OrderStatus
from robo_trader.core.domain.shutdown import OpenOrders, ShutdownBegun
from robo_trader.core.engine.engine import Engine
from robo_trader.runtime.reconciled_broker import LiveBroker, ReconciledBroker
from robo_trader.runtime.trading_loop import TradingLoop

TURN_SECONDS = 0.05

log = structlog.get_logger()


async def begin_shutdown(loop: TradingLoop, settings: Settings, *, at: int) -> None:
    """Journal that the session ends, and send the cancels that are wanted. at: the market's time, UTC ns."""
    orders = OpenOrders(settings.shutdown.orders.upper())
    await loop.take([ShutdownBegun(orders=orders, occurred_at=at)])


async def hear_last_answers(
    loop: TradingLoop,
    engine: Engine,
    live: LiveBroker,
    broker: ReconciledBroker,
    *,
    seconds: float,
    at_once: asyncio.Event,
) -> None:
    """Take what the broker says until all that is on its way was answered, time is over, or nobody wants to wait."""
    deadline = time.monotonic() + seconds
    while _unanswered(engine) and time.monotonic() < deadline and not at_once.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(live.arrived.wait(), TURN_SECONDS)
        await loop.take(broker.take_reports())
    left = list(engine.account.orders.open.values())
    if left:
        guards = sum(order.intent.purpose is OrderPurpose.PROTECTION for order in left)
        log.warning("orders stay at the broker", open=len(left), protective=guards, unanswered=_unanswered(engine))


def _unanswered(engine: Engine) -> int:
    """Return how many orders wait for the broker's word: sent and not confirmed, or asked to be canceled."""
    orders = engine.account.orders.open.values()
    return sum(order.cancel_requested or order.status is OrderStatus.SUBMITTED for order in orders)
