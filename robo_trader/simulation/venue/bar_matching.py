"""What an order gets from one bar: the price and the time of its fill, if it has one.

Within a bar only open, high, low and close are known, not the way between them. So a stop is judged against where it
stood before the bar, a stop-limit whose limit lies beyond the price that triggered it waits for the next bar, and what
must fill at once fills at the open or not at all.
"""

from decimal import Decimal

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.money import price_from_float
from robo_trader.core.domain.orders import TimeInForce
from robo_trader.core.rules.matching import (
    limit_fill_price,
    limit_is_reached,
    limit_meets_quote,
    stop_is_reached,
    stop_trigger_price,
)
from robo_trader.core.rules.slippage import slipped_price
from robo_trader.simulation.venue.resting import RestingOrder

_AUCTIONS = (TimeInForce.AT_THE_OPENING, TimeInForce.AT_THE_CLOSE)
Found = tuple[Decimal, int]  # dollars a share, and when


def fill_in_bar(resting: RestingOrder, bar: Bar, session: TradingSession, slippage_bps: float) -> Found | None:
    """Return what an order gets from a bar of a session; a stop that is reached stays triggered."""
    intent = resting.intent
    if resting.is_plain:
        return _as_it_trades(resting, bar, slippage_bps)
    if intent.time_in_force in _AUCTIONS:
        return _in_auction(resting, bar, session, slippage_bps)
    if resting.awaits_trigger:
        return _at_stop(resting, bar, slippage_bps)
    if resting.is_at_once:
        return _at_price(resting, bar.open, bar.started_at, slippage_bps)
    return _as_it_trades(resting, bar, slippage_bps)


def is_over(resting: RestingOrder, bar: Bar, session: TradingSession) -> bool:
    """Return whether an order that was shown a bar has had its only chance."""
    if resting.is_at_once and not resting.awaits_trigger:
        return True
    return resting.intent.time_in_force is TimeInForce.AT_THE_OPENING and bar.started_at == session.opens_at


def _as_it_trades(resting: RestingOrder, bar: Bar, slippage_bps: float) -> Found | None:
    intent, open_ = resting.intent, bar.open
    sign = intent.side.sign
    slipped = slipped_price(open_, sign, slippage_bps)
    if intent.limit_price is None:
        return price_from_float(slipped), bar.started_at
    limit = float(intent.limit_price)
    if not limit_is_reached(bar.low, bar.high, open_, limit, sign):
        return None
    at_open = (limit - open_) * sign >= 0
    price = limit_fill_price(open_, slipped, limit, sign)
    return price_from_float(price), bar.started_at if at_open else bar.ended_at


def _in_auction(resting: RestingOrder, bar: Bar, session: TradingSession, slippage_bps: float) -> Found | None:
    if resting.intent.time_in_force is TimeInForce.AT_THE_OPENING:
        is_open = bar.started_at == session.opens_at
        return _at_price(resting, bar.open, bar.started_at, slippage_bps) if is_open else None
    is_close = bar.ended_at == session.closes_at
    return _at_price(resting, bar.close, bar.ended_at, slippage_bps) if is_close else None


def _at_stop(resting: RestingOrder, bar: Bar, slippage_bps: float) -> Found | None:
    sign, stop = resting.intent.side.sign, resting.stop
    if not stop_is_reached(bar.low, bar.high, stop, sign):
        resting.follow(bar.low, bar.high)
        return None
    resting.is_triggered = True
    price = stop_trigger_price(bar.open, stop, sign)
    return _at_price(resting, price, bar.started_at if price == bar.open else bar.ended_at, slippage_bps)


def _at_price(resting: RestingOrder, price: float, at: int, slippage_bps: float) -> Found | None:
    """Return a fill at one price that the market has: slipped, and never beyond the order's limit."""
    intent = resting.intent
    sign = intent.side.sign
    slipped = slipped_price(price, sign, slippage_bps)
    if intent.limit_price is None:
        return price_from_float(slipped), at
    limit = float(intent.limit_price)
    if not limit_meets_quote(price, limit, sign):
        return None
    return price_from_float(limit_fill_price(price, slipped, limit, sign)), at
