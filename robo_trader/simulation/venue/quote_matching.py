"""What an order gets from one quote: a buy takes the ask, a sale the bid, slipped, and no more than stands there.

All our orders of a side share the shares a quote shows; the next quote shows its own, also where it repeats the last.
A stop is reached when the side it would take comes to it.
"""

from decimal import Decimal

from robo_trader.core.domain.money import price_from_float, shares_from_float
from robo_trader.core.domain.orders import Side
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.rules.matching import limit_fill_price, limit_meets_quote, stop_is_reached
from robo_trader.core.rules.slippage import slipped_price
from robo_trader.simulation.venue.resting import RestingOrder


def displayed_shares(quote: Quote) -> dict[Side, Decimal]:
    """Return the whole shares that an order of each side can take from a sound quote."""
    return {Side.BUY: shares_from_float(quote.ask_size), Side.SELL: shares_from_float(quote.bid_size)}


def quote_price(resting: RestingOrder, quote: Quote, slippage_bps: float) -> Decimal | None:
    """Return the dollars a share that an order fills at against a sound quote, None where it does not."""
    intent = resting.intent
    sign = intent.side.sign
    far = quote.ask if intent.side is Side.BUY else quote.bid
    if resting.awaits_trigger:
        if not stop_is_reached(far, far, resting.stop, sign):
            resting.follow(far, far)
            return None
        resting.is_triggered = True
    slipped = slipped_price(far, sign, slippage_bps)
    if intent.limit_price is None:
        return price_from_float(slipped)
    limit = float(intent.limit_price)
    if not limit_meets_quote(far, limit, sign):
        return None
    return price_from_float(limit_fill_price(far, slipped, limit, sign))
