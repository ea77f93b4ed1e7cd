"""How many shares a signal is worth. Signed, and not rounded: the caller rounds towards zero."""

from robo_trader.core.rules.numbers import Number


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
    cap = value_max // price
    return max(-cap, min(cap, shares))
