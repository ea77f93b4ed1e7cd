"""How a symbol goes with what is held: the correlation of two rows of closes, and what it says beside a position."""

import math


def close_correlation(one: list[float], other: list[float], length: int) -> float:
    """Return Pearson's correlation of the returns of two symbols over the same slices, in [-1, 1].

    The returns are simple ones, from the last slice in which both have a close to the next. NaN where fewer than half
    of `length` returns can be formed, and where either symbol's are all equal.

    one, other: closes in dollars, slice by slice, NaN where there is no bar; of equal length.
    length: returns that are wanted.
    """
    previous, previous_other, count = math.nan, math.nan, 0.0
    mean, mean_other, squares, squares_other, products = 0.0, 0.0, 0.0, 0.0, 0.0
    for place in range(len(one)):
        close, close_other = one[place], other[place]
        if close != close or close_other != close_other:  # noqa: PLR0124 - a NaN is no bar
            continue
        if previous == previous:  # noqa: PLR0124
            return_, return_other = close / previous - 1.0, close_other / previous_other - 1.0
            count += 1.0
            distance, distance_other = return_ - mean, return_other - mean_other
            mean += distance / count
            mean_other += distance_other / count
            squares += distance * (return_ - mean)
            squares_other += distance_other * (return_other - mean_other)
            products += distance * (return_other - mean_other)
        previous, previous_other = close, close_other
    if 2.0 * count < length or squares <= 0.0 or squares_other <= 0.0:
        return math.nan
    return max(-1.0, min(1.0, products / (math.sqrt(squares) * math.sqrt(squares_other))))


def correlated_value(correlation: float, strength: float, value: float) -> float:
    """Return the part of a position's worth that goes with a new one of this strength, signed; all of it if not known.

    Where one of the two is short, they go together if their prices do not.

    correlation: of their returns, NaN if it is not known; value: of the position, dollars, signed.
    """
    if correlation != correlation:  # noqa: PLR0124 - NaN is not itself
        return abs(value)
    return correlation * value if strength > 0.0 else -correlation * value
