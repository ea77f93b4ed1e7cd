"""Comparing numbers that carry rounding errors."""

RELATIVE_ERROR = 1e-12  # well above what summing a thousand prices can lose, well below any difference of prices


def is_clearly_above(one: float, other: float) -> bool:
    """Return whether `one` exceeds `other`, a price above 0, by more than rounding can explain. NaN never does.

    Two averages of a price that does not move differ in their last bits; that is no reason to trade.
    """
    return one - other > RELATIVE_ERROR * other
