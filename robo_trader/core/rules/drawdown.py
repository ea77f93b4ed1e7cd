"""How far equity has fallen from its highest point."""

from robo_trader.core.rules.numbers import Number


def drawdown_fraction(peak: Number, equity: Number) -> Number:
    """Return the fall from `peak` as a fraction of it: 0 at the peak. `peak` is above 0."""
    return (peak - equity) / peak
