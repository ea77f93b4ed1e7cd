"""Who began a trade, the buyer or the seller, and what that says of flow.

Source of the sign: Charles M. C. Lee and Mark J. Ready (1991), "Inferring trade direction from intraday data", The
Journal of Finance 46(2). Their five seconds of delay between quote and trade made up for slow reports of trades; here a
trade comes with the quote that stood just before it.
"""

import math

from robo_trader.core.rules.quotes import is_sound_quote
from robo_trader.core.rules.windows import sum_is_full, sum_push, sum_size

_SIGN_SIZE = 2  # the last price, and the sign of its last change


def trade_sign_state_size() -> int:
    """Return the floats of the last price and of the sign of its last change."""
    return _SIGN_SIZE


def trade_sign_update(state: list[float], price: float, bid: float, ask: float) -> float:
    """Return +1 where the buyer began the trade, -1 where the seller did.

    Above the middle of the quote it was the buyer, below it the seller. In the middle, and without a sound quote, the
    last change of price decides: up the buyer, down the seller. NaN while neither tells, and where the price is not
    above 0, which leaves the memory as it was.

    state: vector of 2 floats, zeros at first.
    """
    return _sign(state, price, bid, ask)


def signed_volume_state_size(length: int) -> int:
    """Return the floats of a trade's sign and of a window with its total."""
    return _SIGN_SIZE + sum_size(length)


def signed_volume_update(state: list[float], price: float, size: float, bid: float, ask: float, length: int) -> float:
    """Return the shares bought less the shares sold in the last `length` trades, each by who began it.

    NaN until there are as many trades with a sign, for a trade without one, which is not counted, and where price or
    size is not above 0, which leaves the memory as it was.

    state: vector of `signed_volume_state_size(length)` floats, zeros at first.
    length: in trades, 1 or above.
    """
    if not 0.0 < size < math.inf:
        return math.nan
    sign = _sign(state, price, bid, ask)
    if math.isnan(sign):
        return math.nan
    total = sum_push(state, _SIGN_SIZE, sign * size, length)
    return total if sum_is_full(state, _SIGN_SIZE) else math.nan


def vpin_state_size(bucket: int, buckets: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of a trade's sign, of the bucket that fills, and of a window with its total."""
    return _SIGN_SIZE + 2 + sum_size(buckets)


def vpin_update(
    state: list[float], price: float, size: float, bid: float, ask: float, bucket: int, buckets: int
) -> float:
    """Return the volume-synchronised probability of informed trading, in [0, 1].

    Trades fill buckets of `bucket` shares each, what is too much for one going into the next. The value is the mean,
    over the last `buckets` full ones, of the difference between shares bought and sold, as a fraction of the bucket.
    Each trade has its own sign; the authors split whole bars of trades by their change of price.
    NaN until so many are full, for a trade without a sign, which is not counted, and where price or size is not
    above 0, which leaves the memory as it was.
    Source: David Easley, Marcos Lopez de Prado and Maureen O'Hara (2012), "Flow toxicity and liquidity in a
    high-frequency world", The Review of Financial Studies 25(5).

    state: vector of `vpin_state_size(bucket, buckets)` floats, zeros at first.
    bucket: in shares, 1 or above.
    buckets: 1 or above.
    """
    if not 0.0 < size < math.inf:
        return math.nan
    sign = _sign(state, price, bid, ask)
    if math.isnan(sign):
        return math.nan
    _fill_buckets(state, sign, size, bucket, buckets)
    window = _SIGN_SIZE + 2
    if not sum_is_full(state, window):
        return math.nan
    return min(1.0, max(0.0, state[window] / (float(bucket) * buckets)))


def _fill_buckets(state: list[float], sign: float, size: float, bucket: int, buckets: int) -> None:
    filled = state[_SIGN_SIZE]
    net = state[_SIGN_SIZE + 1]
    rest = size
    if rest > (buckets + 2.0) * bucket:  # it fills every bucket of the window, and need not fill them twice
        rest = rest % bucket + (buckets + 1.0) * bucket
    while rest >= bucket - filled:
        room = bucket - filled
        rest -= room
        sum_push(state, _SIGN_SIZE + 2, abs(net + sign * room), buckets)
        filled = 0.0
        net = 0.0
    state[_SIGN_SIZE] = filled + rest
    state[_SIGN_SIZE + 1] = net + sign * rest


def _sign(state: list[float], price: float, bid: float, ask: float) -> float:
    if not 0.0 < price < math.inf:
        return math.nan
    previous = state[0]
    state[0] = price
    if previous > 0.0 and price != previous:
        state[1] = 1.0 if price > previous else -1.0
    if is_sound_quote(bid, ask):
        mid = bid + (ask - bid) / 2.0
        if price > mid:
            return 1.0
        if price < mid:
            return -1.0
    return state[1] if state[1] != 0.0 else math.nan
