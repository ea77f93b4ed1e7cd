"""Round trips: what a trade is, and the last of them that a strategy remembers.

A trade is a round trip of one strategy in one symbol: it begins when the position leaves zero and ends when it is back
there. Shares added or partly sold in between belong to it. A fill that crosses zero ends one trade and begins the next,
and its commission is divided by the shares of either part. Dividends and the fee for borrowed shares are no part of it.

A trade's return is what it earned after commission, as a fraction of what all its shares cost on opening.

What a trade under way remembers, zeros at first:

    trip[0]   signed shares held
    trip[1]   dollars that have come in, less those that went out
    trip[2]   dollars that all shares cost on opening, 0 or above

The trades remembered are a window of their returns (`windows`).
"""

import math

from robo_trader.core.rules.positions import closing_part
from robo_trader.core.rules.windows import window_push, window_size

TRIP_SIZE = 3
FIRST_RETURN = 2  # where, in a window, its values begin


def trip_return(trip: list[float], change: float, price: float, commission: float) -> float:
    """Take in a fill; return the return of the trade it ends, NaN if it ends none.

    trip: vector of `TRIP_SIZE` floats, zeros at first.
    change: signed shares, not 0; price: dollars a share, above 0; commission: dollars.
    """
    closing = closing_part(trip[0], change)
    opening = change - closing
    charge = commission / abs(change)  # a share
    ended = math.nan
    if closing != 0.0:
        trip[0] += closing
        trip[1] -= closing * price + abs(closing) * charge
        if trip[0] == 0.0:
            ended = trip[1] / trip[2]
            trip[1] = 0.0
            trip[2] = 0.0
    if opening != 0.0:
        trip[0] += opening
        trip[1] -= opening * price + abs(opening) * charge
        trip[2] += abs(opening) * price
    return ended


def trades_size(length: int) -> int:
    """Return the floats that the last `length` trades take."""
    return window_size(length)


def remember_trade(trades: list[float], return_: float, length: int) -> None:
    """Remember the return of a trade; the oldest of `length` is forgotten. NaN is no trade.

    trades: vector of `trades_size(length)` floats, zeros at first.
    """
    if return_ == return_:  # noqa: PLR0124 - NaN is not itself
        window_push(trades, 0, return_, length)


def trades_known(trades: list[float], length: int) -> int:
    """Return how many trades are remembered."""
    return length if trades[0] != 0.0 else int(trades[1])
