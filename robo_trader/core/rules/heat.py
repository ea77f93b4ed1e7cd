"""What is lost if every position is left at its stop: the heat of a portfolio.

Source of the idea: Van K. Tharp (1998), "Trade Your Way to Financial Freedom", position sizing by the distance to the
stop, summed over what is open at once.
"""

import math

from robo_trader.core.rules.numbers import Number
from robo_trader.core.rules.stops import stop_level


def stop_distance(
    state: list[float], average_cost: float, price: float,
    fixed_fraction: float, atr_multiple: float, trailing_fraction: float, break_even_fraction: float,
) -> float:  # fmt: skip
    """Return the dollars a share that the price may still go against a position before a stop is reached.

    The nearest of the stops decides; 0 where one is reached already. Without any it is the whole price.

    state: of the position, as of `stop_reached`; an ATR in it that is NaN or 0 sets no ATR stop.
    average_cost, price: dollars a share. The fractions and the multiple: as of `stop_reached`; 0 turns a stop off.
    """
    sign = state[0]
    level = stop_level(state, sign, average_cost, fixed_fraction, atr_multiple, trailing_fraction, break_even_fraction)
    if math.isnan(level):
        return price
    distance = sign * (price - level)
    return distance if distance > 0.0 else 0.0


def risk_to_stop(
    position: Number, working_buys: Number, working_sells: Number, held: Number, bought: Number, sold: Number
) -> Number:
    """Return the dollars a symbol may lose down to its stops, whichever of its working orders fill.

    position: signed shares; working_buys, working_sells: shares, 0 or above.
    held: dollars a share from the price to the stop of what is held; bought, sold: of shares an order adds.
    """
    none = position - position  # 0 of the same kind
    long, short = position + working_buys, working_sells - position
    if position > 0:
        up = position * held + working_buys * bought
        down = short * sold if short > 0 else none
    else:
        up = long * bought if long > 0 else none
        down = -position * held + working_sells * sold
    return down if down > up else up
