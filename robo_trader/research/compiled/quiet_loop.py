"""The account over slices of one session in which nothing but prices happens."""

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.rules.losses import is_lost
from robo_trader.research.compiled.account_layout import Floats, Integers

TICKS, MICROS = 10_000.0, 1_000_000.0  # a dollar: what prices and money are counted in
NEAR = 1.0 - 1e-6  # of a loss limit: from here on the engine looks itself


def mark_quiet_slices(
    ticks: Integers, places: NDArray[np.int64], shares: NDArray[np.int64], cash: int, begin: int, end: int,
    opening: float, session_peak: float, week_opening: float, peak: float, limits: Floats,
    marks: Floats, found: NDArray[np.int64],
) -> int:  # fmt: skip
    """Mark the account in slices begin to end; return the first that is not clear of every loss limit, or `end`.

    ticks: closes in hundredths of a cent (slices, symbols); places, shares: of the positions; cash: millionths of a
        dollar.
    opening, session_peak, week_opening, peak: equity in dollars as the session opened, its highest since then, as the
        week opened, and the highest ever.
    limits: of the loss below each of these, fractions; infinite for none.
    marks: (3, slices): equity, cash, absolute worth, in dollars.
    found: takes five numbers in ticks: highest worth; the highest before the deepest fall below the peak, and the worth
        in it; last worth, signed and absolute.
    """
    highest = deepest_peak = deepest = worth = gross = 0
    deepest_fall = -1.0
    for t in range(begin, end):
        worth = 0
        gross = 0
        for index in range(len(places)):
            value = ticks[t, places[index]] * shares[index]
            worth += value
            gross += abs(value)
        equity = (cash + worth * 100) / MICROS
        if t == begin or worth > highest:
            highest = worth
        peak = max(peak, equity)
        session_peak = max(session_peak, equity)
        if is_lost(opening, equity, limits[0] * NEAR) or is_lost(session_peak, equity, limits[1] * NEAR):
            return t
        if is_lost(week_opening, equity, limits[2] * NEAR) or is_lost(peak, equity, limits[3] * NEAR):
            return t
        fall = (peak - equity) / peak
        if fall > deepest_fall:
            deepest_fall, deepest_peak, deepest = fall, highest, worth
        marks[0, t] = equity
        marks[1, t] = cash / MICROS
        marks[2, t] = gross / TICKS
        found[0], found[1], found[2], found[3], found[4] = highest, deepest_peak, deepest, worth, gross
    return end
