"""The worst that working orders can do to a position."""

from robo_trader.core.rules.numbers import Number


def worst_case_shares(position: Number, working_buys: Number, working_sells: Number) -> Number:
    """Return the largest absolute position that any filling of the working orders can lead to.

    All quantities in shares; `working_buys` and `working_sells` are 0 or above.
    """
    bought, sold = abs(position + working_buys), abs(position - working_sells)
    return sold if sold > bought else bought
