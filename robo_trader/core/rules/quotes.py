"""What the best bid and ask say of price, cost and pressure.

A quote is sound where both sides have a price above 0 and the bid is not above the ask (equal is allowed: a locked
market lasts). Where sizes are read, both must be above 0 too. What is not sound gives NaN and leaves the memory as
it was, so that the next sound quote is compared with the last sound one.
"""

import math

from robo_trader.core.rules.distribution import volatility_push, volatility_size
from robo_trader.core.rules.windows import sum_is_full, sum_push, sum_size

_BPS_PER_UNIT = 10_000.0


def is_sound_quote(bid: float, ask: float) -> bool:
    """Return whether both sides have a price and do not cross. A missing side is NaN or 0."""
    return bid > 0.0 and bid <= ask < math.inf


def is_sound_size(bid_size: float, ask_size: float) -> bool:
    """Return whether there are shares on both sides. A missing side is NaN or 0."""
    return 0.0 < bid_size < math.inf and 0.0 < ask_size < math.inf


def quote_state_size() -> int:
    """Return 0: the rules without parameters below remember nothing."""
    return 0


def spread_update(state: list[float], bid: float, ask: float) -> float:  # noqa: ARG001 - the common face
    """Return ask less bid in dollars a share. NaN where the quote is not sound."""
    if is_sound_quote(bid, ask):
        return ask - bid
    return math.nan


def spread_bps_update(state: list[float], bid: float, ask: float) -> float:  # noqa: ARG001 - the common face
    """Return ask less bid in hundredths of a percent of their mean. NaN where the quote is not sound."""
    if is_sound_quote(bid, ask):
        return (ask - bid) / (bid + (ask - bid) / 2.0) * _BPS_PER_UNIT
    return math.nan


def mid_update(state: list[float], bid: float, ask: float) -> float:  # noqa: ARG001 - the common face
    """Return the mean of bid and ask in dollars. NaN where the quote is not sound."""
    if is_sound_quote(bid, ask):
        return bid + (ask - bid) / 2.0
    return math.nan


def micro_price_update(state: list[float], bid: float, ask: float, bid_size: float, ask_size: float) -> float:  # noqa: ARG001
    """Return bid and ask weighted by each other's size, in dollars: nearer to the side with fewer shares.

    NaN where the quote is not sound.
    Source: Jim Gatheral and Roel Oomen (2010), "Zero-intelligence realized variance estimation", Finance and
    Stochastics 14(2).
    """
    if is_sound_quote(bid, ask) and is_sound_size(bid_size, ask_size):
        return bid + (ask - bid) * (bid_size / (bid_size + ask_size))
    return math.nan


def imbalance_update(state: list[float], bid: float, ask: float, bid_size: float, ask_size: float) -> float:  # noqa: ARG001
    """Return the bid's shares less the ask's, over both: from -1, all to sell, to 1, all to buy.

    NaN where the quote is not sound.
    """
    if is_sound_quote(bid, ask) and is_sound_size(bid_size, ask_size):
        return (bid_size - ask_size) / (bid_size + ask_size)
    return math.nan


def order_flow_imbalance_state_size(length: int) -> int:
    """Return the floats of the last sound quote and of a window with its total."""
    return 4 + sum_size(length)


def order_flow_imbalance_update(
    state: list[float], bid: float, ask: float, bid_size: float, ask_size: float, length: int
) -> float:
    """Return the shares that joined the bid less those that joined the ask, over the last `length` changes of quote.

    A bid that rises adds its whole size, one that falls takes away its former size, one that stays adds the
    difference; the ask likewise, the other way round. Of two sound quotes each counts as one change.
    NaN for the first `length` quotes and where a quote is not sound.
    Source: Rama Cont, Arseniy Kukanov and Sasha Stoikov (2014), "The price impact of order book events", Journal of
    Financial Econometrics 12(1).

    state: vector of `order_flow_imbalance_state_size(length)` floats, zeros at first.
    length: in quotes, 1 or above.
    """
    if not (is_sound_quote(bid, ask) and is_sound_size(bid_size, ask_size)):
        return math.nan
    previous_bid = state[0]
    previous_ask = state[1]
    flow = 0.0
    if bid >= previous_bid:
        flow += bid_size
    if bid <= previous_bid:
        flow -= state[2]
    if ask <= previous_ask:
        flow -= ask_size
    if ask >= previous_ask:
        flow += state[3]
    state[0] = bid
    state[1] = ask
    state[2] = bid_size
    state[3] = ask_size
    if previous_bid == 0.0:
        return math.nan
    total = sum_push(state, 4, flow, length)
    return total if sum_is_full(state, 4) else math.nan


def realised_volatility_mid_state_size(length: int) -> int:
    """Return the floats of `volatility_push`."""
    return volatility_size(length)


def realised_volatility_mid_update(state: list[float], bid: float, ask: float, length: int) -> float:
    """Return the sample standard deviation of the last `length` log returns of the mid, as a fraction a quote.

    NaN for the first `length` quotes and where the quote is not sound.

    state: vector of `realised_volatility_mid_state_size(length)` floats, zeros at first.
    length: in quotes, 2 or above.
    """
    if is_sound_quote(bid, ask):
        return volatility_push(state, 0, bid + (ask - bid) / 2.0, length)
    return math.nan
