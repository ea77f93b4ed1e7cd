"""How shares are divided among those who want some of them."""

from robo_trader.core.rules.numbers import Number


def needed_shares(held: Number, wanted: Number, sign: int) -> Number:
    """Return the shares still missing on one side, 0 or above: bought if `sign` is +1, sold if it is -1."""
    missing = (wanted - held) * sign
    return missing if missing > 0 else missing - missing


def room_beside(shares: Number, others: Number, allowed: Number) -> Number:
    """Return the part of signed `shares` that fits beside `others`, where `allowed` fit together; never against it."""
    room = allowed - others
    if shares > 0:
        return shares if room >= shares else room if room > 0 else room - room
    return shares if room <= shares else room if room < 0 else room - room


def proportional_shares(shares: Number, need: Number, needs: Number) -> Number:
    """Return the whole shares that `need` is due of `shares`, where all needs together are `needs`, above 0.

    Rounded down, so the parts of everybody may leave a few over.
    """
    return shares * need // needs
