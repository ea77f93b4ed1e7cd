"""What the engine has counted since the journal began."""

from collections import Counter

from msgspec import Struct, field


class Tally(Struct):
    """Counts for the summary; part of the engine's state, so a restart goes on counting."""

    slices: int = 0
    bars: int = 0
    signals: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)  # of signals; those that have none yet are pending
    orders: int = 0
    fills: int = 0
    bars_rejected: Counter[str] = field(default_factory=Counter)  # by fault
    violations: Counter[str] = field(default_factory=Counter)  # by control
    quarantined: int = 0
    unprotected_nanos: int = 0  # that positions stood without a resting protective order, waived ones not counted
    quotes: int = 0
    trades: int = 0  # prints of the market's, not ours
    quotes_rejected: Counter[str] = field(default_factory=Counter)  # by fault, prints included
