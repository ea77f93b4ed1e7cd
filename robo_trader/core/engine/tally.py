"""What the engine has counted since the journal began."""

from collections import Counter

from msgspec import Struct, field


class Tally(Struct):
    """Counts for the summary; part of the engine's state, so a restart goes on counting."""

    slices: int = 0
    bars: int = 0
    signals: int = 0
    orders: int = 0
    fills: int = 0
    bars_rejected: Counter[str] = field(default_factory=Counter)  # by fault
    violations: Counter[str] = field(default_factory=Counter)  # by control
    quarantined: int = 0
    quotes: int = 0
    trades: int = 0  # prints of the market's, not ours
    quotes_rejected: Counter[str] = field(default_factory=Counter)  # by fault, prints included
