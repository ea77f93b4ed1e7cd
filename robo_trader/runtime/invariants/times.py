"""Time and knowledge: nothing goes back, nothing is known before its time, nothing is decided on what is too old.

I20, I21.
"""

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.broker_link import BrokerLinkChanged
from robo_trader.core.domain.events import (
    BarRejected,
    OrderUpdated,
    QuoteArrived,
    QuoteRejected,
    SignalEmitted,
    SliceClosed,
    TimerFired,
    TimerSet,
    TradePrinted,
    TradeRejected,
)
from robo_trader.core.domain.order_reports import BROKER_REPORTS
from robo_trader.core.domain.orders import OrderPurpose
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.runtime.invariants.scene import Scene


def look_at_slice(scene: Scene, event: SliceClosed) -> None:
    """Go on to a slice's time; one that comes late may move nothing."""
    slice_, market = event.slice, scene.market
    sound = scene.sound_bars(event)
    if slice_.ended_at < market.now:
        is_idle = not sound and not scene.step.commands and len(scene.step.events) == len(slice_.bars)
        scene.hold("I20", is_idle, "a slice of {} came after {} and was used", slice_.ended_at, market.now)
        return
    for bar in sound:
        is_now = bar.ended_at == slice_.ended_at
        scene.hold("I21", is_now, "a bar of {} to {} was used at {}", bar.symbol, bar.ended_at, slice_.ended_at)
        prices = (bar.open, bar.high, bar.low, bar.close)
        is_sound = 0.0 < min(prices) <= max(prices) < float("inf") and bar.symbol in scene.symbols
        scene.hold("I22", is_sound, "{} was used", bar)
    _enter(scene, slice_.session)
    market.take_slice(slice_, sound)


def look_at_history(scene: Scene, event: HistoryShown) -> None:
    """Go on to the time of what is only shown: nothing but refusals of bars may come of it."""
    slice_, market = event.slice, scene.market
    sound = scene.sound_bars(event)
    is_idle = not scene.step.commands and all(isinstance(one, BarRejected) for one in scene.step.events)
    scene.hold("I21", is_idle, "something was decided on bars of {} that were only shown", slice_.ended_at)
    is_in_order = not sound or slice_.ended_at >= market.now
    scene.hold("I20", is_in_order, "bars of {} came after {} and were used", slice_.ended_at, market.now)
    if slice_.ended_at >= market.now:
        market.take_history(slice_, sound)


def look_at_record(scene: Scene, event: QuoteArrived | TradePrinted | TimerFired) -> None:
    """Go on to the time of a quote, a print or a timer; one that is older than anything known must be refused."""
    if isinstance(event, TimerFired):
        asked = scene.timers.pop(event.key, None)
        scene.hold("I20", asked == event.occurred_at, "timer {} fired at {}", event.key, event.occurred_at)
        scene.market.come_to(max(event.occurred_at, scene.market.now), None)
        return
    scene.market.is_quoted = True
    if any(isinstance(decision, (QuoteRejected, TradeRejected)) for decision in scene.step.events):
        return
    is_in_order = event.occurred_at >= scene.market.now
    scene.hold("I20", is_in_order, "{} of {} came after {} and was used", event, event.occurred_at, scene.market.now)
    scene.market.come_to(event.occurred_at, event.session)
    if isinstance(event, QuoteArrived):
        scene.market.take_quote(event.quote)


def look_at_timer(scene: Scene, decision: TimerSet) -> None:
    """Take down when a strategy wants to be woken."""
    is_later = decision.wakes_at > decision.occurred_at
    scene.hold("I20", is_later, "timer {} was set for {}, which is past", decision.key, decision.wakes_at)
    scene.timers[decision.key] = decision.wakes_at


def look_at_signal(scene: Scene, decision: SignalEmitted) -> None:
    """See that a view is not older than what it was formed on, nor of a time to come."""
    assert scene.event is not None
    latest = max(scene.market.now, scene.event.occurred_at)
    as_of = decision.signal.as_of
    scene.hold("I21", as_of <= latest, "signal {} is as of {}, at {}", decision.signal.signal_id, as_of, latest)


def look_at_new_order(scene: Scene, decision: OrderUpdated) -> None:
    """Hold a new order against the price it was decided at, and its age."""
    order = decision.order
    if order.order_id in scene.orders.known:
        return
    intent, market = order.intent, scene.market
    answered = isinstance(scene.event, (StatementReceived, BrokerLinkChanged, *BROKER_REPORTS))
    latest = max(market.now, scene.event.occurred_at) if answered and scene.event is not None else market.now
    is_now = market.now <= order.created_at <= latest
    scene.hold("I21", is_now, "order {} is of {}, not now", order.order_id, order.created_at)
    last = market.prices.get(intent.symbol)
    scene.hold(
        "I21", intent.reference_price == last, "order {} was decided at {} a share, {} was last at {}", order.order_id,
        intent.reference_price, intent.symbol, last,
    )  # fmt: skip
    if intent.purpose is not OrderPurpose.PROTECTION:
        missed, limit = market.slices_missed(intent.symbol), scene.settings.limits.stale_after_bars
        scene.hold(
            "I21", missed <= limit, "order {} was decided {} bars after the last of {}, the limit is {}",
            order.order_id, missed, intent.symbol, limit,
        )  # fmt: skip


def _enter(scene: Scene, session: TradingSession) -> None:
    known = scene.market.session
    if known is None or known.date != session.date:
        scene.opening_equity = scene.marked[0]
