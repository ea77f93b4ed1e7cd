"""Volume and price together: running totals, averages weighted by volume, and effort against result.

Prices are above 0; so a remembered price of 0 says that there has been none yet.
"""

import math

from robo_trader.core.rules.bar_prices import typical_price
from robo_trader.core.rules.moving_averages import ema_push, ema_state_size
from robo_trader.core.rules.windows import ratio_push, ratio_size, tally_is_full, tally_push, tally_size

BOX_SHARES = 100_000_000.0  # volume is counted in this many shares, so that ease of movement is of the size of a price


def on_balance_volume_state_size() -> int:
    """Return the floats needed: the previous close, and the total so far."""
    return 2


def on_balance_volume_update(state: list[float], close: float, volume: float) -> float:
    """Return all volume so far in shares, added where the close rose and taken away where it fell.

    The first bar's volume is added. The level depends on where it began: only changes mean something.
    Source: Joseph Granville (1963), "New Key to Stock Market Profits"; TA-Lib OBV.

    state: vector of 2 floats, zeros at first.
    """
    previous = state[0]
    state[0] = close
    signed = volume if close > previous else -volume  # chosen, not branched on: a processor cannot guess the way
    if close == previous:
        signed = 0.0
    total = state[1] + signed
    state[1] = total
    return total


def volume_price_trend_state_size() -> int:
    """Return the floats needed: the previous close, and the total so far."""
    return 2


def volume_price_trend_update(state: list[float], close: float, volume: float) -> float:
    """Return all volume so far in shares, each bar's times its return as a fraction; NaN for the first bar.

    The level depends on where it began: only changes mean something.
    Source: described in Steven Achelis (2000), "Technical Analysis from A to Z", as price and volume trend.

    state: vector of 2 floats, zeros at first.
    """
    previous = state[0]
    state[0] = close
    if previous == 0.0:
        return math.nan
    state[1] += volume * (close / previous - 1.0)
    return state[1]


def vwap_session_state_size() -> int:
    """Return the floats needed: the session, its dollars and its shares so far."""
    return 3


def vwap_session_update(
    state: list[float], high: float, low: float, close: float, volume: float, session: float
) -> float:
    """Return the mean typical price of the session so far, weighted by volume, in dollars.

    NaN while the session has traded no volume. Bars do not say at what prices they traded, so each counts at its
    typical price.
    Source: Berkowitz, Logue and Noser (1988), "The Total Cost of Transactions on the NYSE", Journal of Finance 43(1).

    state: vector of 3 floats, zeros at first.
    session: a number that changes from one session to the next.
    """
    if session != state[0]:
        state[0] = session
        state[1] = 0.0
        state[2] = 0.0
    state[1] += typical_price(high, low, close) * volume
    state[2] += volume
    if state[2] == 0.0:
        return math.nan
    return state[1] / state[2]


def vwap_rolling_state_size(length: int) -> int:
    """Return the floats needed: dollars and shares of `length` bars."""
    return ratio_size(length)


def vwap_rolling_update(state: list[float], high: float, low: float, close: float, volume: float, length: int) -> float:
    """Return the mean typical price of the last `length` bars, weighted by volume, in dollars.

    NaN for the first length - 1 bars, and while the window has traded no volume.
    Source: as `vwap_session_update`.

    state: vector of `vwap_rolling_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return ratio_push(state, 0, typical_price(high, low, close) * volume, volume, length, math.nan)


def force_index_state_size(length: int) -> int:
    """Return the floats needed: the previous close, and the average."""
    return 1 + ema_state_size(length)


def force_index_update(state: list[float], close: float, volume: float, length: int) -> float:
    """Return the exponential average of change times volume, in dollars; NaN for the first `length` bars.

    Source: Alexander Elder (1993), "Trading for a Living".

    state: vector of `force_index_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    previous = state[0]
    state[0] = close
    if previous == 0.0:
        return math.nan
    return ema_push(state, 1, (close - previous) * volume, length)


def ease_of_movement_state_size(length: int) -> int:
    """Return the floats needed: the previous bar's middle, and `length` values."""
    return 1 + tally_size(length)


def ease_of_movement_update(state: list[float], high: float, low: float, volume: float, length: int) -> float:
    """Return the mean of how far bars moved for the volume it took; NaN for the first `length` bars.

    One bar's value is the change of its middle, times its range, over its volume in units of 100 million shares: in
    square dollars for so many shares. A bar without volume counts 0.
    Source: Richard Arms (1996), "Trading Without Fear"; the unit as in common charts.

    state: vector of `ease_of_movement_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    middle = (high + low) / 2.0
    previous = state[0]
    state[0] = middle
    if previous == 0.0:
        return math.nan
    ease = 0.0
    if volume > 0.0:
        ease = (middle - previous) * (high - low) / (volume / BOX_SHARES)
    total = tally_push(state, 1, ease, length)
    if not tally_is_full(state, 1):
        return math.nan
    return total / length
