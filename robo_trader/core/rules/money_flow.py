"""Volume signed by where the price went: money that flows in or out.

Where nothing was traded, nothing flows: the bounded ones then say the middle of their scale.
"""

import math

from robo_trader.core.rules.bar_prices import close_location, typical_price
from robo_trader.core.rules.comparison import RELATIVE_ERROR
from robo_trader.core.rules.moving_averages import ema_push, ema_state_size
from robo_trader.core.rules.windows import ratio_push, ratio_size


def money_flow_index_state_size(length: int) -> int:
    """Return the floats needed: the previous typical price, flows up and flows down of `length` bars."""
    return 1 + ratio_size(length)


def money_flow_index_update(
    state: list[float], high: float, low: float, close: float, volume: float, length: int
) -> float:
    """Return dollars traded on rises of the typical price in percent of those on rises and falls: 0 to 100.

    A difference of typical prices in their last bits, from summing the same cents in another order, is neither.
    NaN for the first `length` bars. 50 where no bar of the window rose or fell on volume (TA-Lib says 0, and says so
    already below one dollar).
    Source: Quong and Soudack (1989), "Volume-Weighted RSI: Money Flow", Technical Analysis of Stocks & Commodities
    7(3); TA-Lib MFI.

    state: vector of `money_flow_index_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    typical = typical_price(high, low, close)
    previous = state[0]
    state[0] = typical
    if previous == 0.0:
        return math.nan
    flow = typical * volume
    change = typical - previous
    rounding = RELATIVE_ERROR * previous
    rise = flow if change > rounding else 0.0
    flow = rise if change >= -rounding else flow
    return 100.0 * ratio_push(state, 1, rise, flow, length, 0.5)


def accumulation_distribution_state_size() -> int:
    """Return the floats needed: the line so far."""
    return 1


def accumulation_distribution_update(state: list[float], high: float, low: float, close: float, volume: float) -> float:
    """Return all volume so far, each bar's weighed from 1 (closed at its high) to -1 (at its low), in shares.

    Its level depends on where it began: only changes mean something.
    Source: Marc Chaikin, after Larry Williams (1972); TA-Lib AD.

    state: vector of 1 float, zero at first.
    """
    return _accumulation_push(state, 0, high, low, close, volume)


def _accumulation_push(state: list[float], at: int, high: float, low: float, close: float, volume: float) -> float:
    state[at] += close_location(high, low, close) * volume
    return state[at]


def chaikin_money_flow_state_size(length: int) -> int:
    """Return the floats needed: weighed and plain volume of `length` bars."""
    return ratio_size(length)


def chaikin_money_flow_update(
    state: list[float], high: float, low: float, close: float, volume: float, length: int
) -> float:
    """Return the part of the volume of `length` bars that was accumulated: 1 all, -1 all distributed.

    Each bar's volume is weighed from 1 (closed at its high) to -1 (at its low). NaN for the first length - 1 bars; 0
    where nothing was traded.
    Source: Marc Chaikin, described in Steven Achelis (2000), "Technical Analysis from A to Z".

    state: vector of `chaikin_money_flow_state_size(length)` floats, zeros at first.
    length: 1 or above.
    """
    return ratio_push(state, 0, close_location(high, low, close) * volume, volume, length, 0.0)


def chaikin_oscillator_state_size(fast: int, slow: int) -> int:
    """Return the floats needed: bars so far up to `slow`, the accumulation line, and two averages of it."""
    return 2 + ema_state_size(fast) + ema_state_size(slow)


def chaikin_oscillator_update(
    state: list[float], high: float, low: float, close: float, volume: float, fast: int, slow: int
) -> float:
    """Return the fast less the slow exponential average of the accumulation line, in shares.

    NaN for the first slow - 1 bars. Both averages begin at the first value of the line, not with a mean as elsewhere:
    so TA-Lib's ADOSC does, and the line's own beginning is arbitrary anyhow.
    Source: Marc Chaikin, described in Steven Achelis (2000), "Technical Analysis from A to Z"; TA-Lib ADOSC.

    state: vector of `chaikin_oscillator_state_size(fast, slow)` floats, zeros at first.
    fast < slow, both 1 or above.
    """
    line = _accumulation_push(state, 1, high, low, close, volume)
    at_slow = 2 + ema_state_size(fast)
    if state[0] == 0.0:
        _begin_average(state, 2, line, fast)
        _begin_average(state, at_slow, line, slow)
    difference = ema_push(state, 2, line, fast) - ema_push(state, at_slow, line, slow)
    if state[0] < slow:
        state[0] += 1.0
        if state[0] < slow:
            return math.nan
    return difference


def _begin_average(state: list[float], at: int, value: float, length: int) -> None:
    """Make `value` the average so far, as if `length` values had come."""
    state[at] = 2.0 / (length + 1.0)
    state[at + 1] = value
