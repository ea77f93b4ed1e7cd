"""How many shares a signal is worth. Signed, and not rounded: the caller rounds towards zero.

All take (strength, equity, price, risk, first, second), so that one call serves whichever is chosen: `risk` is the
value of the sizer's feature, `first` and `second` are its parameters. What a sizer does not need, it leaves alone.
"""

from robo_trader.core.rules.comparison import PARTS
from robo_trader.core.rules.numbers import Number

FIXED_SHARES = 0
FIXED_FRACTION = 1
ATR_RISK = 2


def sized_shares(
    sizer: int, strength: float, equity: float, price: float, risk: float, first: float, second: float
) -> float:
    """Return the signed shares of the sizer with this number; 0 while the risk it needs is not known.

    strength in [-1, 1]; equity and price in dollars, above 0; risk, first and second as the sizer's own rule says.
    """
    if sizer == FIXED_SHARES:
        return strength * first
    if sizer == FIXED_FRACTION:
        return fixed_fraction_shares(strength, equity, price, first)
    return atr_risk_shares(strength, equity, risk, first, second) if risk > 0.0 else 0.0


def fixed_fraction_shares(strength: float, equity: float, price: float, fraction: float) -> float:
    """Return the shares whose value is `fraction` of equity at full strength.

    strength in [-1, 1]; equity and price in dollars, above 0; fraction of equity, above 0.
    """
    return strength * fraction * equity / price


def atr_risk_shares(strength: float, equity: float, atr: float, risk_fraction: float, atr_multiple: float) -> float:
    """Return the shares that lose `risk_fraction` of equity when the price moves `atr_multiple` ATRs against us.

    strength in [-1, 1]; equity and atr in dollars, above 0.
    """
    return strength * risk_fraction * equity / (atr_multiple * atr)


def capped_shares(shares: Number, price: Number, value_max: Number) -> Number:
    """Return signed whole `shares`, cut so that their value at `price` stays within `value_max` dollars."""
    cap = (value_max + value_max / PARTS) // price
    capped = shares if shares < cap else cap
    return capped if capped > -cap else -cap
