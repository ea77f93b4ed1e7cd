"""When, how much of, and at what price an order fills against one bar, or one quote."""

import math


def participation_shares(volume: float, participation_max: float) -> float:
    """Return the whole shares of a bar's volume that may be ours. `participation_max` is a fraction."""
    return float(math.floor(volume * participation_max))


def limit_is_reached(low: float, high: float, open_: float, limit: float, sign: int) -> bool:
    """Return whether a limit order fills in a bar.

    Its price must be met by the open, or traded through: a touch alone fills nobody for certain, since others
    were in the queue before us. sign: +1 buys, -1 sells.
    """
    if sign > 0:
        return open_ <= limit or low < limit
    return open_ >= limit or high > limit


def limit_meets_quote(far: float, limit: float, sign: int) -> bool:
    """Return whether a limit order fills against a quote: its far side is at the limit or better.

    far: the ask for a buy, the bid for a sale. sign: +1 buys, -1 sells.
    """
    return (limit - far) * sign >= 0.0


def stop_is_reached(low: float, high: float, stop: float, sign: int) -> bool:
    """Return whether a price came to a stop: for a buy at it or above, for a sale at it or below; a touch is enough.

    low and high: of the bar, or both the quote's far side. sign: +1 buys, -1 sells.
    """
    return high >= stop if sign > 0 else low <= stop


def stop_trigger_price(open_: float, stop: float, sign: int) -> float:
    """Return the price at which a stop that is reached turns into an order: the open where that is beyond it."""
    return max(open_, stop) if sign > 0 else min(open_, stop)


def trailed_stop(stop: float, low: float, high: float, trail: float, sign: int) -> float:
    """Return where a trailing stop stands after a bar: `trail` dollars behind the best price, and never further back.

    sign: of the order; -1 sells and follows highs upwards, +1 buys and follows lows downwards.
    """
    return min(stop, low + trail) if sign > 0 else max(stop, high - trail)


def limit_fill_price(open_: float, slipped_open: float, limit: float, sign: int) -> float:
    """Return the price of a limit order that is reached: the slipped open where that is better, else the limit."""
    if sign > 0:
        return min(slipped_open, limit) if open_ <= limit else limit
    return max(slipped_open, limit) if open_ >= limit else limit
