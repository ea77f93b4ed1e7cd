"""The one place where a float becomes a Decimal.

Bars, features and sizes are floats, as research computes them; prices of orders and fills, quantities and
money are Decimal. Every crossing goes through here and rounds on purpose: prices to a hundredth of a cent,
shares down to whole lots. Money derived by division is rounded to `MONEY_QUANTUM`, so that sums stay exact.
"""

import math
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from robo_trader.core.rules.rounding import rounded_money, rounded_price, whole_shares

PRICE_DECIMALS = 4
MONEY_QUANTUM = Decimal("0.000001")
ZERO = Decimal(0)
_PRICES_KEPT = 8192  # about 2 MB: closes come back to the same cents, and turning one takes five times as long


@lru_cache(_PRICES_KEPT)
def price_from_float(value: float) -> Decimal:
    """Return a price in dollars a share, rounded to `PRICE_DECIMALS`. `value` is finite and above 0."""
    assert 0 < value < math.inf, value
    return Decimal(repr(rounded_price(value)))


def exact_from_float(value: float) -> Decimal:
    """Return the decimal that a library parsed into a finite float, digit for digit if it had no more than 15."""
    assert math.isfinite(value), value
    return Decimal(repr(float(value)))


def money_from_float(value: float) -> Decimal:
    """Return an amount in dollars, rounded to the smallest the books know. `value` is finite."""
    assert math.isfinite(value), value
    return Decimal(repr(rounded_money(value)))


def shares_from_float(value: float) -> Decimal:
    """Return whole shares, rounded towards zero: a share too few costs little, one too many breaks a limit."""
    assert math.isfinite(value), value
    return Decimal(int(whole_shares(value)))


def round_money(amount: Decimal) -> Decimal:
    """Return an amount rounded half-even to a millionth, the smallest amount the books know."""
    return amount.quantize(MONEY_QUANTUM, ROUND_HALF_EVEN)
