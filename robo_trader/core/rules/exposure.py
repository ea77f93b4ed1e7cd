"""The worst that working orders can do to a position."""

from robo_trader.core.rules.comparison import exceeds
from robo_trader.core.rules.numbers import Number


def worst_case_shares(position: Number, working_buys: Number, working_sells: Number) -> Number:
    """Return the largest absolute position that any filling of the working orders can lead to.

    All quantities in shares; `working_buys` and `working_sells` are 0 or above.
    """
    bought, sold = abs(position + working_buys), abs(position - working_sells)
    return sold if sold > bought else bought


def is_net_beyond(net: Number, fraction: Number, equity: Number) -> bool:
    """Return whether a net value is above `fraction` of equity, both in dollars.

    net: signed, all working orders of the side that raises it counted; turn the signs of both round for a floor. A net
    value may be anything around 0, so that what rounding explains is measured in equity.
    """
    return exceeds(equity + net, equity + fraction * equity)


def clamped_shares(shares: Number, most: Number) -> Number:
    """Return signed `shares`, at most `most` on either side."""
    if shares > most:
        return most
    return -most if shares < -most else shares
