"""Cancels every open order of the account, from outside the engine and over a connection of its own.

For when the engine cannot be asked. Whoever connects under another number may not cancel single orders of the engine's,
so the gateway is asked to cancel all there are: protective orders, and what people placed by hand, included.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass

from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget
from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
from robo_trader.adapters.brokers.interactive_brokers.pacing import Lane
from robo_trader.adapters.brokers.interactive_brokers.safety import refuse_login, refuse_target
from robo_trader.adapters.brokers.interactive_brokers.tracking import OrderTracker
from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire
from robo_trader.core.domain.errors import BrokerError
from robo_trader.core.domain.order_references import ForeignOrder

CONNECT_SECONDS = 5.0
QUESTION_SECONDS = 5.0
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Canceled:
    """How many orders were open before, and how many are after."""

    before: int
    left: int


async def cancel_everything(target: GatewayTarget, *, seconds: float) -> Canceled:
    """Cancel all open orders of the account, and look whether they are gone until `seconds` are over.

    Raises BrokerError where the gateway cannot be reached, does not answer, or is not the one that is meant.
    """
    refusal = refuse_target(target.allowed, target.port, target.account)
    if refusal is not None:
        raise BrokerError(refusal, next_step="Check `ibkr.account` and `ibkr.port`.")
    clock = MarketClock()
    tracker = OrderTracker(clock.now, lambda _text: ForeignOrder(), client_id=target.client_id)
    wire = GatewayWire(tracker, clock, target.time_zone, question_seconds=QUESTION_SECONDS)
    try:
        accounts = await wire.connect(target.host, target.port, target.client_id, CONNECT_SECONDS)
        refusal = refuse_login(target.allowed, target.account, accounts)
        if refusal is not None:
            raise BrokerError(refusal, next_step="Look which gateway listens there, and who has logged in.")
        return await _cancel(wire, target.account, seconds)
    except (OSError, TimeoutError, NoAnswerError, RequestRefusedError) as error:
        raise BrokerError(
            f"the open orders of {target.account} could not be canceled through {target}: "
            f"{str(error) or 'nobody answered in time'}",
            next_step="Cancel them by hand, in TWS or on the telephone.",
        ) from error
    finally:
        wire.close()


async def _cancel(wire: GatewayWire, account: str, seconds: float) -> Canceled:
    await wire.send(Lane.CANCEL, wire.client.reqGlobalCancel)  # before any question: it must not wait for one
    deadline = time.monotonic() + seconds
    before = left = await _open_orders(wire, account)
    while left and time.monotonic() < deadline:
        await asyncio.sleep(_PAUSE_SECONDS)
        with contextlib.suppress(NoAnswerError):
            left = await _open_orders(wire, account)
    return Canceled(before, left)


async def _open_orders(wire: GatewayWire, account: str) -> int:
    return sum(order.account == account for _, order, _ in await wire.open_orders())
