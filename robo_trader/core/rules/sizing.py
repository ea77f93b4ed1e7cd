"""How many shares a signal is worth. Signed, and not rounded: the caller rounds towards zero.

One call serves whichever sizer is chosen: `risk` is what it goes by (the value of its feature, what its strategy's own
trades speak for, or how a symbol goes with what is held), `first` and `second` are its parameters. What a sizer does
not need, it leaves alone.
"""

from robo_trader.core.rules.comparison import PARTS
from robo_trader.core.rules.numbers import Number

FIXED_SHARES = 0
FIXED_FRACTION = 1
ATR_RISK = 2
VOLATILITY_TARGET = 3
INVERSE_VOLATILITY = 4
KELLY = 5  # its risk, and that of the next, is the fraction of equity that the trades speak for
OPTIMAL_F = 6
CORRELATION_SCALED = 7


def sized_shares(
    sizer: int, strength: float, equity: float, price: float, risk: float, first: float, second: float
) -> float:
    """Return the signed shares of the sizer with this number, whichever; 0 while the risk it needs is not known.

    strength in [-1, 1]; equity and price in dollars, above 0; risk, first and second as the sizer's own rule says.
    """
    if sizer <= ATR_RISK:
        return plainly_sized_shares(sizer, strength, equity, price, risk, first, second)
    return sized_fraction(sizer, strength, risk, first, second) * equity / price


def plainly_sized_shares(
    sizer: int, strength: float, equity: float, price: float, risk: float, first: float, second: float
) -> float:
    """Return the signed shares of a sizer by count, value or range. As `sized_shares`, quicker to compile."""
    if sizer == FIXED_SHARES:
        return strength * first
    if sizer == FIXED_FRACTION:
        return fixed_fraction_shares(strength, equity, price, first)
    return atr_risk_shares(strength, equity, risk, first, second) if risk > 0.0 else 0.0


def sized_fraction(sizer: int, strength: float, risk: float, first: float, second: float) -> float:
    """Return the signed fraction of equity to hold; 0 while the risk it needs is not known. All as `sized_shares`."""
    if sizer == CORRELATION_SCALED:
        return strength * correlation_scaled_fraction(risk, first)
    if not risk > 0.0:
        return 0.0
    if sizer == VOLATILITY_TARGET:
        return volatility_target_fraction(strength, risk, first, second)
    if sizer == INVERSE_VOLATILITY:
        return inverse_volatility_fraction(strength, risk, first, second)
    return strength * risk


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


def volatility_target_fraction(strength: float, volatility: float, budget: float, cap: float) -> float:
    """Return the signed fraction of equity to hold: `strength` times budget over volatility, within +/- cap.

    Source: Moskowitz, Ooi and Pedersen (2012), "Time series momentum", Journal of Financial Economics 104(2).

    volatility, budget: standard deviations of the return in one period, above 0; cap: fraction of equity, above 0.
    """
    return capped_fraction(strength * budget / volatility, cap)


def inverse_volatility_fraction(strength: float, weight: float, exposure: float, cap: float) -> float:
    """Return the signed fraction of equity to hold: `strength` times exposure times weight, within +/- cap.

    weight: the symbol's 1 / volatility over the sum of all symbols', in (0, 1].
    exposure: fraction of equity that all symbols take together at full strength, above 0; cap: likewise, of one.
    """
    return capped_fraction(strength * exposure * weight, cap)


def capped_fraction(fraction: float, cap: float) -> float:
    """Return a signed fraction of equity, within +/- cap."""
    capped = fraction if fraction < cap else cap
    return capped if capped > -cap else -cap


def correlation_scaled_fraction(correlation: float, fraction: float) -> float:
    """Return `fraction` of equity, less the part of it that the correlation with what is held is above 0."""
    if correlation <= 0.0:
        return fraction
    return fraction * (1.0 - correlation) if correlation > 0.0 else 0.0  # an unknown one is no risk to take


def whole_lots(shares: Number, lot: Number) -> Number:
    """Return signed whole `shares`, cut towards zero to a multiple of `lot`, a whole number above 0."""
    lots = abs(shares) // lot * lot
    return lots if shares > 0 or lots == 0 else -lots  # no negative zero


def capped_shares(shares: Number, price: Number, value_max: Number) -> Number:
    """Return signed whole `shares`, cut so that their value at `price` stays within `value_max` dollars."""
    cap = (value_max + value_max / PARTS) // price
    capped = shares if shares < cap else cap
    return capped if capped > -cap else -cap
