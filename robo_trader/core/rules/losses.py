"""How far equity has fallen."""

from robo_trader.core.rules.comparison import exceeds
from robo_trader.core.rules.numbers import Number


def drawdown_fraction(peak: Number, equity: Number) -> Number:
    """Return the fall from `peak` as a fraction of it: 0 at the peak. `peak` is above 0."""
    return (peak - equity) / peak


def is_lost(before: Number, equity: Number, fraction: Number) -> bool:
    """Return whether equity has fallen by more than `fraction` of what it was before, both in dollars."""
    return exceeds(before - equity, fraction * before)
