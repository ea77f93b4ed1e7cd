"""The checks every quote and print passes before a feature, a strategy, a mark or the venue may see it."""

import math

from robo_trader.core.domain.quotes import Quote, QuoteFault, TradePrint
from robo_trader.core.market.checks import PRICE_MIN


def find_quote_fault(quote: Quote, latest: int) -> QuoteFault | None:
    """Return what is wrong with a quote, None for a sound one.

    latest: the latest time that anything of this run is known of, UTC nanoseconds; equal is in order.
    """
    bid, ask = quote.bid, quote.ask
    if not (math.isfinite(bid) and math.isfinite(ask)):
        return QuoteFault.NOT_FINITE
    if not (math.isfinite(quote.bid_size) and math.isfinite(quote.ask_size)):
        return QuoteFault.NOT_FINITE
    if bid < PRICE_MIN or ask < PRICE_MIN or quote.bid_size <= 0 or quote.ask_size <= 0:
        return QuoteFault.NOT_POSITIVE
    if bid >= ask:
        return QuoteFault.LOCKED if bid == ask else QuoteFault.CROSSED
    if quote.at < latest:
        return QuoteFault.OUT_OF_ORDER
    return None


def find_trade_fault(trade: TradePrint, latest: int) -> QuoteFault | None:
    """Return what is wrong with a print, None for a sound one; `latest` as above."""
    if not (math.isfinite(trade.price) and math.isfinite(trade.size)):
        return QuoteFault.NOT_FINITE
    if trade.price < PRICE_MIN or trade.size <= 0:
        return QuoteFault.NOT_POSITIVE
    if trade.at < latest:
        return QuoteFault.OUT_OF_ORDER
    return None
