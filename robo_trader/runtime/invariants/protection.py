"""What is held is guarded: with protection on, every open position has a resting stop, or is on its way out. I24.

The bound is a slice: whatever a report left open must be guarded as the next slice ends. A halt that lets no stop out
leaves shares unguarded, which the engine reports and counts.
"""

from decimal import Decimal

from robo_trader.core.domain.events import OrderDenied, SliceClosed
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderPurpose, OrderStatus
from robo_trader.core.domain.protection_events import ProtectionAnswer, ProtectionFailed
from robo_trader.runtime.invariants.orders_seen import KnownOrder
from robo_trader.runtime.invariants.scene import Scene

_ALIVE = (OrderStatus.WORKING, OrderStatus.PARTIALLY_FILLED)


def look_at_denied(scene: Scene, decision: OrderDenied) -> None:
    """Remember whose stop, or whose exit, risk refused."""
    scene.refused_legs.add(decision.intent.symbol)


def look_at_failed(scene: Scene, decision: ProtectionFailed) -> None:
    """Remember whose shares stay without a stop after two failures, where the settings say that they may."""
    if decision.answer is ProtectionAnswer.HELD:
        policy = scene.settings.protection
        may_stay = policy is not None and not policy.flattens
        scene.hold("I24", may_stay, "shares of {} are held without a stop, and should be left", decision.symbol)
        scene.held_bare.add(decision.symbol)


def look_at_the_end(scene: Scene) -> None:
    """See that every position is guarded as a slice ends."""
    policy = scene.settings.protection
    if policy is None or not isinstance(scene.event, SliceClosed) or scene.event.slice.ended_at < scene.market.now:
        return
    bare = scene.held_bare = {scene.name_now(symbol) for symbol in scene.held_bare}
    for symbol, shares in scene.books.shares.items():
        if not shares:
            bare.discard(symbol)
        elif symbol not in policy.waivers and symbol not in scene.refused_legs and symbol not in bare:
            if symbol in scene.paused or scene.books.unassigned(symbol):
                continue  # what is not known to be ours as we count it is not guarded, and not traded
            is_guarded = _is_guarded(scene, symbol, shares)
            scene.hold("I24", is_guarded, "{} shares of {} are held, and no stop stands for them", shares, symbol)


def _is_guarded(scene: Scene, symbol: Symbol, shares: Decimal) -> bool:
    leaving = [known for known in scene.orders.working_for(symbol) if known.order.intent.side.sign * shares < 0]
    legs = [known for known in leaving if known.order.intent.purpose is OrderPurpose.PROTECTION]
    if any(_stands_for(leg, abs(shares)) for leg in legs):
        return True
    # A stop of the other side, or one that was asked to go, is on its way out; the next one waits for its end.
    others = [known for known in scene.orders.working_for(symbol) if known.order.cancel_requested]
    return bool(others) or len(leaving) > len(legs)


def _stands_for(leg: KnownOrder, shares: Decimal) -> bool:
    order = leg.order
    if order.cancel_requested or order.intent.stop_price is None:
        return False
    # While the broker owes an answer, nothing more can be asked of it; what came since is asked for with the answer.
    return leg.left >= shares or order.status not in _ALIVE or order.modify_requested is not None
