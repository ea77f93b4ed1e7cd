"""Comparing numbers that carry rounding errors."""

from robo_trader.core.rules.numbers import Number

RELATIVE_ERROR = 1e-12  # well above what summing a thousand prices can lose, well below any difference of prices
PARTS = 1_000_000_000  # a limit is broken by more than a billionth of it, in floats as in Decimal


def is_clearly_above(one: float, other: float) -> bool:
    """Return whether `one` exceeds `other`, a price above 0, by more than rounding can explain. NaN never does.

    Two averages of a price that does not move differ in their last bits; that is no reason to trade.
    """
    return one - other > RELATIVE_ERROR * other


def exceeds(value: Number, limit: Number) -> bool:
    """Return whether `value` is over `limit` by more than the difference between two kinds of number can explain."""
    return value > limit and value - limit > abs(limit) / PARTS  # most are not: no division for those
